import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../rig.ts';

// Exchange and dealer board of the sample: a call of both, one without sound, and one on the board alone.
const sample = join(root, 'samples/cases/deal-4711');
let rig: Rig;
let id: string;
const ids: Record<'pbx' | 'board' | 'silent' | 'other', string> = { pbx: '', board: '', silent: '', other: '' };

beforeAll(async () => {
  rig = createRig();
  for (const [folder, zone] of [
    ['pbx', 'Europe/Stockholm'],
    ['board', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, '--zone', zone])).code).toBe(0);
  // With a data subject, so that it can be masked.
  id = String((await rig.json(['subject', 'archive', '+46701740605', '--country', '+46', '--case', 'Deal'])).summary.caseId);
  const found = (await rig.json(['list', 'archive'])).lines.flatMap(({ value }) => (value === undefined ? [] : [value as Record<string, string>]));
  const starting = (start: string): string => found.find((one) => one.start?.includes(start) === true)?.recordingId ?? '';
  Object.assign(ids, { pbx: starting('T09:15:00'), board: starting('T09:15:01'), silent: starting('T10:05'), other: starting('T10:40') });
});
afterAll(() => rig[Symbol.asyncDispose]());

const rows = [
  'Date;Time;From;To;Call ID;Length',
  '2025-10-26;10:15:20;070-174 06 05;1001;;4',
  '2025-10-26;11:05:00;1001;+46701740605;1761473100.4;6',
  '2025-10-26;11:40:05;1001;+447700900012;;5',
  '2025-10-26;11:40:00;1001;+447700900999;;5',
  '2025-10-26;13:00:00;1001;+447700900012;;5',
  'soon;11:40:00;1001;+447700900012;;5',
  '2025-10-26;11:40:00;;;;5',
];

/** Rows as `--json` prints them. */
async function compared(...args: readonly string[]) {
  const { code, lines, summary } = await rig.json(['case', 'compare', 'archive', id, ...args]);
  const of = (kind: string) => lines.flatMap((line) => (line.of === kind ? [line.value as Record<string, unknown>] : []));
  return { code, rows: of('compared-row'), unnamed: of('unnamed').map(({ recordingId }) => recordingId), summary };
}

test('each row is in the case, only in the archive, possible, missing or not read, with a reason; the case stores the comparison once', async () => {
  writeFileSync(rig.path('cdr.csv'), Buffer.from(`\ufeff${rows.join('\r\n')}\r\n`, 'utf16le'));
  const { code, rows: answers, unnamed, summary } = await compared('cdr.csv', '--out', 'compared.csv');
  expect(code).toBe(3);
  expect(answers.map(({ row, outcome, inCase, inArchive, perhaps }) => [row, outcome, inCase, inArchive, perhaps])).toEqual([
    // Numbered as in a spreadsheet: the header is the first.
    [2, 'found', expect.toSatisfy((some: string[]) => some.sort().join() === [ids.pbx, ids.board].sort().join()), [], []],
    [3, 'missing', [ids.silent], [], []],
    [4, 'outside', [], [ids.other], []],
    [5, 'perhaps', [], [], [ids.other]],
    [6, 'missing', [], [], []],
    [7, 'unread', [], [], []],
    [8, 'unread', [], [], []],
  ]);
  const why = answers.map((one) => (one.why as string[]).join('; '));
  expect(why[1]).toContain('no sound of it (row-without-audio)');
  expect(why[3]).toContain('names somebody other than the callee');
  expect(why[4]).toMatch(/no recording after 2025-10-26 10:40/);
  expect([why[5], why[6]]).toEqual(['its time cannot be read', 'it names nobody and no id: a time alone finds no call']);
  // No personal number in anything printed besides the rows.
  expect(why.join()).not.toContain('0770090');
  const sha256 = createHash('sha256')
    .update(readFileSync(rig.path('cdr.csv')))
    .digest('hex');
  const counts = { rows: 7, found: 1, outside: 1, perhaps: 1, missing: 2, unread: 2, recordings: 3, unnamed: 0 };
  expect(summary).toMatchObject({ ...counts, sha256, columns: ['start=Date+Time', 'caller=From', 'callee=To', 'call=Call ID'], isKept: true });
  expect(unnamed).toEqual([]);
  const table = parse(readFileSync(rig.path('compared.csv')), { columns: true, bom: true }) as Record<string, string>[];
  expect(table.map(({ outcome }) => outcome)).toEqual(answers.map(({ outcome }) => outcome));

  expect((await compared('cdr.csv')).summary.isKept).toBe(false);
  const { comparisons } = JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as { comparisons: unknown[] };
  expect(comparisons).toEqual([expect.objectContaining({ set: 1, name: 'cdr.csv', sha256, zone: 'Europe/Stockholm', toleranceMs: 60_000, counts })]);
  const verified = await rig.run(['verify', 'archive']);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(': OK.')]);
  expect((await rig.run(['case', 'show', 'archive', id])).stdout).toContain('compared with 1 list');
});

test('orders are found within calls, items that no row names are listed, and a case that has all of a list ends with 0', async () => {
  writeFileSync(rig.path('orders.csv'), 'Order ID,Order Time,Trader\n4711,2025-10-26T09:15:03Z,Dealer One\n');
  const { code, rows: answers, unnamed } = await compared('orders.csv');
  expect([code, answers.map(({ outcome, inCase }) => [outcome, inCase])]).toEqual([0, [['found', [ids.board]]]]);
  expect(unnamed).toEqual([ids.silent, ids.pbx].sort());
  // In another zone the same list has other times.
  writeFileSync(rig.path('local.csv'), 'when,who\n26.10.2025 10:15:00,+46701740605\n');
  const columns = ['--column', 'start=when', 'party=who', '--time-format', 'DD.MM.YYYY HH:mm:ss'];
  expect((await compared('local.csv', ...columns)).rows).toMatchObject([{ outcome: 'found' }]);
  expect((await compared('local.csv', ...columns, '--zone', 'America/New_York')).rows).toMatchObject([{ outcome: 'missing' }]);
  expect((await compared('local.csv', ...columns, '--tolerance', '0s')).rows).toMatchObject([{ outcome: 'found', inCase: [ids.pbx] }]);
  // Written to the day, it is a window whose calls must all be in the case.
  writeFileSync(rig.path('day.csv'), 'when,who\n2025-10-26,+447700900012\n2025-10-26,0701740605\n');
  expect((await compared('day.csv', '--column', 'start=when', 'party=who')).rows).toMatchObject([{ outcome: 'outside' }, { outcome: 'found' }]);
});

test('a hand-over states what the case was compared with, and has the rows; a masked one has only counts', async () => {
  expect((await rig.run(['case', 'export', 'archive', id, '--out', 'out'])).code).toBe(0);
  const scope = readFileSync(rig.path('out/data/scope.csv'), 'utf8');
  const sha256 = createHash('sha256')
    .update(readFileSync(rig.path('cdr.csv')))
    .digest('hex');
  expect(scope).toContain(`with cdr.csv, SHA-256 ${sha256}; result of each row: data/comparisons/1/comparison.csv`);
  expect(scope).toMatch(/compared,"of these rows: found in the case",1\r\n/);
  expect(readFileSync(rig.path('out/data/comparisons/1/comparison.csv'))).toEqual(readFileSync(rig.path('compared.csv')));
  expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('out'))).code).toBe(0);
  expect(readFileSync(rig.path('out/cover.txt'), 'utf8')).toContain('of these rows: found in the case');

  expect((await rig.run(['case', 'export', 'archive', id, '--out', 'masked', '--mask'])).code).toBe(0);
  expect(existsSync(rig.path('masked/data/comparisons'))).toBe(false);
  expect(readFileSync(rig.path('masked/data/scope.csv'), 'utf8')).toContain('with a list whose name is masked');
  const all = readdirSync(rig.path('masked'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of all)
    expect([entry.name, /cdr\.csv|900999|7700900012/.test(readFileSync(join(entry.parentPath, entry.name), 'latin1'))]).toEqual([entry.name, false]);
});

test('a hand-over with withheld items omits the rows, because they name the items; after the release they are included', async () => {
  const said = (state: string) => rig.run(['case', 'review', 'archive', id, ids.board, '--state', state, '--reason', 'advice of counsel']);
  expect((await said('privileged')).code).toBe(0);
  const { comparisons: kept } = JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as { comparisons: { set: number }[] };
  expect(kept.length).toBeGreaterThan(1);
  const { code, lines } = await rig.json(['case', 'export', 'archive', id, '--out', 'less']);
  expect([code, lines.flatMap((line) => (line.code === 'C122' ? [line.place] : []))]).toEqual([0, kept.map(({ set }) => `comparison ${set}`)]);
  const scope = readFileSync(rig.path('less/data/scope.csv'), 'utf8');
  expect(scope).toContain('with cdr.csv, SHA-256 ');
  expect(scope).not.toContain('data/comparisons');
  // Its id is in the log of withheld items, and nowhere else.
  const files = readdirSync(rig.path('less'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const naming = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').includes(ids.board)).map(({ name }) => name);
  expect(naming).toEqual(['withheld.csv']);
  expect((await said('released')).code).toBe(0);
  expect((await rig.run(['case', 'export', 'archive', id, '--out', 'again'])).code).toBe(0);
  expect(existsSync(rig.path('again/data/comparisons/1/comparison.csv'))).toBe(true);
});

test('a file that is not a list is refused with its columns, and nothing is stored', async () => {
  const before = readFileSync(rig.path('archive/cases', id, 'case.json'));
  const refused = async (content: string, ...more: readonly string[]): Promise<string> => {
    writeFileSync(rig.path('bad.csv'), content);
    const { code, stderr } = await rig.run(['case', 'compare', 'archive', id, 'bad.csv', ...more]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('C191')]);
    return stderr;
  };
  await refused('');
  await refused('start,from\n');
  expect(await refused('start,length\n2025-10-26T09:15:00Z,4\n')).toContain('no column has a party or the id of a call');
  expect(await refused('from,length\n1,4\n')).toContain('from, length');
  expect(await refused('start,from\n1,2\n', '--column', 'start=strat', 'caller=from')).toContain("did you mean 'start'?");
  await refused('start,from\n1,2\n', '--column', 'begin=start');
  expect(readFileSync(rig.path('archive/cases', id, 'case.json'))).toEqual(before);
});
