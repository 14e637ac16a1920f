import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byCodePoint } from '../../../src/core/base/order.ts';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import { openLedger } from '../../../src/store/jobs/ledger.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([100_000, 50])(
  'a ledger lists new recordings before amendments, each by start and id, however many it sorts at once (%d)',
  (sortedAtOnce) => {
    const ledger = openLedger(folder, true, sortedAtOnce);
    const added = Array.from({ length: 400 }, (_, row) => {
      const id = `${((row * 7_919) % 4_096).toString(16).padStart(8, '0')}-0000-8000-8000-000000000000`.split('').reverse().join('');
      const amends = row % 5 === 0 ? { revision: 1, bag: '2019/20190101-0', cause: 'rows' as const, changed: [], decodes: false } : null;
      return { id, day: row % 7 === 0 ? null : '2019-01-01', order: `2019 ${(row * 31) % 40}`, bytes: row, amends };
    });
    for (const { id, day, order, bytes, amends } of added) {
      const recording = emptyRecording('test', 'source-exact', id);
      const planned = { recordingId: id, supersedes: null, fingerprint: '', recording, ...(amends === null ? {} : { amends }) };
      ledger.add(planned, order, day, bytes);
    }
    const inOrder = [...added].sort(
      (a, b) => Number(a.amends !== null) - Number(b.amends !== null) || byCodePoint(a.order, b.order) || byCodePoint(a.id, b.id),
    );
    const expected = inOrder.map(({ id, day, bytes, amends }) => ({ recordingId: id, day, bytes, amends: amends === null ? null : 1 }));
    for (const _again of [1, 2]) {
      const listed = [...ledger.recordings()];
      expect(listed.map(({ line, ...rest }) => rest)).toEqual(expected);
      expect(listed.map(({ line }) => (JSON.parse(line) as { recordingId: string }).recordingId)).toEqual(
        expected.map(({ recordingId }) => recordingId),
      );
    }
    ledger.close();
  },
);
