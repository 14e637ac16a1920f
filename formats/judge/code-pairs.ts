/**
 * Result of testing whether codes of an ADPCM stream have been read from their bytes in the order in which they were encoded. In the right order, a code
 * follows the one before it in the same way whether or not a byte ends between them. In the wrong order, neighbours within a byte are reversed, and neighbours
 * across its end were originally further apart. Therefore pairs are counted by their position in the byte, and the counts are compared: without decoding or a
 * model of speech, and independently of an offset or a lost start.
 */
export interface PairTest {
  /** Chi-square of the hypothesis that pairs have the same distribution at every position; about `freedom` if the order is right. */
  readonly chiSquare: number;
  readonly freedom: number;
}

/** Tests codes of `bits` bits each, read from windows: one code per byte of `codes`, in the assumed order, `perByte` codes per source byte. */
export function testPairs(windows: readonly Uint8Array[], bits: 2 | 4): PairTest {
  const perByte = 8 / bits;
  const cells = 1 << (2 * bits);
  const counts = new Uint32Array(perByte * cells);
  const totals = new Uint32Array(perByte);
  for (const codes of windows) {
    for (let i = 1; i < codes.length; i++) {
      const place = i % perByte;
      const at = place * cells + (((codes[i - 1] ?? 0) << bits) | (codes[i] ?? 0));
      counts[at] = (counts[at] ?? 0) + 1;
      totals[place] = (totals[place] ?? 0) + 1;
    }
  }
  const all = totals.reduce((sum, total) => sum + total, 0);
  let chiSquare = 0;
  let used = 0;
  for (let cell = 0; cell < cells; cell++) {
    let together = 0;
    for (let place = 0; place < perByte; place++) together += counts[place * cells + cell] ?? 0;
    if (together === 0) continue;
    used++;
    for (let place = 0; place < perByte; place++) {
      const expected = (together * (totals[place] ?? 0)) / all;
      if (expected > 0) chiSquare += ((counts[place * cells + cell] ?? 0) - expected) ** 2 / expected;
    }
  }
  return { chiSquare, freedom: Math.max(0, used - 1) * (perByte - 1) };
}

/** Returns by how many standard deviations the second test is worse than the first; negative if the first is worse. */
export function pairMargin(first: PairTest, second: PairTest): number {
  const freedom = first.freedom + second.freedom;
  return freedom === 0 ? 0 : (second.chiSquare - first.chiSquare) / Math.sqrt(2 * freedom);
}

/** Margin of three deviations: one chance in about 700 each way. */
export const clearMargin = 3;
