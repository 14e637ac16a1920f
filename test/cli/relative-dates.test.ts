import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

const rig = createRig();
afterAll(() => rig[Symbol.asyncDispose]());

/** Calls of the sample start on 26 October 2025 from 00:29:56Z on, two of them before midnight on Fernando de Noronha (02:00Z); this is the day after. */
const now = { SOURCE_DATE_EPOCH: String(Date.parse('2025-10-27T12:00:00Z') / 1_000) };

beforeAll(async () => {
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
});

test('list, search, export and case add accept relative times, and state the moment of each', async () => {
  const all = (await rig.json(['list', 'archive'])).summary.recordings;
  const absolute = await rig.json(['list', 'archive', '--from', '2025-10-26T02:00:00Z', '--to', '2025-10-27T02:00:00Z']);
  expect([all, absolute.summary.recordings]).toEqual([6, 4]);
  const window = ['--from', 'yesterday', '--to', 'today', '--zone', 'America/Noronha'];
  const listed = await rig.run(['list', 'archive', ...window], { env: now });
  expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(`${String(absolute.summary.recordings)} recordings in`)]);
  expect(listed.stderr).toContain('--from yesterday is 2025-10-26T02:00:00Z (2025-10-26T00:00:00-02:00 in America/Noronha)\n');
  expect(listed.stderr).toContain('--to today is 2025-10-27T02:00:00Z (2025-10-27T00:00:00-02:00 in America/Noronha)\n');
  const json = await rig.json(['list', 'archive', ...window], now);
  expect(json.lines.slice(0, 2).map(({ type, message }) => [type, String(message).slice(0, 16)])).toEqual([
    ['notice', '--from yesterday'],
    ['notice', '--to today is 20'],
  ]);
  expect((await rig.run(['list', 'archive', ...window, '--quiet'], { env: now })).stderr).toBe('');
  const found = await rig.json(['search', 'archive', ...window, '--limit', '100'], now);
  expect(found.summary.shown).toBe(absolute.summary.recordings);
  const exported = await rig.json(['export', 'archive', ...window, '--out', 'out'], now);
  expect(exported.summary.recordings).toBe(absolute.summary.recordings);
  const made = (await rig.json(['case', 'new', 'archive', '--title', 'One day'])).summary.id as string;
  const added = await rig.json(['case', 'add', 'archive', made, ...window], now);
  expect(added.summary.added).toBe(absolute.summary.recordings);
  // The case stores the moment, because "yesterday" changes its meaning.
  const document = readFileSync(rig.path('archive/cases', made, 'case.json'), 'utf8');
  expect(document).toContain('from 2025-10-26T02:00:00');
  expect(document).not.toContain('yesterday');
});

test("without --zone the clock of the machine counts, and UTC if the machine's zone has no name", async () => {
  for (const [TZ, told] of [
    ['America/New_York', '--from today is 2025-10-27T04:00:00Z (2025-10-27T00:00:00-04:00 in America/New_York, the zone of this machine)'],
    ['Nowhere/Land', '--from today is 2025-10-27T00:00:00Z (2025-10-27T00:00:00+00:00 in UTC, the zone of this machine)'],
  ] as const) {
    const { code, stderr } = await rig.run(['list', 'archive', '--from', 'today'], { env: { ...now, TZ } });
    expect([code, stderr]).toEqual([0, `${told}\n`]);
  }
});

test('export without an id or a filter exports nothing until --all says so', async () => {
  for (const args of [[], [''], ['--text', '']]) {
    const { code, stderr } = await rig.run(['export', 'archive', ...args, '--out', 'everything']);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining('U136')]);
  }
  // The variable of another command's --all has no effect here.
  expect((await rig.run(['export', 'archive', '--out', 'everything'], { env: { LONGPLAY_ALL: '1' } })).code).toBe(2);
  const all = await rig.json(['export', 'archive', '--all', '--out', 'everything']);
  expect([all.code, all.summary.recordings]).toEqual([0, (await rig.json(['list', 'archive'])).summary.recordings]);
  expect((await rig.json(['export', 'archive', '--all', '--limit', '2', '--out', 'two'])).summary.recordings).toBe(2);
});
