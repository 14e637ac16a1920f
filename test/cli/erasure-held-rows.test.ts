import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { approved, approver, holding } from './erasure-rig.ts';
import { asterisk, createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

// A row of a kept table that belongs to a protected recording stays.

let rig: SealedRig;
const run = (...args: readonly string[]) => rig.sealed(...args);

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

async function idOf(archive: string, text: string): Promise<string> {
  const { lines } = await rig.json(['list', archive, '--text', text]);
  const ids = lines.flatMap(({ of, value }) => (of === 'recording' ? [(value as { recordingId: string }).recordingId] : [])); // as it is listed
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

/** Returns the name of the only bag of kept tables. */
function tablesOf(archive: string): string {
  const bags = readdirSync(rig.path(archive, 'bags/tables'));
  expect(bags).toHaveLength(1);
  return `tables/${bags[0]}`;
}

async function hold(archive: string, ...what: readonly string[]): Promise<string> {
  const { code, summary } = await rig.json(['hold', 'add', archive, ...what, '--reason', 'a lawsuit']);
  expect(code).toBe(0);
  return String(summary.id);
}

async function released(archive: string, id: string): Promise<void> {
  expect((await run('hold', 'release', archive, id, '--reason', 'over')).code).toBe(0);
}

const asking = ['--ground', 'error', '--reason', 'x'];
const quiet = expect.stringContaining('No request is due.');

test.each(['open', 'sealed'] as const)(
  'the row and the events of a recording on hold stay, for a request and for a run, until the hold is released; those of another one are erased; archive %s',
  async (kind) => {
    expect((await run('import', asterisk.folder, '--into', kind, '--zone', 'Europe/Stockholm', `--${kind}`)).code).toBe(0);
    await approver(rig, kind, `${kind}.pem`);
    const held = await idOf(kind, '46701740605');
    const bag = tablesOf(kind);
    // The first call of the sample: its row, and one of its events, which has only its key.
    const [row, event] = [`${bag}/table-0001:1`, `${bag}/table-0003:1`];
    const earlier = await approved(rig, kind, ['--row', event], `${kind}.pem`);
    const id = await hold(kind, '--text', '46701740605');
    const why = `it belongs to recording ${held}: hold ${id}`;
    const asked = await run('erase', 'request', kind, '--row', row, event, ...asking);
    expect([asked.code, asked.stderr, asked.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`E111 ${row}: .*${why}[\\s\\S]*E111 ${event}: .*${why}`)),
      expect.stringContaining('2 rows of it must not be erased now'),
    ]);
    // The hold was entered after the first request was approved.
    const left = await run('erase', 'run', kind);
    expect([left.code, left.stderr]).toEqual([3, expect.stringContaining(`E111 ${event}: request ${earlier}: the row stays: ${why}`)]);
    expect((await run('search', kind, '46701740605')).stdout).toContain('46701740605');
    const other = await idOf(kind, '46701740607');
    expect(other).not.toBe(held);
    const both = await approved(rig, kind, ['--row', row, '--text', '46701740607'], `${kind}.pem`);
    const partly = await run('erase', 'run', kind);
    expect([partly.code, partly.stderr]).toEqual([3, expect.stringContaining(`request ${both}: the row stays`)]);
    expect((await run('list', kind, '--text', '46701740607')).stdout).toContain('No recording matches.');
    if (kind === 'open') {
      expect(holding(rig.path(kind, 'bags/tables'), ['46701740605'])).not.toEqual([]);
      expect(holding(rig.path(kind, 'bags/tables'), ['46701740607'])).toEqual([]);
    }
    await released(kind, id);
    expect(await run('erase', 'run', kind)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('2 requests were executed.') });
    expect(await run('erase', 'run', kind)).toMatchObject({ code: 0, stdout: quiet });
    expect((await run('verify', kind)).code).toBe(0);
  },
);

test('a row that has only a short key stays with its recording, a rule protects rows as well, and a row of no recording stays under a hold on everything', async () => {
  mkdirSync(rig.path('export'));
  const mapping =
    '[source]\nzone = "UTC"\n[table]\nfiles = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\ncaller = "caller"\n[join]\ncolumn = "file"\n';
  writeFileSync(rig.path('mapping.toml'), mapping);
  for (const at of [1, 2]) writeFileSync(rig.path(`export/${at}.wav`), wave(800, 400 + at));
  const rows = [
    'id,start,caller,note,file',
    '1,2024-05-02 10:00:00,Bo,,1.wav',
    '2,2024-05-02 11:00:00,Åsa,,2.wav',
    '7,2024-05-03 09:00:00,"Ulla;,7.wav',
  ];
  writeFileSync(rig.path('export/calls.csv'), `${rows.join('\r\n')}\r\n`);
  const imported = await run('import', rig.path('export'), '--into', 'plain', '--mapping', rig.path('mapping.toml'), '--open');
  expect(imported.code, imported.stderr).toBeLessThan(4);
  await approver(rig, 'plain', 'plain.pem');
  const table = `${tablesOf('plain')}/table-0001`;
  const [bo, lost] = [`${table}:2`, `${table}:4`];
  const held = await idOf('plain', 'Bo');
  const ofRow = await hold('plain', '--text', 'Bo');
  const asked = await run('erase', 'request', 'plain', '--row', bo, lost, `${table}:3`, ...asking);
  expect(asked.stderr.match(/E111 tables.*/g)).toEqual([
    expect.stringContaining(`E111 ${bo}: the row is kept until nothing forbids its erasure: it belongs to recording ${held}: hold ${ofRow}`),
  ]);
  await released('plain', ofRow);
  const all = await hold('plain', '--all');
  const request = await approved(rig, 'plain', ['--row', lost], 'plain.pem');
  const left = await run('erase', 'run', 'plain');
  expect([left.code, left.stderr]).toEqual([
    3,
    expect.stringContaining(`E111 ${lost}: request ${request}: the row stays: hold ${all} covers everything`),
  ]);
  expect(holding(join(rig.path('plain'), 'bags/tables'), ['Ulla'])).not.toEqual([]);
  await released('plain', all);
  writeFileSync(rig.path('policy.toml'), 'zone = "UTC"\n[[rule]]\nname = "books"\nbasis = "a test"\nkeep = "99y"\n');
  expect((await run('retention', 'set', 'plain', rig.path('policy.toml'), '--reason', 'policy of the firm')).code).toBe(0);
  const ruled = await run('erase', 'request', 'plain', '--row', bo, ...asking);
  expect(ruled.stderr).toMatch(new RegExp(`E111 ${bo}: .*it belongs to recording ${held}: not before .*: rule books`));
  // No rule is about a row of no recording.
  expect(await run('erase', 'run', 'plain')).toMatchObject({ code: 0, stderr: '' });
  expect(holding(join(rig.path('plain'), 'bags/tables'), ['Ulla'])).toEqual([]);
});
