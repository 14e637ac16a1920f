import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig } from './rig.ts';

/** Writes files below a folder; a key that holds a byte beyond ASCII is written in Latin-1, as old systems do. */
function makeSource(rig: Rig, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    const full = rig.path(`source/${path}`);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(Buffer.from(full, 'latin1'), content);
  }
  return rig.path('source');
}

/** The table CVS of NICE Trading Recording with a row for each path. */
const table = (...paths: readonly string[]): string =>
  ['CVSKEY,CVSSDT,CVSLCT', ...paths.map((path, at) => `${at + 1},2019-03-12 10:0${at}:00,${path}`), ''].join('\n');

/** Unidentifiable bytes: every value equally often, in an order that no sound has. */
function evenBytes(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

interface Told {
  readonly code: number | null;
  /** Counts recordings by status. */
  readonly statuses: Record<string, number>;
  /** Alarms and their messages. */
  readonly alarms: Record<string, string>;
  readonly aliens: readonly string[];
}

/** Runs survey, dry run and import of one source, which must agree; returns the findings of the import. */
async function told(rig: Rig, source: string, more: readonly string[] = []): Promise<Told> {
  const runs = [
    ['survey', source, '--headers-only', '--zone', 'UTC', ...more],
    ['import', source, '--into', 'archive', '--zone', 'UTC', '--dry-run', ...more],
    ['import', source, '--into', 'archive', '--zone', 'UTC', ...more],
  ];
  const all: Told[] = [];
  for (const args of runs) {
    const { code, lines } = await rig.json(args);
    const findings = lines.filter(({ type }) => type === 'finding');
    const reconciled = lines.find(({ type }) => type === 'reconciliation') as { recordings: Record<string, number> } | undefined;
    const alarms = findings.filter(({ code: each }) => /^P11[5-8]$/.test(String(each)));
    all.push({
      code,
      statuses: reconciled?.recordings ?? {},
      alarms: Object.fromEntries(alarms.map((each) => [String(each.code), String(each.message)])),
      aliens: findings.flatMap((each) => (each.code === 'P107' ? [String(each.place)] : [])),
    });
  }
  const [surveyed, dry, imported] = all;
  expect(surveyed).toEqual(imported);
  expect(dry).toEqual(imported);
  if (imported === undefined) throw new Error('nothing was run');
  return imported;
}

test('calls whose files have arbitrary names are joined by the names in their rows, and have their sound', async () => {
  await using rig = createRig();
  const source = makeSource(rig, {
    'cvs.csv': table(
      'rec/0001.aud',
      'rec\\0002',
      'D:\\voice\\rec\\0003.bin',
      '2019/CH01_20190312_1015.rec',
      'rec/0005.wav',
      'rec/0006.txt',
      'rec/Åsa.wav',
    ),
    'rec/0001.aud': wave(1_000),
    'rec/0002': wave(1_100),
    'rec/0003.bin': wave(1_200),
    '2019/CH01_20190312_1015.rec': wave(1_300),
    'rec/0005.wav ': wave(1_400),
    'rec/0006.txt': wave(1_500),
    'rec/Åsa.wav': wave(1_600),
  });
  expect(await told(rig, source)).toEqual({ code: 0, statuses: { matched: 7 }, alarms: {}, aliens: [] });
  const { code, summary } = await rig.json(['verify', 'archive', '--play']);
  expect({ code, summary }).toMatchObject({ code: 0 });
  const heard = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.opus'));
  expect(heard).toHaveLength(7);
});

test('a file that no row names is imported if its content is audio; an unidentifiable one is reported and ends with 3', async () => {
  await using rig = createRig();
  const source = makeSource(rig, {
    'cvs.csv': table('rec/0001.wav'),
    'rec/0001.wav': wave(1_000),
    'rec/0002.dat': wave(1_100),
    'rec/0003.dat': evenBytes(4_000),
    'readme.txt': 'These are the recordings of the trading floor.\n',
  });
  const run = await told(rig, source);
  expect(run).toMatchObject({ code: 3, statuses: { matched: 1, 'audio-without-row': 1 }, aliens: ['readme.txt', 'rec/0003.dat'] });
  expect(run.alarms).toEqual({ P118: expect.stringMatching(/^1 file .*: rec\/0003\.dat$/) });
});

test('an unidentifiable file is a medium if a row names it, and is reported as unplayable', async () => {
  await using rig = createRig();
  const source = makeSource(rig, { 'cvs.csv': table('rec/0001.dat'), 'rec/0001.dat': evenBytes(4_000) });
  const { code, lines, summary } = await rig.json(['import', source, '--into', 'archive', '--zone', 'UTC']);
  expect({ code, summary }).toMatchObject({ code: 3, summary: { imported: 1, notPlayable: 1 } });
  expect(lines.filter(({ type }) => type === 'finding').map(({ code: each }) => each)).not.toContain('P107');
});

test('a file that two rows match equally is an alarm', async () => {
  await using rig = createRig();
  const source = makeSource(rig, { 'cvs.csv': table('x.dat'), 'a/x.dat': evenBytes(4_000), 'b/x.dat': evenBytes(4_001) });
  const run = await told(rig, source);
  expect(run).toMatchObject({ code: 3, statuses: { ambiguous: 1 }, aliens: ['a/x.dat', 'b/x.dat'] });
  expect(run.alarms).toEqual({ P115: expect.stringMatching(/^2 files .*: a\/x\.dat, b\/x\.dat$/) });
});

test('an unknown table beside audio ends with 3; the message names its columns and how to read it, never its values', async () => {
  await using rig = createRig();
  const rows = ['call_id,answered at,agent,file', '1,2019-03-12 10:15:00,Agent Seven,a.wav', '2,2019-03-12 10:17:00,Agent Seven,b.wav', ''].join(
    '\n',
  );
  const source = makeSource(rig, { 'calls.csv': rows, 'a.wav': wave(1_000), 'b.wav': wave(1_100) });
  const run = await told(rig, source);
  expect(run).toMatchObject({ code: 3, statuses: { 'audio-without-row': 2 } });
  expect(run.alarms).toEqual({
    P117: expect.stringMatching(
      /^no importer read 1 table: calls\.csv \(columns call_id, answered at, agent, file\), and 2 recordings .*`longplay survey SOURCE --propose mapping\.toml`/,
    ),
  });
  const chosen = await rig.json(['import', source, '--into', 'chosen', '--importer', 'loose-files']);
  expect(chosen.code).toBe(0);

  const bare = makeSource(rig, { 'calls.csv': rows.slice(rows.indexOf('\n') + 1) });
  const second = await rig.json(['survey', bare, '--headers-only']);
  const alarm = second.lines.find(({ code }) => code === 'P117');
  expect(alarm?.message).toMatch(/^no importer read 1 table: calls\.csv \(without a header\), and 2 recordings/);
  expect(JSON.stringify(second.lines)).not.toContain('Seven');
});

test('loose files without any table are not a mistake, whatever their names', async () => {
  await using rig = createRig();
  const source = makeSource(rig, {
    'a.wav': wave(1_000),
    b: wave(1_100),
    'c/notes.txt': 'Notes, of last year, about nothing.\nNo table, either, this one.\n',
  });
  expect(await told(rig, source)).toEqual({ code: 0, statuses: { 'audio-without-row': 2 }, alarms: {}, aliens: ['c/notes.txt'] });
});
