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

it('a ledger without plans knows which recordings were added, and keeps no lines of them', () => {
  const ledger = openLedger(folder, false);
  const recording = emptyRecording('test', 'source-exact', 'one');
  ledger.add({ recordingId: 'one', supersedes: null, fingerprint: '', recording }, '2019', null, 1);
  expect([ledger.planned, ledger.hasPlanned('one'), ledger.hasPlanned('two')]).toEqual([1, true, false]);
  expect(() => ledger.plannedAt(1)).toThrow('no recording was added as number 1');
  ledger.close();
});

it('a ledger gives each file one class, counts the classes, and lists the files without one, however many there are', () => {
  const ledger = openLedger(folder);
  const name = (file: number): string => `f${String(file).padStart(6, '0')}`;
  const files = Array.from({ length: 20_000 }, (_, file) => file);
  for (const file of files) ledger.entry(name(file), file);
  const classOf = (file: number): string | null => (file % 3 === 0 ? null : file % 3 === 1 ? 'matched' : 'table');
  // The last file first: the classes must not depend on the order.
  for (const file of [...files].reverse()) {
    const bucket = classOf(file);
    if (bucket !== null) expect(ledger.claim(name(file), bucket)).toBe('ok');
  }
  expect([ledger.claim('other', 'matched'), ledger.claim(name(1), 'table'), ledger.claim(name(1), 'matched')]).toEqual(['unknown', 'twice', 'twice']);
  const sums = [
    ['matched', 'matched'],
    ['table', 'table'],
    ['unclaimed', null],
  ].map(([bucket, wanted]) => {
    const all = files.filter((file) => classOf(file) === wanted);
    return { bucket, files: all.length, bytes: all.reduce((sum, file) => sum + file, 0) };
  });
  expect(ledger.buckets()).toEqual(sums);
  const free = files.filter((file) => classOf(file) === null).map(name);
  expect([...ledger.unclaimed()]).toEqual(free);
  expect([ledger.isFree(name(3)), ledger.isFree(name(4)), ledger.isFree('other'), ledger.sizeOf(name(4)), ledger.sizeOf('other')]).toEqual([
    true,
    false,
    false,
    4,
    null,
  ]);
  // A file that gets its class while the list is read is not listed.
  const listed: string[] = [];
  for (const path of ledger.unclaimed()) {
    listed.push(path);
    ledger.claim(name(3 * (listed.length * 2 - 1)), 'matched');
  }
  expect(listed).toEqual(free.filter((_, at) => at % 2 === 0));
  ledger.close();
});
