/** Number of bytes that are judged together: 0.6 s of GSM, 1.3 s of G.723.1. */
export const textWindowBytes = 1_024;

/** Sampling step of a first test, which the codes of real audio fail. */
const glanceStep = 32;
const glanceShare = 0.9;
/**
 * Marks of text: share of printable ASCII, tabs and line ends; share of blanks and line ends, which in 8-bit audio would be near full scale while everything
 * else is not; number of distinct values. Measured (docs/explanation/plausibility.md).
 */
const printableShare = 0.95;
const blankShare = 0.01;
const fewestDistinct = 16;

const blank = 2;
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x20) return blank;
  return byte > 0x20 && byte < 0x7f ? 1 : 0;
});
const seen = new Uint8Array(256);

/** Returns true if a window of coded bytes is text: a log, a table, XML, source code. */
export function isTextWindow(window: Uint8Array): boolean {
  let printable = 0;
  for (let at = 0; at < window.length; at += glanceStep) if (kinds[window[at] as number] !== 0) printable++;
  if (printable * glanceStep < glanceShare * window.length) return false;
  seen.fill(0);
  let [blanks, distinct] = [0, 0];
  printable = 0;
  for (let at = 0; at < window.length; at++) {
    const byte = window[at] as number; // below the length
    const kind = kinds[byte] as number;
    if (kind !== 0) printable++;
    if (kind === blank) blanks++;
    distinct += 1 - (seen[byte] as number);
    seen[byte] = 1;
  }
  return printable >= printableShare * window.length && blanks >= blankShare * window.length && distinct >= fewestDistinct;
}
