import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createZeroRuns, type ZeroRun } from '../../../src/media/damage/zero-runs.ts';

function runsOf(bytes: Uint8Array, fewest: number, cuts: readonly number[] = [], offset = 0): ZeroRun[] {
  const found: ZeroRun[] = [];
  const runs = createZeroRuns(fewest, (run) => found.push(run));
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    runs.push(bytes.subarray(from, cut), offset + from);
    from = cut;
  }
  runs.finish();
  return found;
}

/** Byte by byte. */
function plainRuns(bytes: Uint8Array, fewest: number): [start: number, end: number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (bytes[at] === 0) continue;
    if (at - start >= fewest) found.push([start, at]);
    start = at + 1;
  }
  return found;
}

test('the runs equal those of a search byte by byte, for any pieces', () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 6 }), (stretches, cuts) => {
      const bytes = Uint8Array.from(stretches.flatMap(([length, value]) => Array<number>(length).fill(value % 2)));
      const within = cuts.map((cut) => Math.min(cut, bytes.length));
      expect(runsOf(bytes, 16, within).map(({ start, end }) => [start, end])).toEqual(plainRuns(bytes, 16));
    }),
    { numRuns: 2_000 },
  );
});

test('a run has its position in the medium, across separate spans', () => {
  const found: ZeroRun[] = [];
  const runs = createZeroRuns(8, (run) => found.push(run));
  runs.push(Uint8Array.of(1, 0, 0, 0, 0, 0), 100);
  runs.push(Uint8Array.of(0, 0, 0, 2), 200);
  runs.finish();
  expect(found).toEqual([{ start: 1, end: 9, offset: 101, endOffset: 203 }]);
});

test('one zero fewer is not a run', () => {
  expect(runsOf(Uint8Array.of(1, ...Array<number>(7).fill(0), 1), 8)).toEqual([]);
  expect(runsOf(Uint8Array.of(1, ...Array<number>(8).fill(0), 1), 8)).toHaveLength(1);
});
