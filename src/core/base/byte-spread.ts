/** Chi-square of 255 degrees of freedom has mean 255 and deviation 22.6: ten deviations above. Real G.729 has 700 in 8 kB, GSM 2,000. */
const evenChiSquare = 480;
/** Fewer bytes do not show whether they are evenly spread. */
const evenBytes = 2048;

/**
 * Whether bytes are no sound whatever the coding: `text` = printable ASCII throughout; `even` = all 256 values equally often, as of nothing but encrypted or
 * well compressed data. Null where they may be sound. A constant byte such as 0x55, silence in A-law, is no text.
 */
export function noSound(parts: readonly Uint8Array[]): 'text' | 'even' | null {
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

/** `noSound` in words. */
export function noSoundText(kind: 'text' | 'even'): string {
  return kind === 'text' ? 'printable text' : 'bytes as evenly spread as encrypted ones';
}
