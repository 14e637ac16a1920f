/** Of so many bytes a glance is taken first. */
const glanceBytes = 128;
/** Distinct values among them: random bytes have 101 ± 4. */
const fewestDistinct = 60;

const counts = new Uint16Array(256);
const seen = new Uint8Array(256);

/** Whether the chi-square of the 256 byte values over a window is below a bound: random bytes have 255 ± 23, whatever the length. */
export function isEven(window: Uint8Array, chiSquare: number): boolean {
  if (distinctAtFirst(window) < fewestDistinct) return false;
  counts.fill(0);
  for (let at = 0; at < window.length; at++) {
    const byte = window[at] as number; // below the length
    counts[byte] = (counts[byte] as number) + 1;
  }
  const expected = window.length / 256;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) sum += ((counts[byte] as number) - expected) ** 2;
  return sum / expected < chiSquare;
}

/** Speech in ADPCM has few values in a glance, and is seen through without counting all of it. */
function distinctAtFirst(window: Uint8Array): number {
  seen.fill(0);
  let distinct = 0;
  for (let at = 0; at < glanceBytes; at++) {
    const byte = window[at] ?? 0;
    distinct += 1 - (seen[byte] as number);
    seen[byte] = 1;
  }
  return distinct;
}
