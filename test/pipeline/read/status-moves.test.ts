import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reconciliationStatuses } from '../../../src/core/model/recording.ts';
import type { Reconciliation } from '../../../src/pipeline/events/events.ts';
import { createStatusMoves } from '../../../src/pipeline/read/status-moves.ts';

const before: Reconciliation = {
  type: 'reconciliation',
  files: 6,
  bytes: 600,
  byBucket: [
    { bucket: 'alien', files: 1, bytes: 100 },
    { bucket: 'matched', files: 4, bytes: 400 },
    { bucket: 'table', files: 1, bytes: 100 },
  ],
  tables: [],
  recordings: { matched: 3, 'row-without-audio': 1 },
  recordingsTotal: 4,
  alreadyArchived: 0,
  changed: 0,
  toImport: 4,
};

test('recordings and their files move from one status to another, and no sum changes', () => {
  const moves = createStatusMoves();
  moves.note('matched', 'matched', { files: 1, bytes: 100 });
  moves.note('matched', 'zero-audio', { files: 2, bytes: 150 });
  moves.note('matched', 'unreadable-audio', { files: 1, bytes: 50 });
  expect(moves.applied(before)).toEqual({
    ...before,
    byBucket: [
      { bucket: 'alien', files: 1, bytes: 100 },
      { bucket: 'matched', files: 1, bytes: 200 },
      { bucket: 'table', files: 1, bytes: 100 },
      { bucket: 'unreadable-audio', files: 1, bytes: 50 },
      { bucket: 'zero-audio', files: 2, bytes: 150 },
    ],
    recordings: { matched: 1, 'row-without-audio': 1, 'unreadable-audio': 1, 'zero-audio': 1 },
  });
});

test('a plan without counted files moves only the recording; a status without any is omitted', () => {
  const moves = createStatusMoves();
  for (let number = 0; number < 3; number++) moves.note('matched', 'encrypted-no-key', undefined);
  expect(moves.applied(before)).toEqual({ ...before, recordings: { 'encrypted-no-key': 3, 'row-without-audio': 1 } });
});

test('sums are unchanged by any move', () => {
  const status = fc.constantFrom(...reconciliationStatuses);
  fc.assert(
    fc.property(fc.array(fc.record({ from: status, to: status, files: fc.nat(3), bytes: fc.nat(9) }), { maxLength: 30 }), (recordings) => {
      const count = (of: (one: (typeof recordings)[number]) => string) => {
        const byStatus: Record<string, number> = {};
        const buckets = new Map<string, { files: number; bytes: number }>();
        for (const one of recordings) {
          byStatus[of(one)] = (byStatus[of(one)] ?? 0) + 1;
          const bucket = buckets.get(of(one)) ?? { files: 0, bytes: 0 };
          buckets.set(of(one), { files: bucket.files + one.files, bytes: bucket.bytes + one.bytes });
        }
        return { byStatus, buckets };
      };
      const joined = count(({ from }) => from);
      const moves = createStatusMoves();
      for (const { from, to, files, bytes } of recordings) moves.note(from, to, { files, bytes });
      const byBucket = [...joined.buckets].map(([bucket, sums]) => ({ bucket, ...sums }));
      const after = moves.applied({ ...before, byBucket, recordings: joined.byStatus });
      const wanted = count(({ to }) => to);
      expect(after.recordings).toEqual(wanted.byStatus);
      expect(after.byBucket.map(({ bucket, files, bytes }) => [bucket, files, bytes]).sort()).toEqual(
        [...wanted.buckets].flatMap(([bucket, { files, bytes }]) => (files === 0 ? [] : [[bucket, files, bytes]])).sort(),
      );
    }),
  );
});
