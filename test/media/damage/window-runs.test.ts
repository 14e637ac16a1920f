import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEven } from '../../../src/media/damage/evenness.ts';
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

describe('windows that show the same', () => {
  test('are one stretch as long as they touch', () => {
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

describe('evenness', () => {
  const windowOf = (value: (index: number) => number): Uint8Array => Uint8Array.from({ length: 2_048 }, (_, index) => value(index));
  let state = 1;
  const random = (): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state >> 8;
  };

  test('random bytes are even, at a bound of 8 deviations above their mean', () => {
    for (let round = 0; round < 200; round++) expect(isEven(windowOf(random), 255 + 8 * 22.6)).toBe(true);
  });

  test('two values more than others, few values and all in turn', () => {
    expect(
      isEven(
        windowOf((index) => (index % 16 === 0 ? 0x88 : random())),
        430,
      ),
    ).toBe(false);
    expect(
      isEven(
        windowOf((index) => index % 40),
        1_000,
      ),
    ).toBe(false);
    expect(
      isEven(
        windowOf((index) => index),
        10,
      ),
    ).toBe(true);
  });
});
