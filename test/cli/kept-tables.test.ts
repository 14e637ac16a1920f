import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { readTagFile } from '../../src/archive/bag/tag-file.ts';
import { type KeptTable, parseKeptTable } from '../../src/archive/documents/kept-table.ts';
import { createSurroundings } from '../../src/cli/machine/surroundings.ts';
import { run } from '../../src/cli/program.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig, root } from './rig.ts';

interface Kept {
  readonly bag: string;
  readonly folder: string;
  readonly table: KeptTable;
}

/** Returns the kept tables of the archive, read from the bags only. */
function kept(rig: Rig, archive = 'archive'): Kept[] {
  const bags = rig.path(archive, 'bags/tables');
  if (!existsSync(bags)) return [];
  return readdirSync(bags)
    .sort()
    .flatMap((bag) =>
      readdirSync(join(bags, bag, 'data'))
        .filter((name) => name.startsWith('table-'))
        .sort()
        .map((name) => {
          const folder = join(bags, bag, 'data', name);
          const table = parseKeptTable(readTagFile(join(folder, 'table.json')));
          if (table === null) throw new Error(`${folder} has no table.json that can be read`);
          return { bag: `tables/${bag}`, folder, table };
        }),
    );
}

/** Concatenates the parts of a table, as its document says. */
function whole(rig: Rig, { folder, table }: Kept): Buffer {
  const earlier = table.continues.map(({ bag, path }) => readFileSync(rig.path('archive/bags', bag, path)));
  return Buffer.concat([...earlier, readFileSync(join(folder, table.part.path))]);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const mapping = 'source.zone = "UTC"\ntable.files = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\ncaller = "caller"\n[join]\ncolumn = "file"\n';

/** An export of three calls. */
function makeExport(rig: Rig, more = ''): string {
  mkdirSync(rig.path('export'), { recursive: true });
  writeFileSync(rig.path('mapping.toml'), `${mapping}${more}`);
  for (const at of [1, 2, 3]) writeFileSync(rig.path(`export/${at}.wav`), wave(800, 400 + at));
  const rows = ['id,start,caller,card,file', '1,2024-05-02 10:00:00,+46 8 465 004 01,card-4711,1.wav', '2,2024-05-02 11:00:00,Åsa,"card,4712",2.wav'];
  writeFileSync(rig.path('export/calls.csv'), `${rows.join('\r\n')}\r\n`);
  return rig.path('export/calls.csv');
}

const importing = ['import', 'export', '--into', 'archive', '--mapping', 'mapping.toml'] as const;

test('a JSON table is kept beside its own document, and its unreadable record is found by its text', async () => {
  await using rig = createRig();
  makeExport(rig);
  rmSync(rig.path('export/calls.csv'));
  writeFileSync(rig.path('mapping.toml'), mapping.replace('*.csv', '*.jsonl'));
  const line = (id: number, caller: string): string => `{"id":${id},"start":"2024-05-02 1${id}:00:00","caller":"${caller}","file":"${id}.wav"}\n`;
  const table = line(1, '+46 8 465 004 01') + line(2, 'Zeisig').replace('}', '') + line(3, 'Åsa');
  writeFileSync(rig.path('export/calls.jsonl'), table);
  expect(await rig.json(importing)).toMatchObject({ code: 3, summary: { kept: { tables: 1 } } });
  const [one] = kept(rig);
  expect(one?.table).toMatchObject({ kind: 'json', part: { path: 'records.json' }, recordsUnread: 1 });
  expect(one === undefined ? '' : whole(rig, one).toString('utf8')).toBe(table);
  expect((await rig.run(['search', 'archive', 'Zeisig'])).stdout).toMatch(/calls\.jsonl .*"caller":"Zeisig"/);
});

test('a table is kept byte for byte, once; an extension is kept as a new part, and a changed table as a whole', async () => {
  await using rig = createRig();
  const table = makeExport(rig);
  const first = await rig.json(importing);
  expect(first).toMatchObject({ code: 0, summary: { kept: { tables: 1 } } });
  expect(first.lines.filter(({ type }) => type === 'bag')).toMatchObject([{ recordings: 0, tables: 1 }, {}, {}]);
  const [one] = kept(rig);
  const source = readFileSync(table);
  expect(one?.table).toMatchObject({
    ...{ form: 'file', kind: 'csv', table: null, continues: [], records: 2, recordsUnread: 0, importer: 'generic' },
    source: { name: 'export', path: 'calls.csv', sizeBytes: source.length, sha256: sha256(source) },
    part: { path: 'table.csv', sha256: sha256(source) },
  });
  const judged = await rig.exec('sha256sum', [join(one?.folder ?? '', 'table.csv')]);
  expect(judged.stdout.slice(0, 64)).toBe(sha256(source));
  // Again: nothing.
  expect(await rig.json(importing)).toMatchObject({ code: 0, summary: { kept: { tables: 0, bytes: 0 } } });
  expect((await rig.run(importing)).stdout).toContain('Nothing new');
  expect(kept(rig)).toHaveLength(1);
  // It grew: only the new part, which names the first.
  appendFileSync(table, '3,2024-05-02 12:00:00,Zoë,card-4713,3.wav\r\n');
  expect(await rig.json([...importing, '--amend'])).toMatchObject({ code: 0, summary: { kept: { tables: 1 } } });
  const grown = kept(rig).find(({ table: { continues } }) => continues.length > 0);
  expect(grown?.table).toMatchObject({
    continues: [{ bag: one?.bag, path: 'data/table-0001/table.csv', sha256: sha256(source) }],
    part: { sizeBytes: readFileSync(table).length - source.length },
    whole: { sha256: sha256(readFileSync(table)) },
  });
  expect(grown === undefined ? null : whole(rig, grown)).toEqual(readFileSync(table));
  // It changed before its end: kept as a whole.
  writeFileSync(table, readFileSync(table, 'utf8').replace('Åsa', 'Åse'));
  expect(await rig.json([...importing, '--amend'])).toMatchObject({ summary: { kept: { tables: 1 } } });
  expect(kept(rig).filter(({ table: { continues } }) => continues.length === 0)).toHaveLength(2);
  // Recordings of an archive without tables get them by a later import.
  expect((await rig.run([...importing.slice(0, 3), 'older', ...importing.slice(4), '--no-keep-tables'])).code).toBe(0);
  expect(existsSync(rig.path('older/bags/tables'))).toBe(false);
  const later = await rig.run([...importing.slice(0, 3), 'older', ...importing.slice(4)]);
  expect([later.code, later.stdout]).toEqual([0, expect.stringMatching(/No new recordings[\s\S]*Kept 1 table of the recorder/)]);
});

test('a bag of tables is verified, proved, copied, rehashed and indexed like any bag, and BagIt and check.py accept it', async () => {
  await using rig = createRig();
  makeExport(rig);
  expect((await rig.run(importing)).code).toBe(0);
  const [one] = kept(rig);
  const bag = rig.path('archive/bags', one?.bag ?? '');
  expect(readFileSync(join(bag, 'bag-info.txt'), 'utf8')).toContain('Longplay-Bag-Type: tables\nLongplay-Bag-Version: 2\nLongplay-Recordings: 0\n');
  for (const algorithm of ['sha256', 'sha512'])
    for (const file of [`tagmanifest-${algorithm}.txt`, `manifest-${algorithm}.txt`])
      expect(await rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', file], bag)).toMatchObject({ code: 0, stdout: '' });
  expect((await rig.run(['verify', bag])).code).toBe(0);
  expect((await rig.json(['verify', 'archive', '--play'])).summary).toMatchObject({ exitCode: 0, bags: 3 });
  expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
  expect((await rig.run(['replica', 'add', 'archive', 'second', rig.path('copy')])).code).toBe(0);
  expect((await rig.run(['replica', 'sync', 'archive'])).code).toBe(0);
  expect((await rig.run(['replica', 'verify', 'archive'])).code).toBe(0);
  expect((await rig.json(['drill', 'archive', '--bags', '10'])).summary).toMatchObject({ exitCode: 0, recordings: 3, ok: 3 });
  expect(readFileSync(join(rig.path('copy/bags', one?.bag ?? ''), 'data/table-0001/table.csv'))).toEqual(readFileSync(rig.path('export/calls.csv')));
  expect((await rig.run(['rehash', 'archive', '--add', 'blake2b'])).code).toBe(0);
  expect((await rig.exec('b2sum', ['--strict', '--quiet', '-c', 'manifest-blake2b512.txt'], bag)).code).toBe(0);
  expect((await rig.run(['viewer', 'archive'])).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  expect((await rig.exec('python3', [rig.path('archive/check.py')])).stdout).toContain('Everything that was checked is OK.');
  // Later tables get the digest immediately.
  appendFileSync(rig.path('export/calls.csv'), '3,2024-05-02 12:00:00,Zoë,card-4713,3.wav\r\n');
  expect((await rig.run([...importing, '--amend'])).code).toBe(0);
  expect(
    readdirSync(rig.path('archive/bags/tables')).every((name) => existsSync(rig.path('archive/bags/tables', name, 'manifest-blake2b512.txt'))),
  ).toBe(true);
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect(await rig.json([...importing, '--amend'])).toMatchObject({ code: 0, summary: { kept: { tables: 0 } } });
  // A damaged table is a damaged bag.
  appendFileSync(join(bag, 'data/table-0001/table.csv'), 'x');
  const found = await rig.json(['verify', 'archive']);
  expect(found.code).toBe(4);
  expect(found.lines.filter(({ type }) => type === 'verdict').map(({ path }) => path)).toContain(`bags/${one?.bag}/data/table-0001/table.csv`);
});

test('unreadable rows are listed and found by their text, with their place in the kept table', async () => {
  await using rig = createRig();
  const table = makeExport(rig);
  const lost = '7,2024-05-03 09:00:00,"Örjan +46 8 465 004 77;card-4714,7.wav';
  appendFileSync(table, `${lost}\r\n8,2024-05-03 10:00:00,Eva,card-4715,3.wav\r\n`);
  expect((await rig.run(importing)).code).toBe(3);
  const [one] = kept(rig);
  const [row] = readFileSync(join(one?.folder ?? '', 'unread.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const { offset, bytes, ...rest } = JSON.parse(row ?? '') as { offset: number; bytes: number };
  expect(rest).toEqual({ code: 'T112', row: 4, table: '' });
  expect(
    readFileSync(table)
      .subarray(offset, offset + bytes)
      .toString(),
  ).toBe(`${lost}\r\n`);
  const expected = { bag: one?.bag, folder: 'data/table-0001', path: 'calls.csv', code: 'T112', table: '', row: 4, offset, bytes, text: lost };
  const listed = await rig.json(['list', 'archive', '--status', 'parse-error']);
  expect(listed.lines.filter(({ of }) => of === 'unread-row').map(({ value }) => value)).toEqual([expected]);
  expect(listed.summary).toMatchObject({ unreadRows: 1 });
  const text = (await rig.run(['list', 'archive', '--status', 'parse-error'])).stdout;
  expect(text).toContain('1 row that could not be read');
  expect(text).toContain('Örjan');
  for (const words of [['orjan'], ['0046 8 46500477'], ['Örjan', '4714']])
    expect((await rig.json(['search', 'archive', ...words])).lines.filter(({ of }) => of === 'unread-row').map(({ value }) => value)).toEqual([
      expected,
    ]);
  expect((await rig.json(['search', 'archive', 'nobody'])).summary).toEqual(expect.not.objectContaining({ unreadRows: expect.anything() }));
  // The catalog is derived, and so are these rows.
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect((await rig.json(['list', 'archive', '--status', 'parse-error'])).summary).toMatchObject({ unreadRows: 1 });
});

test('a data subject request searches all lines of kept tables, including rows of no recording, and states which it could not read', async () => {
  await using rig = createRig();
  const table = makeExport(rig);
  // An unreadable row, and one that ends in the next part of the table.
  appendFileSync(table, '7,2024-05-03 09:00:00,"Örjan +46 8 465 004 77;card-4714,7.wav\r\n8,2024-05-03 10:00:00,Eva Ek +46 8 465');
  await rig.run(importing);
  appendFileSync(table, ' 004 88,card-4715,3.wav\r\n');
  await rig.run(importing);
  const tables = kept(rig).sort((a, b) => a.table.continues.length - b.table.continues.length);
  expect(tables.map(({ table: { continues } }) => continues.length)).toEqual([0, 1]);
  const asked = async (...who: string[]) => await rig.json(['subject', 'archive', ...who]);
  const found = (lines: readonly Record<string, unknown>[]): unknown[] => lines.flatMap(({ of, value }) => (of === 'subject-table' ? [value] : []));
  const lost = await asked('+46846500477');
  expect(lost.summary).toMatchObject({ inTables: { certain: 1, uncertain: 0 }, searched: { tables: 2 } });
  expect(found(lost.lines)).toEqual([
    expect.objectContaining({
      bag: tables[0]?.bag,
      path: 'data/table-0001/table.csv',
      certain: 1,
      hits: [expect.objectContaining({ field: 'line 4' })],
    }),
  ]);
  // In two parts, searched as one.
  expect(found((await asked('+46846500488')).lines)).toEqual([expect.objectContaining({ bag: tables[1]?.bag, certain: 1 })]);
  expect((await rig.run(['subject', 'archive', 'Örjan'])).stdout).toContain('In kept tables of the recorders:');
  expect((await asked('+46846500499')).summary).toMatchObject({ inTables: { certain: 0, uncertain: 0 } });
  rmSync(rig.path('archive/bags', tables[0]?.bag ?? '', 'data/table-0001/table.csv'));
  const cannot = await asked('+46846500477');
  expect([cannot.code, cannot.summary.notSearched]).toEqual([4, expect.objectContaining({ unreadableTables: 1, closedTables: 0 })]);
});

test('columns that the mapping omits are stored nowhere, and the kept table and the run name them', async () => {
  await using rig = createRig();
  const table = makeExport(rig, '[keep]\nwithout = ["card"]\n');
  appendFileSync(table, '7,2024-05-03 09:00:00,Eva,one cell too many,"card-4716",3.wav\r\n');
  const run = await rig.json(importing);
  expect(run.code).toBe(3);
  expect(run.lines.flatMap(({ type, code }) => (type === 'finding' ? [code] : []))).toEqual(expect.arrayContaining(['P281', 'P282', 'T164']));
  const [one] = kept(rig);
  expect(one?.table).toMatchObject({ form: 'without-columns', columnsLeftOut: ['card'], rowsLeftOut: 1, records: 3, recordsUnread: 1 });
  expect(readFileSync(join(one?.folder ?? '', 'table.csv'), 'utf8')).toBe(
    'id,start,caller,card,file\r\n1,2024-05-02 10:00:00,+46 8 465 004 01,,1.wav\r\n2,2024-05-02 11:00:00,Åsa,,2.wav\r\n\r\n',
  );
  const everywhere = await rig.exec('grep', ['-rlE', 'card.471', 'archive/bags', 'archive/reports', 'archive/catalog.sqlite']);
  expect(everywhere.stdout).toBe('');
  // A NUL byte in a kept cell is an ordinary byte of the source; the row is read, found and kept.
  appendFileSync(table, '8,2024-05-03 10:00:00,Ulla\0,card-4717,\r\n');
  expect((await rig.json([...importing, '--amend'])).summary).toMatchObject({ kept: { tables: 1 } });
  expect(kept(rig).map(({ folder }) => readFileSync(join(folder, 'table.csv'), 'utf8'))).toContain('8,2024-05-03 10:00:00,Ulla\0,,\r\n');
  expect((await rig.run(['search', 'archive', 'Ulla'])).stdout).toContain('1 recording.');
  expect((await rig.exec('grep', ['-rlE', 'card.471', 'archive/bags', 'archive/reports', 'archive/catalog.sqlite'])).stdout).toBe('');
  // Other forms are refused before anything is read.
  writeFileSync(rig.path('mapping.toml'), `${mapping.replace('*.csv"', '*.csv"\ntable.kind = "json"')}[keep]\nwithout = ["card"]\n`);
  const refused = await rig.run(importing);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('only those of separated tables can be left out exactly')]);
});

test('of a database only the tables that were read are kept: their statements of a dump, and SQL text that SQLite reads back of a SQLite file', async () => {
  await using rig = createRig();
  const database = rig.path('export/calls.db');
  mkdirSync(rig.path('export'));
  const db = openDatabase(database, 'examined');
  db.exec(`CREATE TABLE calls (id INTEGER PRIMARY KEY, start TEXT, file TEXT, n REAL, b BLOB, u); CREATE TABLE secret (password TEXT);
    INSERT INTO secret VALUES ('hunter2');
    INSERT INTO calls VALUES (1, '2024-05-02 10:00:00', '1.wav', 0.1, X'00ff', NULL), (2, '2024-05-02 11:00:00', '2.wav', 1e300, X'', 'it''s'),
      (9007199254740993, '2024-05-02 12:00:00', '3.wav', 5.0, NULL, CAST(X'ff00' AS TEXT));`);
  db.close();
  for (const at of [1, 2, 3]) writeFileSync(rig.path(`export/${at}.wav`), wave(800, 400 + at));
  const ofKind = (kind: string, files: string): string =>
    `source.zone = "UTC"\n[table]\nfiles = "${files}"\nkind = "${kind}"\nname = "calls"\n[columns]\nkey = "id"\nstart = "start"\n[join]\ncolumn = "file"\n`;
  writeFileSync(rig.path('mapping.toml'), ofKind('sqlite', '*.db'));
  expect((await rig.run(importing)).code).toBe(0);
  const [one] = kept(rig);
  expect(one?.table).toMatchObject({ form: 'sql-text', kind: 'sqlite', table: 'calls', part: { path: 'table.sql' } });
  const text = readFileSync(join(one?.folder ?? '', 'table.sql'), 'utf8');
  expect(text).not.toContain('hunter2');
  const back = openDatabase(rig.path('back.db'), 'examined');
  back.exec(text);
  back.close();
  // An independent judge compares every value with its type.
  const script =
    'import sqlite3,sys\nprint([[repr(v) for v in r] for r in sqlite3.connect(sys.argv[1]).execute("SELECT id,start,file,n,b,hex(u),typeof(u) FROM calls ORDER BY id")])';
  const [before, after] = await Promise.all([database, rig.path('back.db')].map((file) => rig.exec('python3', ['-c', script, file])));
  expect(before?.code).toBe(0);
  expect(after?.stdout).toBe(before?.stdout);
  // A dump of both tables.
  rmSync(database);
  const users = "-- Table structure for table `users`\nCREATE TABLE `users` (`password` text);\nINSERT INTO `users` VALUES ('hunter2');\n";
  const own = 'CREATE TABLE `calls` (`id` int, `start` text, `file` text);\n';
  const rows = "INSERT INTO `calls` VALUES (1,'2024-05-02 10:00:00','1.wav'),(2,'2024-05-02 11:00:00','2.wav');\n";
  writeFileSync(rig.path('export/calls.sql'), `-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n${own}${users}${rows}-- Dump completed\n`);
  writeFileSync(rig.path('mapping.toml'), ofKind('sql', '*.sql'));
  expect((await rig.run([...importing.slice(0, 3), 'dumped', ...importing.slice(4)])).code).toBe(0);
  const [dumped] = kept(rig, 'dumped');
  expect(dumped?.table).toMatchObject({ form: 'statements', kind: 'sql', table: null });
  expect(readFileSync(join(dumped?.folder ?? '', 'table.sql'), 'utf8')).toBe(
    `-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n${own}${rows}-- Dump completed\n`,
  );
});

test('an import that is killed after its tables landed resumes and keeps them once', async () => {
  await using rig = createRig();
  makeExport(rig);
  const killed = await rig.run([...importing, '--bag-recordings', '1'], { abortAfter: /bag tables\//, kill: 'SIGKILL' });
  expect(killed.signal).toBe('SIGKILL');
  const again = await rig.json(importing);
  expect(again).toMatchObject({ code: 0, summary: { resumed: true } });
  expect(kept(rig)).toHaveLength(1);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a table that the recorder changes during the import is not kept as a mixture of two states, and the next import keeps it', async () => {
  await using rig = createRig();
  const table = makeExport(rig);
  const planned = (): boolean =>
    existsSync(rig.path('archive/jobs')) &&
    readdirSync(rig.path('archive/jobs')).some((job) => existsSync(rig.path('archive/jobs', job, 'job.json')));
  let changed = false;
  const env = { ...process.env, LONGPLAY_KEYS: rig.keys };
  const around = createSurroundings(env);
  const out: string[] = [];
  const into = (texts: string[]): NodeJS.WriteStream =>
    new Writable({
      write: (chunk, _encoding, done) => {
        texts.push(String(chunk));
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  // The log reads the clock once the job is planned, before the tables are copied.
  const now = (): string => {
    if (!changed && planned()) {
      changed = true;
      writeFileSync(table, readFileSync(table, 'utf8').replace('Åsa', 'Åse'));
    }
    return around.now();
  };
  const args = ['import', rig.path('export'), '--into', rig.path('archive'), '--mapping', rig.path('mapping.toml'), '--json', '--open'];
  const code = await run(args, { ...around, now, out: into(out), err: into([]) }, new AbortController().signal);
  expect([changed, code]).toEqual([true, 3]);
  expect(out.join('')).toMatch(/P280.*calls\.csv/);
  expect(kept(rig)).toEqual([]);
  const again = await rig.json(importing);
  expect(again.summary).toMatchObject({ kept: { tables: 1 } });
  const [one] = kept(rig);
  expect(readFileSync(join(one?.folder ?? '', 'table.csv'))).toEqual(readFileSync(table));
});

test('a survey states the size that keeping the tables adds', async () => {
  await using rig = createRig();
  cpSync(join(root, 'samples/asterisk-normal'), rig.path('export'), { recursive: true });
  const { summary } = await rig.json(['survey', 'export']);
  const sizes = ['cdr-csv/Master.csv', 'cdr-csv/retail.csv', 'cel-custom/Master.csv'].map((name) => readFileSync(rig.path('export', name)).length);
  expect(summary.keptTables).toEqual({ tables: 3, bytes: sizes.reduce((sum, size) => sum + size, 0) });
});
