import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database/database.ts';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig, root } from './rig.ts';

interface Listed {
  readonly recordingId: string;
  readonly revision: number;
  readonly importer: string;
  readonly key: string;
  readonly start: string | null;
  readonly from: string;
  readonly agent: string;
}

async function list(rig: Rig): Promise<Listed[]> {
  const { lines } = await rig.json(['list', 'archive']);
  return lines.filter((line) => line.of === 'recording').map((line) => line.value as Listed);
}

const into = ['--into', 'archive'];

/** Imports with the correct options: without `--amend` the difference is reported and nothing changes; with it each recording keeps its id, and the third import finds nothing new. */
async function correct(rig: Rig, right: readonly string[], { told, amended }: { told: RegExp; amended: number }): Promise<Listed[]> {
  const before = await list(rig);
  const asked = await rig.json(['import', ...right, ...into]);
  expect([asked.code, asked.summary]).toMatchObject([3, { imported: 0, alarms: { P265: amended } }]);
  expect(asked.lines.find(({ code }) => code === 'P265')).toMatchObject({ message: expect.stringMatching(told) });
  expect(await list(rig)).toEqual(before);
  const done = await rig.json(['import', ...right, ...into, '--amend']);
  expect([done.code, done.summary]).toMatchObject([0, { imported: 0, amended }]);
  const after = await list(rig);
  const ids = (listed: readonly Listed[]): string[] => listed.map(({ recordingId }) => recordingId).sort();
  expect(ids(after)).toEqual(ids(before));
  for (const more of [[], ['--amend']]) {
    const again = await rig.json(['import', ...right, ...into, ...more]);
    expect([again.code, again.summary]).toMatchObject([0, { imported: 0, bagsLanded: 0 }]);
  }
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
  rmSync(rig.path('archive/catalog.sqlite'));
  expect(await list(rig)).toEqual(after);
  return after;
}

/** Imports with wrong options. */
async function begin(rig: Rig, args: readonly string[]): Promise<Listed[]> {
  const { code, summary } = await rig.json(['import', ...args, ...into]);
  expect([code, summary]).toMatchObject([0, { findings: {} }]);
  return await list(rig);
}

const head = 'id,ticket,start,from,agent,file';
const rows = ['1,T-7,2019-01-12 10:15:00,+15550101,Åsa,c1.wav', '2,T-8,2019-01-13 10:15:00,+15550102,Åke,c2.wav'];

function writeTable(rig: Rig, lines: readonly string[], encoding: BufferEncoding = 'utf8'): void {
  mkdirSync(rig.path('source'), { recursive: true });
  writeFileSync(rig.path('source/calls.csv'), `${[head, ...lines].join('\n')}\n`, encoding);
}

function writeCalls(rig: Rig): void {
  writeTable(rig, rows);
  for (const at of [1, 2]) writeFileSync(rig.path('source', `c${at}.wav`), wave(800, 300 * at));
}

function writeMapping(rig: Rig, name: string, columns: Readonly<Record<string, string>>, table = 'files = "calls.csv"'): void {
  const named = { key: 'id', caller: 'from', agent: 'agent', ...columns };
  const start = 'start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }';
  const lines = Object.entries(named).map(([field, column]) => `${field} = "${column}"`);
  const text = ['[source]', 'zone = "UTC"', '[table]', table, '[columns]', ...lines, start, '[join]', 'column = "file"', ''];
  writeFileSync(rig.path(name), text.join('\n'));
}

test('a row that arrives after its audio describes the existing recording, whether the audio was imported with the table or alone', async () => {
  for (const first of [
    ['--mapping', 'mapping.toml'],
    ['--importer', 'loose-files'],
  ]) {
    await using rig = createRig();
    writeCalls(rig);
    writeMapping(rig, 'mapping.toml', {});
    writeTable(rig, first[0] === '--mapping' ? rows.slice(1) : []);
    expect((await rig.json(['import', 'source', ...into, ...first])).summary).toMatchObject({ imported: 2 });
    writeTable(rig, rows);
    const amended = first[0] === '--mapping' ? 1 : 2;
    const after = await correct(rig, ['source', '--mapping', 'mapping.toml'], {
      told: new RegExp(`identified otherwise ${amended}.*rows ${amended}`),
      amended,
    });
    expect(after.map(({ key, from, importer }) => [importer, key, from])).toEqual([
      ['generic', '1', '+15550101'],
      ['generic', '2', '+15550102'],
    ]);
    // The audio alone has less information than the archive.
    const alone = await rig.json(['import', 'source', ...into, '--importer', 'loose-files', '--amend']);
    expect([alone.code, alone.summary]).toMatchObject([0, { imported: 0, bagsLanded: 0 }]);
  }
});

test('another key column gives no call a second entry, even if some of its keys equal those of other calls in the first column', async () => {
  await using rig = createRig();
  writeCalls(rig);
  writeTable(
    rig,
    rows.map((row, at) => row.replace(/T-\d/, String(2 - at))),
  );
  writeMapping(rig, 'wrong.toml', {});
  writeMapping(rig, 'right.toml', { key: 'ticket' });
  const before = await begin(rig, ['source', '--mapping', 'wrong.toml']);
  const after = await correct(rig, ['source', '--mapping', 'right.toml'], { told: /described differently .*identified otherwise 2/, amended: 2 });
  const keys = (listed: readonly Listed[]): string[] => listed.map(({ recordingId, key, from }) => `${recordingId} ${key} ${from}`);
  expect(keys(after)).toEqual(before.map(({ recordingId, key, from }) => `${recordingId} ${key === '1' ? '2' : '1'} ${from}`));
  // Now the options of the first import are the difference.
  expect((await rig.json(['import', 'source', '--mapping', 'wrong.toml', ...into])).summary).toMatchObject({ imported: 0, alarms: { P265: 2 } });
  // Another call has a key that the first import used.
  writeFileSync(rig.path('source/c3.wav'), wave(800, 900));
  writeTable(rig, ['9,1,2019-01-14 10:15:00,+15550103,Åsa,c3.wav']);
  const other = await rig.json(['import', 'source', '--mapping', 'right.toml', ...into]);
  expect(other.summary).toMatchObject({ imported: 1, findings: { P104: 1 } });
});

test('equal audio of two calls, or the file of a call whose key still exists, is never taken for one call', async () => {
  await using rig = createRig();
  writeCalls(rig);
  writeMapping(rig, 'mapping.toml', {});
  const source = ['source', '--mapping', 'mapping.toml'];
  await begin(rig, source);
  // The same audio in another file, with another row.
  writeFileSync(rig.path('source/c4.wav'), wave(800, 300));
  writeTable(rig, [...rows, '4,T-10,2019-01-15 10:15:00,+15550104,Åsa,c4.wav']);
  expect((await rig.json(['import', ...source, ...into, '--amend'])).summary).toMatchObject({ imported: 1, findings: { P261: 1 } });

  // Another key has the file of a key that is still in the table.
  await using other = createRig();
  writeCalls(other);
  writeMapping(other, 'mapping.toml', {});
  await begin(other, source);
  writeTable(other, ['5,T-11,2019-01-16 10:15:00,+15550105,Åsa,c2.wav', rows[0] ?? '', (rows[1] ?? '').replace('c2.wav', '')]);
  const moved = await other.json(['import', ...source, ...into, '--amend']);
  const listed = (await list(other)).map(({ key, revision, from }) => `${key} ${revision} ${from}`);
  expect([moved.summary, listed]).toMatchObject([{ amended: 0 }, expect.arrayContaining(['1 1 +15550101', '2 1 +15550102', '5 1 +15550105'])]);
});

test('a changed row of the same file is a difference, and different audio under its key is imported beside the old recording', async () => {
  await using rig = createRig();
  writeCalls(rig);
  writeMapping(rig, 'mapping.toml', {});
  const source = ['source', '--mapping', 'mapping.toml'];
  await begin(rig, source);
  writeTable(rig, [rows[0] ?? '', (rows[1] ?? '').replace('+15550102', '+15550109')]);
  const [, second] = await correct(rig, source, { told: /^1 archived recording .*parties 1, rows 1/, amended: 1 });
  expect(second).toMatchObject({ key: '2', revision: 2, from: '+15550109' });
  writeFileSync(rig.path('source/c2.wav'), wave(900, 700));
  writeTable(rig, rows);
  const other = await rig.json(['import', ...source, ...into]);
  expect([other.code, other.summary]).toMatchObject([0, { imported: 1, findings: { P104: 1 } }]);
});

test('one command corrects a zone, an encoding, a mapping, a declaration or an importer, in five families', async () => {
  // CSV: Latin-1 read as Macintosh.
  await using csv = createRig();
  writeCalls(csv);
  writeMapping(csv, 'mapping.toml', {});
  writeTable(csv, rows, 'latin1');
  await begin(csv, ['source', '--mapping', 'mapping.toml', '--encoding', 'macintosh']);
  expect((await list(csv)).map(({ agent }) => agent)).toEqual(['≈sa', '≈ke']);
  const read = await correct(csv, ['source', '--mapping', 'mapping.toml'], { told: /parties 2/, amended: 2 });
  expect(read.map(({ agent }) => agent)).toEqual(['Åsa', 'Åke']);

  // Asterisk: without its table, as loose files.
  await using pbx = createRig();
  pbx.copyOf(join(root, 'samples/asterisk-normal'), 'source');
  for (const name of ['sides', '2025/10/26']) {
    const folder = pbx.path('source/monitor', name);
    for (const file of readdirSync(folder)) if (!file.includes('1761442196.4') && !file.includes('1761444900.8')) rmSync(join(folder, file));
  }
  const table = pbx.path('source/cdr-csv/Master.csv');
  const lines = readFileSync(table, 'utf8').split('\n');
  writeFileSync(table, lines.filter((line) => /1761442196\.4|1761444900\.8/.test(line)).join('\n'));
  for (const gone of ['cdr-csv/retail.csv', 'cel-custom']) rmSync(pbx.path('source', gone), { recursive: true });
  await begin(pbx, ['source', '--importer', 'loose-files']);
  const joined = await correct(pbx, ['source', '--zone', 'America/New_York'], { told: /identified otherwise 2/, amended: 2 });
  expect(joined.map(({ importer, revision }) => `${importer} ${revision}`)).toEqual(['asterisk 2', 'asterisk 2']);
  const zoned = await correct(pbx, ['source', '--zone', 'Europe/Stockholm'], { told: /callStart 2/, amended: 2 });
  expect(zoned.map(({ revision }) => revision)).toEqual([3, 3]);

  // Sidecars: without a zone.
  await using xml = createRig();
  xml.copyOf(join(root, 'samples/sidecar-xml'), 'source');
  await begin(xml, ['source']);
  const changed = await xml.json(['import', 'source', ...into, '--zone', 'Europe/Stockholm']);
  const { P265: amended = 0 } = changed.summary.alarms as Record<string, number>;
  expect(amended).toBeGreaterThan(0);
  await correct(xml, ['source', '--zone', 'Europe/Stockholm'], { told: /callStart/, amended });

  // SQLite: two columns exchanged, and another key column.
  await using sqlite = createRig();
  writeCalls(sqlite);
  rmSync(sqlite.path('source/calls.csv'));
  const db = openDatabase(sqlite.path('source/calls.db'), 'examined');
  db.exec('CREATE TABLE calls (id TEXT, ticket TEXT, start TEXT, "from" TEXT, agent TEXT, file TEXT)');
  const insert = db.prepare('INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?)');
  for (const row of rows) insert.run(...row.split(','));
  db.close();
  const of = 'files = "calls.db"\nkind = "sqlite"\nname = "calls"';
  writeMapping(sqlite, 'wrong.toml', { caller: 'agent', agent: 'from' }, of);
  writeMapping(sqlite, 'right.toml', { key: 'ticket' }, of);
  await begin(sqlite, ['source', '--mapping', 'wrong.toml']);
  const exchanged = await correct(sqlite, ['source', '--mapping', 'right.toml'], { told: /identified otherwise 2, parties 2/, amended: 2 });
  expect(exchanged.map(({ key, from }) => `${key} ${from}`)).toEqual(['T-7 +15550101', 'T-8 +15550102']);

  // Loose files: another codec declared.
  await using loose = createRig();
  mkdirSync(loose.path('source'));
  writeFileSync(loose.path('source/c1.raw'), wave(800).subarray(44));
  await begin(loose, ['source', '--declare', '*.raw=pcm-s16le,8000']);
  await correct(loose, ['source', '--declare', '*.raw=pcm-s16le,16000'], { told: /media 1/, amended: 1 });
});

/** Returns `key file` of each recording, sorted. */
async function pairs(rig: Rig): Promise<string[]> {
  const all = (await list(rig)).map(async ({ recordingId, key }) => {
    const { lines } = await rig.json(['show', 'archive', recordingId]);
    const shown = lines.flatMap(({ of, value }) => (of === 'document' ? [value as { document: { media: { path: string }[] } }] : []));
    return `${key} ${shown.flatMap(({ document }) => document.media.map(({ path }) => path)).join()}`;
  });
  return (await Promise.all(all)).sort();
}

test('rows that exchange their files, or take a file without a row, are corrections: each recording keeps its audio and gets the row that names it', async () => {
  const ring = [...rows, '3,T-9,2019-01-14 10:15:00,+15550103,Åsa,c3.wav'];
  const named = (files: readonly string[]): string[] => ring.map((row, at) => row.replace(/c\d\.wav$/, files[at] ?? ''));
  const source = ['source', '--mapping', 'mapping.toml'];
  for (const [before, after, amended] of [
    [['c1.wav', 'c2.wav', 'c3.wav'], ['c2.wav', 'c1.wav', 'c3.wav'], 2],
    [['c1.wav', 'c2.wav', 'c3.wav'], ['c2.wav', 'c3.wav', 'c1.wav'], 3],
    // c4.wav had no row; c1.wav has none from now on.
    [['c1.wav', 'c2.wav', 'c3.wav'], ['c4.wav', 'c2.wav', 'c3.wav'], 2],
  ] as const) {
    await using rig = createRig();
    writeCalls(rig);
    for (const at of [3, 4]) writeFileSync(rig.path('source', `c${at}.wav`), wave(800, 300 * at));
    writeMapping(rig, 'mapping.toml', {});
    writeTable(rig, named(before));
    await rig.json(['import', ...source, ...into]);
    const audio = new Map((await list(rig)).map(({ recordingId, key }) => [recordingId, key]));
    writeTable(rig, named(after));
    const listed = await correct(rig, source, { told: new RegExp(`^${amended} archived recordings .*identified otherwise ${amended}`), amended });
    const fileOf = (key: string): string => (/^\d$/.test(key) ? (before[Number(key) - 1] ?? '') : key);
    const keyOf = (file: string): string => (after.includes(file as never) ? String(after.indexOf(file as never) + 1) : file);
    expect(listed.map(({ recordingId, key }) => `${recordingId} ${key}`).sort()).toEqual(
      [...audio].map(([id, key]) => `${id} ${keyOf(fileOf(key))}`).sort(),
    );
    expect(await pairs(rig)).toEqual(expect.arrayContaining(after.map((file, at) => `${at + 1} ${file}`)));
    expect(listed.filter(({ revision }) => revision === 2)).toHaveLength(amended);
    // The earlier pair stays readable.
    const [moved] = listed.filter(({ revision }) => revision === 2);
    const first = await rig.run(['show', 'archive', moved?.recordingId ?? '', '--revision', '1']);
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('1 of 2: as imported')]);
  }
});

test('a row without a file that now names a file without a row describes that file, and its former entry names the successor; so does that of a file that has grown', async () => {
  await using rig = createRig();
  writeCalls(rig);
  writeMapping(rig, 'mapping.toml', {});
  writeTable(rig, [rows[0] ?? '', (rows[1] ?? '').replace('c2.wav', '')]);
  const source = ['source', '--mapping', 'mapping.toml'];
  await rig.json(['import', ...source, ...into]);
  const before = new Map((await list(rig)).map(({ key, recordingId }) => [key, recordingId]));
  writeTable(rig, rows);
  const after = await correct(rig, source, { told: /^1 archived recording .*identified otherwise 1/, amended: 1 });
  const [bare, heard] = [before.get('2') ?? '', before.get('c2.wav') ?? ''];
  expect(after).toContainEqual(expect.objectContaining({ recordingId: heard, key: '2', revision: 2 }));
  expect(after).toContainEqual(expect.objectContaining({ recordingId: bare, supersededBy: heard }));
  expect((await rig.run(['show', 'archive', bare])).stdout).toMatch(new RegExp(`SUPERSEDED +by ${heard}`));
  writeFileSync(rig.path('source/c1.wav'), Buffer.concat([wave(800, 300), Buffer.alloc(1_000)]));
  expect((await rig.json(['import', ...source, ...into])).summary).toMatchObject({ imported: 1, findings: { P104: 1 } });
  const { stdout } = await rig.run(['list', 'archive']);
  const grown = (await list(rig)).filter(({ key }) => key === '1').map(({ recordingId }) => recordingId);
  expect(grown).toHaveLength(2);
  const successor = grown.find((id) => id !== before.get('1')) ?? '';
  expect(stdout).toContain(`superseded by ${successor.slice(0, 13)}`);
  expect(stdout).not.toContain(`superseded by ${(before.get('1') ?? '').slice(0, 13)}`);
});

test('calls known only by rows are recognised by their rows, under another key column too, and are never duplicated', async () => {
  await using rig = createRig();
  writeCalls(rig);
  const bare = rows.map((row) => row.replace(/c\d\.wav$/, ''));
  rmSync(rig.path('source/c2.wav'));
  writeTable(rig, [rows[0] ?? '', ...bare.slice(1), '3,T-9,2019-01-14 10:15:00,+15550103,Åsa,']);
  writeMapping(rig, 'wrong.toml', {});
  writeMapping(rig, 'right.toml', { key: 'ticket' });
  await begin(rig, ['source', '--mapping', 'wrong.toml']);
  const after = await correct(rig, ['source', '--mapping', 'right.toml'], { told: /identified otherwise 3/, amended: 3 });
  expect(after.map(({ key, revision }) => `${key} ${revision}`)).toEqual(['T-7 2', 'T-8 2', 'T-9 2']);
  // Two zones and two keys at once.
  writeFileSync(rig.path('other.toml'), readFileSync(rig.path('wrong.toml'), 'utf8').replace('zone = "UTC"', 'zone = "Europe/Stockholm"'));
  await correct(rig, ['source', '--mapping', 'other.toml'], { told: /callStart 3.*identified otherwise 3/, amended: 3 });
});

test('a row that a later export no longer contains is reported, and --amend marks its recording until the row is back; older rows may disappear', async () => {
  await using rig = createRig();
  writeCalls(rig);
  const all = [...rows, '3,T-9,2019-01-14 10:15:00,+15550103,Åsa,'];
  writeTable(rig, all);
  writeMapping(rig, 'mapping.toml', {});
  const source = ['source', '--mapping', 'mapping.toml'];
  await rig.json(['import', ...source, ...into]);
  const before = await list(rig);
  // The recorder has dropped its oldest row.
  writeTable(rig, all.slice(1));
  expect(await rig.json(['import', ...source, ...into, '--dry-run'])).toMatchObject({ code: 0, summary: { alarms: {} } });
  // A row in the middle is missing; its audio exists.
  writeTable(rig, [all[0] ?? '', all[2] ?? '']);
  const told = await rig.json(['import', ...source, ...into]);
  expect([told.code, told.summary.alarms]).toEqual([3, { P299: 1 }]);
  expect(told.lines.find(({ code }) => code === 'P299')).toMatchObject({
    message: '1 archived recording has no row in its table any more, e.g. 2; nothing was removed',
  });
  expect(await list(rig)).toEqual(before);
  const marked = await rig.json(['import', ...source, ...into, '--amend']);
  expect([marked.code, marked.summary]).toMatchObject([0, { imported: 0, amended: 1 }]);
  const [, second] = await list(rig);
  expect(second).toMatchObject({ key: '2', revision: 2, from: '+15550102', tags: [expect.stringMatching(/^row-withdrawn=\d{4}-\d\d-\d\d$/)] });
  for (const more of [[], ['--amend']])
    expect(await rig.json(['import', ...source, ...into, ...more])).toMatchObject({ code: 0, summary: { bagsLanded: 0 } });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  // The row is back.
  writeTable(rig, all);
  expect((await rig.json(['import', ...source, ...into, '--amend'])).summary).toMatchObject({ imported: 0, amended: 1 });
  expect((await list(rig))[1]).toMatchObject({ revision: 3, tags: [] });
});
