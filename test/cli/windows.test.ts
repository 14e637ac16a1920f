import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cdrLine } from '../importers/asterisk/rows.ts';
import { createRig, type Rig } from './rig.ts';

// New York put its clocks back on 2025-11-02 at 06:00 UTC: 01:30 was 05:30 UTC, and again 06:30 UTC.
let rig: Rig;
let caseId: string;

const row = (uniqueid: string, time: string): string =>
  cdrLine({
    src: '12125550142',
    dst: '1001',
    clid: '"Ann Doe" <12125550142>',
    start: `2025-11-02 ${time}`,
    answer: `2025-11-02 ${time}`,
    end: `2025-11-02 ${time}`,
    duration: 0,
    billsec: 0,
    uniqueid,
    sequence: 0,
  });

beforeAll(async () => {
  rig = createRig();
  const made = (name: string, rows: readonly string[]): void => {
    mkdirSync(rig.path(name, 'cdr-csv'), { recursive: true });
    writeFileSync(rig.path(name, 'cdr-csv/Master.csv'), rows.join(''));
  };
  made('zoned', [row('one', '00:30:00'), row('two', '01:30:00'), row('three', '02:30:00')]);
  made('unzoned', [row('four', '08:00:00')]);
  // Rows without a file.
  expect((await rig.run(['import', 'zoned', '--into', 'archive', '--site', 'ny', '--zone', 'America/New_York'])).code).toBe(3);
  expect((await rig.run(['import', 'unzoned', '--into', 'archive', '--site', 'old'])).code).toBe(3);
  caseId = String((await rig.json(['case', 'new', 'archive', '--title', 'Fold'])).summary.id);
});
afterAll(() => rig[Symbol.asyncDispose]());

const window = (from: string, to: string, ...more: readonly string[]): string[] => ['--from', from, '--to', to, '--with-site', 'ny', ...more];
const whole = window('2025-11-02T05:00Z', '2025-11-02T07:00Z');
const half = window('2025-11-02T05:00Z', '2025-11-02T06:00Z');

test.each([
  ['list', ['list', 'archive']],
  ['search', ['search', 'archive', 'ann']],
])('%s finds a call in the ambiguous hour by either reading, and marks it as possible only if a bound falls between them', async (_name, command) => {
  const both = await rig.json([...command, ...whole]);
  expect([both.code, both.lines.filter(({ type }) => type === 'result').length, both.summary.window]).toEqual([
    0,
    1,
    { in: 1, perhaps: 0, withoutTime: 0 },
  ]);
  const one = await rig.json([...command, ...half]);
  expect([one.lines.filter(({ type }) => type === 'result').length, one.summary.window]).toEqual([1, { in: 0, perhaps: 1, withoutTime: 0 }]);
  const [found] = one.lines;
  expect(found?.value).toMatchObject({ earliest: '2025-11-02T05:30:00.000Z', latest: '2025-11-02T06:30:00.000Z' });
  expect((await rig.run([...command, ...half])).stdout).toContain('In this time: 0; perhaps in it: 1 (their time is not certain; ');
});

test('export and case add include possible matches of a window, and say so', async () => {
  const exported = await rig.json(['export', 'archive', ...half, '--out', 'out']);
  expect([exported.code, exported.summary.recordings, exported.summary.window]).toEqual([0, 1, { in: 0, perhaps: 1, withoutTime: 0 }]);
  const byQuery = await rig.json(['case', 'add', 'archive', caseId, ...half]);
  expect([byQuery.code, byQuery.summary.added, byQuery.summary.window]).toEqual([0, 1, { in: 0, perhaps: 1, withoutTime: 0 }]);
  const byParty = await rig.json(['case', 'add', 'archive', caseId, '--party', '+1 212 555 0142', '--uncertain', ...whole]);
  expect([byParty.code, byParty.summary.added, byParty.summary.window]).toEqual([0, 0, { in: 1, perhaps: 0, withoutTime: 0 }]);
  const shown = await rig.json(['case', 'show', 'archive', caseId]);
  expect(JSON.stringify(shown.lines[0]?.value)).toContain('to 2025-11-02T06:00 UTC; perhaps: its time is not certain');
});

test("a bound without an offset is read by the clock of the archive's calls, or of --zone, and the zone is stated", async () => {
  // 01:00 and 02:00 by the clock of New York are 05:00 and 07:00 UTC: the whole ambiguous hour.
  const told = await rig.run(['list', 'archive', ...window('2025-11-02T01:00', '2025-11-02T02:00')]);
  expect(told.stdout).toContain('In this time: 1; perhaps in it: 0; without any time, so left out: 0.');
  expect(told.stderr).toContain('--from 2025-11-02T01:00 is 2025-11-02 05:00:00 UTC (read in America/New_York, the zone of the calls of the archive');
  expect(told.stderr).toContain('--to 2025-11-02T02:00 is 2025-11-02 07:00:00 UTC');
  const { lines, summary } = await rig.json(['list', 'archive', '--zone', 'UTC', ...window('2025-11-02T05:00', '2025-11-02T07:00')]);
  expect(summary.window).toEqual({ in: 1, perhaps: 0, withoutTime: 0 });
  expect(lines.filter(({ type }) => type === 'notice').map(({ message }) => message)).toEqual([
    '--from 2025-11-02T05:00 is 2025-11-02 05:00:00 UTC (read in UTC)',
    '--to 2025-11-02T07:00 is 2025-11-02 07:00:00 UTC (read in UTC)',
  ]);
});

test('a clock of an unknown zone possibly matches each window that it can reach, and no other', async () => {
  const asked = async (from: string, to: string): Promise<unknown> =>
    (await rig.json(['list', 'archive', '--with-site', 'old', '--from', from, '--to', to])).summary.window;
  expect(await asked('2025-11-01T18:00Z', '2025-11-02T20:00:01Z')).toEqual({ in: 1, perhaps: 0, withoutTime: 0 });
  expect(await asked('2025-11-02T05:00Z', '2025-11-02T07:00Z')).toEqual({ in: 0, perhaps: 1, withoutTime: 0 });
  expect(await asked('2025-11-02T20:00:01Z', '2025-11-04T00:00Z')).toEqual({ in: 0, perhaps: 0, withoutTime: 0 });
  expect(await asked('2025-11-01T00:00Z', '2025-11-01T18:00Z')).toEqual({ in: 0, perhaps: 0, withoutTime: 0 });
});
