/**
 * Limit for an even distribution: chi-square with 255 degrees of freedom has mean 255 and standard deviation 22.6, so this is ten deviations above
 * the mean. Real G.729 has 700 in 8 kB, GSM 2,000.
 */
const evenChiSquare = 480;
/** Smallest number of bytes for which the test of an even distribution is meaningful. */
const evenBytes = 2048;

/**
 * Returns why bytes cannot be audio in any codec. `text`: printable ASCII throughout. `even`: all 256 values are equally frequent, as only in
 * encrypted or well compressed data. Null: the bytes may be audio. A constant byte, e.g. 0x55 (silence in A-law), does not count as text.
 */
export function nonAudioKind(parts: readonly Uint8Array[]): 'text' | 'even' | null {
  const counts = new Uint32Array(256);
  let bytes = 0;
  for (const part of parts) {
    bytes += part.length;
    for (const byte of part) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  let chiSquare = 0;
  let distinct = 0;
  let unprintable = 0;
  counts.forEach((count, byte) => {
    chiSquare += (count - bytes / 256) ** 2 / (bytes / 256);
    if (count > 0) distinct++;
    const printable = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
    if (!printable) unprintable += count;
  });
  if (bytes > 0 && unprintable === 0 && distinct >= 10) return 'text';
  return bytes >= evenBytes && chiSquare < evenChiSquare ? 'even' : null;
}

/** Describes the result of `nonAudioKind` in words. */
export function nonAudioText(kind: 'text' | 'even'): string {
  return kind === 'text' ? 'printable text' : 'bytes as evenly distributed as encrypted ones';
}
