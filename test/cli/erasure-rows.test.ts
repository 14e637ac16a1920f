import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseKeptTable } from '../../src/archive/documents/kept-table.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { wave } from '../faults/small-import.ts';
import { approver, erase, holding } from './erasure-rig.ts';
import { copyFolder, createRig, type Rig, root } from './rig.ts';

/** Returns the kept tables of an archive: folder, text and document. */
function tables(rig: Rig, archive: string) {
  const bags = rig.path(archive, 'bags/tables');
  return readdirSync(bags)
    .sort()
    .flatMap((bag) => readdirSync(join(bags, bag, 'data')).flatMap((name) => (name.startsWith('table-') ? [`${bag}/data/${name}`] : [])))
    .map((place) => {
      const folder = join(bags, place);
      const table = parseKeptTable(readFileSync(join(folder, 'table.json')));
      if (table === null) throw new Error(`${folder} has no document`);
      const file = join(folder, table.part.path);
      return { name: `tables/${place.replace('/data', '')}`, bag: join(folder, '../..'), file, text: readFileSync(file, 'utf8'), table };
    });
}

/** Checks bags of tables with independent programs, and the archive with its own checks. */
async function expectSound(rig: Rig, archive: string): Promise<void> {
  for (const { bag } of tables(rig, archive))
    for (const algorithm of ['sha256', 'sha512'])
      expect(
        await rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', `tagmanifest-${algorithm}.txt`, `manifest-${algorithm}.txt`], bag),
      ).toMatchObject({ code: 0, stdout: '' });
  expect(await rig.run(['verify', archive])).toMatchObject({ code: 0, stderr: '' });
  expect(await rig.exec('python3', [rig.path(archive, 'check.py'), rig.path(archive)])).toMatchObject({ code: 0 });
}

const csvRows = 'import csv,json,sys\nprint(json.dumps([row for row in csv.reader(open(sys.argv[1], newline="", encoding="utf-8"))]))';
const mapping =
  '[source]\nzone = "UTC"\n[table]\nfiles = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\ncaller = "caller"\n[join]\ncolumn = "file"\n';
const importing = ['import', 'export', '--into', 'archive', '--mapping', 'mapping.toml'] as const;

/** An export of calls, one per line. */
function makeExport(rig: Rig, lines: readonly string[]): string {
  mkdirSync(rig.path('export'), { recursive: true });
  writeFileSync(rig.path('mapping.toml'), mapping);
  for (const at of [1, 2, 3]) writeFileSync(rig.path(`export/${at}.wav`), wave(800, 400 + at));
  writeFileSync(rig.path('export/calls.csv'), `${['id,start,caller,note,file', ...lines].join('\r\n')}\r\n`);
  return rig.path('export/calls.csv');
}

test('a recording is erased with its rows in all kept tables, including its events; other rows keep bytes and number, and a restored state is erased again', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  await approver(rig, 'archive');
  const traces = ['46701740605', 'Öberg', 'pbx1-1761438596.0'];
  const before = tables(rig, 'archive');
  copyFolder(rig.path('archive/bags/tables'), rig.path('backup'));
  const rowsOf = async (file: string): Promise<unknown> => JSON.parse((await rig.exec('python3', ['-c', csvRows, file])).stdout);
  const rows = await Promise.all(before.map(({ file }) => rowsOf(file)));
  await erase(rig, 'archive', ['--text', '46701740605']);
  expect(holding(rig.path('archive'), traces)).toEqual([]);
  const after = tables(rig, 'archive');
  expect(after.map(({ table }) => table.erased?.rows)).toEqual([
    [{ table: '', rows: '1' }],
    [{ table: '', rows: '1' }],
    [{ table: '', rows: '1-5' }],
  ]);
  for (const [index, { text, file, table }] of after.entries()) {
    const own = before[index];
    const isTheirs = (line: string): boolean => traces.some((trace) => line.includes(trace));
    expect(text).toBe(own?.text.replaceAll(/[^\r\n]+/g, (line) => (isTheirs(line) ? '' : line)));
    expect(table.erased?.before).toEqual({ sizeBytes: own?.table.part.sizeBytes, sha256: own?.table.part.sha256 });
    expect(table.whole).toEqual(own?.table.whole);
    // An independent CSV reader finds every other row in its place.
    const left = (rows[index] as string[][]).map((row) => (isTheirs(row.join()) ? [] : row)); // as `csvRows` prints them
    expect(await rowsOf(file)).toEqual(left);
  }
  await expectSound(rig, 'archive');
  // A backup restores the tables.
  rmSync(rig.path('archive/bags/tables'), { recursive: true });
  copyFolder(rig.path('backup'), rig.path('archive/bags/tables'));
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 4, stdout: expect.stringContaining('unexpected E109 bags/tables') });
  expect(await rig.run(['erase', 'run', 'archive'])).toMatchObject({ code: 0, stderr: '' });
  expect(tables(rig, 'archive').map(({ text }) => text)).toEqual(after.map(({ text }) => text));
  await expectSound(rig, 'archive');
});

test('a row of no recording is erased by row or line, including one that continues in a later part and one that could not be read', async () => {
  await using rig = createRig();
  const table = makeExport(rig, ['1,2024-05-02 10:00:00,+46 8 465 004 01,,1.wav', '2,2024-05-02 11:00:00,Åsa,,2.wav']);
  appendFileSync(
    table,
    '7,2024-05-03 09:00:00,"Örjan +46 8 465 004 77;,7.wav\r\n9,2024-05-03 10:30:00,Ulla,,3.wav\r\n8,2024-05-03 10:00:00,Eva Ek +46 8 465',
  );
  await rig.run(importing);
  appendFileSync(table, ' 004 88,,3.wav\r\n10,2024-05-03 11:00:00,Zoë,,3.wav\r\n');
  await rig.run(importing);
  await approver(rig, 'archive');
  const [first, second] = tables(rig, 'archive').sort((a, b) => a.table.continues.length - b.table.continues.length);
  expect(second?.table.continues).toHaveLength(1);
  const whole = `${first?.text}${second?.text}`;
  const { lines } = await rig.json(['subject', 'archive', 'Örjan']);
  const hit = lines.find(({ of }) => of === 'subject-table')?.value as { bag: string; path: string; hits: { field: string }[] }; // as it is printed
  // The output of `subject` names the row.
  const place = `bags/${hit.bag}/${hit.path}:${hit.hits[0]?.field}`;
  await erase(rig, 'archive', ['--row', place, `${second?.name}:line 1`]);
  expect(holding(rig.path('archive'), ['Örjan', '004 77', '004 88'])).toEqual([]);
  // What the first import read of the row is a separate recording.
  expect(holding(rig.path('archive/bags/tables'), ['Eva Ek'])).toEqual([]);
  const [left, right] = tables(rig, 'archive').sort((a, b) => a.table.continues.length - b.table.continues.length);
  expect(`${left?.text}${right?.text}`.split('\r\n').filter((line) => line !== '')).toEqual(
    whole.split('\r\n').filter((line) => line !== '' && !/Örjan|Eva Ek/.test(line)),
  );
  expect((await rig.run(['search', 'archive', 'Örjan'])).stdout).not.toContain('calls.csv');
  // The rest of the row still has its first number, and a second erasure keeps the first.
  await erase(rig, 'archive', ['--row', `${left?.name}:3`]);
  expect(holding(rig.path('archive/bags/tables'), ['Åsa'])).toEqual([]);
  expect(tables(rig, 'archive').map(({ table: { erased } }) => erased?.before.sha256)).toContain(first?.table.part.sha256);
  await expectSound(rig, 'archive');
  // The recorder's table changes before its end, so an import stores it completely again, with the erased rows.
  writeFileSync(table, readFileSync(table, 'utf8').replace('Ulla', 'Ully'));
  await rig.run([...importing, '--amend']);
  expect(holding(rig.path('archive/bags/tables'), ['Örjan'])).not.toEqual([]);
  expect((await rig.run(['erase', 'run', 'archive'])).code).toBe(0);
  expect(holding(rig.path('archive/bags/tables'), ['Örjan', '004 77'])).toEqual([]);
  expect(holding(rig.path('archive/bags/tables'), ['Ully'])).not.toEqual([]);
  const ask = (row: string) => rig.run(['erase', 'request', 'archive', '--row', row, '--ground', 'error', '--reason', 'test']);
  for (const row of [`${left?.name}:3`, `${left?.name}:99`, `${left?.name}:line 99`, 'tables/none/table-0001:1', 'calls.csv:1'])
    expect(await ask(row)).toMatchObject({ code: 2, stderr: expect.stringContaining('E124') });
});

test('the line that `subject` names is the line that is erased in UTF-16, whose letters may have the byte of a line end', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('export'));
  const letters = '\u010a\u0a05\u0100\u010a';
  const start = (id: number): string => `2024-05-02 10:${String(id).padStart(2, '0')}:00`;
  const people = ['Anna', 'Bo', 'Wilhelmina', 'Cai', 'Dag'];
  const insert = 'INSERT INTO calls (id, start, caller, note, file) VALUES';
  const texts: Readonly<Record<string, { readonly head: string; readonly row: (id: number, name: string) => string; readonly table: string }>> = {
    csv: { head: 'id,start,caller,note,file\n', row: (id, name) => `${id},${start(id)},${name},${letters},${id}.wav\n`, table: '' },
    jsonl: {
      head: '',
      row: (id, name) => `${JSON.stringify({ id: `${id}`, start: start(id), caller: name, note: letters, file: `${id}.wav` })}\n`,
      table: 'kind = "json"\n',
    },
    sql: {
      head: 'USE [calls]\nGO\n',
      row: (id, name) => `${insert} (${id}, N'${start(id)}', N'${name}', N'${letters}', N'${id}.wav')\n`,
      table: 'kind = "sql"\nname = "calls"\n',
    },
  };
  const encodings = [
    (text: string) => Buffer.from(text, 'utf16le'),
    (text: string) => Buffer.from(text, 'utf16le').swap16(),
    (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
    (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ];
  for (const [ending, { head, row, table }] of Object.entries(texts)) {
    for (const [at, encode] of encodings.entries()) {
      const text = head + people.map((name, index) => row(10 * at + index, name)).join('');
      for (const index of people.keys()) writeFileSync(rig.path(`export/${10 * at + index}.wav`), wave(800, 400 + 10 * at + index));
      writeFileSync(rig.path(`export/calls${at}.${ending}`), encode(text));
    }
    writeFileSync(
      rig.path('mapping.toml'),
      `[source]\nzone = "UTC"\n[table]\nfiles = "*.${ending}"\n${table}[columns]\nkey = "id"\nstart = "start"\ncaller = "caller"\n[join]\ncolumn = "file"\n`,
    );
    const imported = await rig.run(['import', 'export', '--into', ending, '--mapping', 'mapping.toml']);
    expect(imported.code, imported.stdout + imported.stderr).toBe(0);
    await approver(rig, ending, `${ending}.pem`);
    const { lines } = await rig.json(['subject', ending, 'Wilhelmina']);
    // As it is printed.
    const hits = lines.flatMap(({ of, value }) =>
      of === 'subject-table' ? [value as { bag: string; path: string; hits: { field: string }[] }] : [],
    );
    expect(hits.map((one) => one.hits.length)).toEqual([1, 1, 1, 1]);
    const before = tables(rig, ending).map(({ file }) => readFileSync(file));
    const rows = hits.flatMap(({ bag, path, hits: [hit] }) => ['--row', `bags/${bag}/${path}:${hit?.field}`]);
    const { code, summary } = await rig.json(['erase', 'request', ending, ...rows, '--ground', 'error', '--reason', 'test']);
    expect(code).toBe(0);
    expect((await rig.run(['erase', 'approve', ending, String(summary.request), '--key-file', `${ending}.pem`, '--now', 'x'])).code).toBe(0);
    expect((await rig.run(['erase', 'run', ending])).code).toBe(0);
    for (const [index, { file, table: kept }] of tables(rig, ending).entries()) {
      const isBigEndian = ['1', '3'].some((at) => kept.source.path.includes(at));
      const text = (bytes: Buffer): string => (isBigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
      const put = { csv: '', jsonl: '{}', sql: '/* erased */' }[ending];
      const lines = text(before[index] ?? Buffer.alloc(0)).split('\n');
      expect(text(readFileSync(file)).split('\n')).toEqual(lines.map((line) => (line.includes('Wilhelmina') ? put : line)));
    }
    await expectSound(rig, ending);
  }
});

test('a row of a SQLite database or a dump is erased, and SQLite reads all others back; row numbers stay', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('export'));
  for (const at of [1, 2, 3]) writeFileSync(rig.path(`export/${at}.wav`), wave(800, 400 + at));
  const calls = [1, 2, 3].map((at) => `(${at}, '2024-05-02 1${at}:00:00', 'Person ${at}', '${at}.wav')`).join(',');
  const schema = 'CREATE TABLE calls (id INTEGER PRIMARY KEY, start TEXT NOT NULL, caller TEXT, file TEXT);\n';
  const db = openDatabase(rig.path('export/calls.db'), 'examined');
  db.exec(`${schema}INSERT INTO calls VALUES ${calls};`);
  db.close();
  writeFileSync(rig.path('export/calls.sql'), `-- MySQL dump 10.13\n${schema}INSERT INTO \`calls\` VALUES ${calls};\n-- Dump completed\n`);
  for (const kind of ['sqlite', 'sql']) {
    writeFileSync(
      rig.path('mapping.toml'),
      mapping.replace('files = "*.csv"', `files = "*.${kind === 'sql' ? 'sql' : 'db'}"\nkind = "${kind}"\nname = "calls"`),
    );
    expect((await rig.run(['import', 'export', '--into', kind, '--mapping', 'mapping.toml'])).code).toBe(0);
    if (kind === 'sqlite') await approver(rig, kind);
    else expect((await rig.run(['erase', 'add-approver', kind, 'approver.pem', '--name', 'anna'])).code).toBe(0);
    await erase(rig, kind, ['--text', '"Person 2"']);
    expect(holding(rig.path(kind), ['Person 2'])).toEqual([]);
    const [one] = tables(rig, kind);
    await erase(rig, kind, ['--row', `${one?.name}:3`]);
    const [two] = tables(rig, kind);
    expect(two?.table.erased?.rows).toEqual([{ table: 'calls', rows: '2-3' }]);
    const back = `${two?.text.replaceAll('`', '"')}\nSELECT id, caller FROM calls;`;
    writeFileSync(rig.path('back.sql'), back);
    expect(await rig.exec('sh', ['-c', 'sqlite3 :memory: < "$1"', 'sh', rig.path('back.sql')])).toMatchObject({ code: 0, stdout: '1|Person 1\n' });
    await expectSound(rig, kind);
  }
});

test('a row that names an erased call and another one stays and is reported; a table whose rows cannot be distinguished stops the run before anything is erased', async () => {
  await using rig = createRig();
  makeExport(rig, ['call-0001,2024-05-02 10:00:00,Anna,,1.wav', 'call-0002,2024-05-02 11:00:00,Bo,from call-0001,2.wav']);
  expect((await rig.run(importing)).code).toBe(0);
  await approver(rig, 'archive');
  const { code, summary } = await rig.json(['erase', 'request', 'archive', '--text', 'Anna', '--ground', 'error', '--reason', 'test']);
  expect(code).toBe(0);
  expect((await rig.run(['erase', 'approve', 'archive', String(summary.request), '--key-file', 'approver.pem', '--now', 'test'])).code).toBe(0);
  const [one] = tables(rig, 'archive');
  rmSync(one?.file ?? '');
  const stopped = await rig.run(['erase', 'run', 'archive']);
  expect([stopped.code, stopped.stderr]).toEqual([3, expect.stringContaining('E123')]);
  writeFileSync(one?.file ?? '', one?.text ?? '');
  const run = await rig.json(['erase', 'run', 'archive']);
  expect(run.lines.filter(({ type }) => type === 'finding')).toMatchObject([{ code: 'E122', message: expect.stringContaining('row 3') }]);
  expect(tables(rig, 'archive')[0]?.text.split('\r\n')).toEqual(one?.text.replace(/call-0001,[^\r]*/, '').split('\r\n'));
});
