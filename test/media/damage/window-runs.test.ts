import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteStretch, createWindowRuns } from '../../../src/media/damage/window-runs.ts';

function runsOf(bytes: Uint8Array, cuts: readonly number[] = []): ByteStretch[] {
  const found: ByteStretch[] = [];
  const runs = createWindowRuns(
    8,
    (window) => window.every((byte) => byte === 1),
    (run) => found.push({ ...run }),
  );
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    runs.push(bytes.subarray(from, cut));
    from = cut;
  }
  runs.finish();
  return found;
}

describe('windows with the same result', () => {
  test('are one stretch if they are adjacent', () => {
    const bytes = new Uint8Array(64);
    bytes.fill(1, 7, 29).fill(1, 40, 49);
    // Windows begin at multiples of 4.
    expect(runsOf(bytes)).toEqual([
      { start: 8, end: 28 },
      { start: 40, end: 48 },
    ]);
  });

  test('do not depend on the pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 200 }), fc.array(fc.nat(200)), (bytes, cuts) => {
        const smooth = bytes.map((_, index) => bytes[index & ~15] ?? 0);
        const within = cuts.map((cut) => Math.min(cut, bytes.length));
        expect(runsOf(smooth, within)).toEqual(runsOf(smooth));
      }),
    );
  });
});
