import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteReader, memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import { peekSqlDump, readSqlDump, type SqlDumpOptions } from '../../../src/tables/sql/dump.ts';
import type { SqlRow, SqlRowOrFinding } from '../../../src/tables/text/types.ts';
import { collect, heapWatch, inPieces, isFinding, line, madeReader, signal, textReader } from '../readers.ts';

const samples = join(import.meta.dirname, '../../../samples/databases');
const isRow = (item: SqlRowOrFinding): item is SqlRow => item.kind === 'row';

async function read(reader: ByteReader, options: Partial<SqlDumpOptions> = {}) {
  const items = await collect(readSqlDump(reader, { place: 't', ...options }, signal));
  return { items, rows: items.filter(isRow), findings: items.filter(isFinding).map(line) };
}

/** Rows in short: table, number, values. */
async function cells(text: string): Promise<(string | readonly string[])[]> {
  const { items } = await read(textReader(text));
  return items.map((item) => (isRow(item) ? [item.table, ...item.cells] : line(item)));
}

function sample(name: string): ByteReader {
  return memoryReader(readFileSync(join(samples, name)), name);
}

/** The server's rows as the dumps are to be read: NULL is empty, NUL characters are omitted. */
function expected(name: string): { table: string; row: Record<string, string> }[] {
  const lines = readFileSync(join(samples, name), 'utf8').trim().split('\n');
  return lines.map((each) => {
    const { table, row } = JSON.parse(each) as { table: string; row: Record<string, string | null> };
    return { table, row: Object.fromEntries(Object.entries(row).map(([column, value]) => [column, (value ?? '').replaceAll('\0', '')])) };
  });
}

describe("a dump by the database's own program", () => {
  it.each([
    ['mariadb.sql', 'mariadb.expected.jsonl', 1],
    ['mariadb-hex-complete.sql', 'mariadb.expected.jsonl', 1],
    ['mariadb-replace-ansi.sql', 'mariadb.expected.jsonl', 1],
    ['postgres-copy.sql', 'postgres.expected.jsonl', 0],
    ['postgres-inserts.sql', 'postgres.expected.jsonl', 0],
    ['postgres-column-inserts.sql', 'postgres.expected.jsonl', 0],
    ['sqlite.sql', 'sqlite.expected.jsonl', 0],
  ])('%s gives exactly the rows of the server, in pieces of any size', async (name, golden, withNul) => {
    const wanted = expected(golden);
    for (const size of [1 << 20, 61, 1]) {
      const { rows, findings } = await read(inPieces(sample(name), size));
      const got = rows.map(({ table, columns, cells: values }, index) => {
        const named = new Map(columns.map((column, i) => [column, values[i] ?? 'absent']));
        return { table, row: Object.fromEntries(Object.keys(wanted[index]?.row ?? {}).map((column) => [column, named.get(column)])) };
      });
      expect(got).toEqual(wanted);
      expect(findings).toEqual(withNul === 0 ? [] : ['T117 t: 1 row contains NUL characters, which are left out of cells and kept in the raw text']);
    }
  });

  it('keeps the schema apart, numbers each table from 1, and has every row unchanged', async () => {
    const { rows } = await read(sample('postgres-copy.sql'));
    const text = readFileSync(join(samples, 'postgres-copy.sql'), 'utf8');
    expect(rows.map(({ schema, table, number }) => `${schema}/${table}/${number}`)).toEqual([
      ...['Call Rec/We "ird (t)/1', 'Call Rec/We "ird (t)/2'],
      ...[1, 2, 3, 4, 5].map((number) => `public/cdr/${number}`),
      ...[1, 2, 3, 4, 5, 6].map((number) => `public/one/${number}`),
    ]);
    for (const { raw } of rows) expect(text).toContain(`${raw}\n`);
  });

  it('gives only the requested tables', async () => {
    for (const name of ['mariadb.sql', 'postgres-copy.sql', 'postgres-inserts.sql', 'sqlite.sql']) {
      const all = await read(sample(name));
      const some = await read(sample(name), { tables: (table) => table === 'cdr' });
      expect(some.rows).toEqual(all.rows.filter(({ table }) => table === 'cdr'));
    }
  });

  it('shows its tables and columns', async () => {
    const tables = await peekSqlDump(sample('mariadb.sql'), null, signal);
    expect(tables.map(({ table, columns }) => `${table}: ${columns.join(', ')}`)).toEqual([
      'cdr: id, calldate, clid, note, pic, flag, price, f, kind, full',
      'log: x, t',
      'we`ird (t): a b, c`d, values',
    ]);
    expect(await peekSqlDump(textReader('INSERT INTO a.b (x, "y z") VALUES (1,2);'), null, signal)).toEqual([{ table: 'b', columns: ['x', 'y z'] }]);
  });

  it('is reported if it is truncated: no part of it passes for the whole', async () => {
    for (const name of ['mariadb.sql', 'postgres-copy.sql', 'postgres-inserts.sql', 'sqlite.sql']) {
      const bytes = readFileSync(join(samples, name));
      const whole = await read(memoryReader(bytes, name));
      const mark = bytes.lastIndexOf(
        name.startsWith('sqlite') ? 'COMMIT;' : name.startsWith('mariadb') ? '-- Dump completed' : '-- PostgreSQL database dump complete',
      );
      for (let end = 1; end < mark; end += name.startsWith('sqlite') ? 1 : 11) {
        const { rows, findings } = await read(memoryReader(bytes.subarray(0, end), name));
        expect([end, findings.some((each) => /^T15[048] /.test(each)) || end < 100]).toEqual([end, true]);
        // A truncated row is lost, and no row is invented.
        expect(rows.map(({ raw }) => raw)).toEqual(whole.rows.slice(0, rows.length).map(({ raw }) => raw));
      }
    }
  });
});

const scripted = `USE [Recorder]
GO
/****** Object:  Table [dbo].[Calls]    Script Date: 3/12/2019 10:15:04 ******/
SET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[Calls](
	[Id] [bigint] IDENTITY(1,1) NOT NULL,
	[Start ]]at] [datetime] NULL,
	[Name] [nvarchar](50) NULL,
	[Twice]  AS ([Id]*(2)),
 CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY]
GO
CREATE PROCEDURE [dbo].[P] AS
BEGIN
  INSERT [dbo].[Calls] ([Id]) VALUES (99);
  INSERT [dbo].[Calls] ([Id]) VALUES (98)
END
GO
SET IDENTITY_INSERT [dbo].[Calls] ON 
INSERT [dbo].[Calls] ([Id], [Start ]]at], [Name]) VALUES (9007199254740993, CAST(N'2019-03-12T10:15:04.120' AS DateTime), N'O''Brien \\')
INSERT [dbo].[Calls] ([Id], [Start ]]at], [Name]) VALUES (2, CAST(0x00009E0E0095524F AS DateTime), NULL)
GO
INSERT [dbo].[Calls] ([Id], [Start ]]at], [Name]) VALUES (3, NULL, N'line
INSERT [dbo].[Calls] ([Id]) VALUES (97)
GO
'), (4, N'2019', N'Åsa 😀')
INSERT [dbo].[Other] ([D], [S], [B], [N]) VALUES (CAST(0x38320B00 AS Date), CAST(0x9B840258 AS SmallDateTime), 0x00ff, CAST(12.50 AS Decimal(18, 2)))
GO
SET IDENTITY_INSERT [dbo].[Calls] OFF
GO
`.replaceAll('\n', '\r\n');

describe('a script of SQL Server', () => {
  it.each(['utf16le', 'utf8'] as const)('in %s gives its rows, with dates that were written as bytes', async (encoding) => {
    const { items } = await read(textReader(`\ufeff${scripted}`, encoding));
    expect(items.map((item) => (isRow(item) ? [item.schema, item.table, item.number, ...item.cells] : line(item)))).toEqual([
      ['dbo', 'Calls', 1, '9007199254740993', '2019-03-12T10:15:04.120', "O'Brien \\"],
      ['dbo', 'Calls', 2, '2', '2010-10-13 09:03:39.783', ''],
      ['dbo', 'Calls', 3, '3', '', 'line\r\nINSERT [dbo].[Calls] ([Id]) VALUES (97)\r\nGO\r\n'],
      ['dbo', 'Calls', 4, '4', '2019', 'Åsa 😀'],
      ['dbo', 'Other', 1, '2009-12-12', '2009-01-01 10:00:00', '0x00FF', '12.50'],
    ]);
    expect(items.find(isRow)?.columns).toEqual(['Id', 'Start ]at', 'Name']);
  });
});

describe('values', () => {
  it('of MySQL are unescaped, its bytes are hexadecimal', async () => {
    const text =
      "INSERT INTO `t` (`a`,`b`) VALUES ('a\\'b\\\\','c''d'),(_binary '\\0\\'x',0xab),(x'',-1.5e3),(_utf8mb4 'ä',\"q\\\"\"),('\\%\\z',b'101');";
    expect(await cells(text)).toEqual([
      ['t', "a'b\\", "c'd"],
      ['t', '0x002778', '0xAB'],
      ['t', '', '-1.5e3'],
      ['t', 'ä', 'q"'],
      ['t', '\\%z', '101'],
    ]);
  });

  it('of PostgreSQL are cast, and escaped only where they say so', async () => {
    const text = String.raw`SET standard_conforming_strings = on;
INSERT INTO "S".t (a, b) VALUES ('a\', E'\x41\102\u00e4\'\n'), ('1'::character varying(3), '{a}'::text[]), ($x$it's$x$, 'a' || E'\tb'), (now(), f('x', ')'));`;
    expect(await cells(text)).toEqual([
      ['t', 'a\\', "ABä'\n"],
      ['t', '1', '{a}'],
      ['t', "it's", 'a\tb'],
      ['t', 'now()', "f('x', ')')"],
    ]);
    expect(await cells("SET standard_conforming_strings = off;\nINSERT INTO t (a) VALUES ('a\\'b');")).toEqual([['t', "a'b"]]);
  });

  it('of SQLite are concatenated again', async () => {
    const text = String.raw`PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t(a,b);
INSERT INTO t VALUES(replace(replace('a\nb\r','\r',char(13)),'\n',char(10)),unistr('\u0001x\\'));
INSERT INTO t VALUES('\',X'c3A9');
COMMIT;`;
    expect(await cells(text)).toEqual([
      ['t', 'a\nb\r', '\x01x\\'],
      ['t', '\\', '0xC3A9'],
    ]);
  });

  it('without a name get one, which is reported', async () => {
    expect(await cells("INSERT INTO t VALUES (1,'a'),(2,'b');\nINSERT INTO t VALUES (3,'c');")).toEqual([
      'T155 t table t: no statement names the 2 columns',
      ['t', '1', 'a'],
      ['t', '2', 'b'],
      ['t', '3', 'c'],
    ]);
  });

  it('that are not text in the encoding of the dump are hexadecimal; a dump that declares Latin-1 is read as such', async () => {
    const latin = Buffer.from("SET NAMES utf8;\nINSERT INTO `t` (a,b) VALUES ('\xc3\xa5','\xe5\xff'),('x','y');", 'latin1');
    const mixed = await read(memoryReader(latin, 't'));
    expect(mixed.rows.map((row) => row.cells)).toEqual([
      ['å', '0xE5FF'],
      ['x', 'y'],
    ]);
    expect(mixed.findings).toEqual(['T156 t: 1 value is not valid text in the encoding of the dump; it is kept as hexadecimal digits']);
    const undeclared = Buffer.from("INSERT INTO `t` (a,b) VALUES ('\xc3\xa5\xc3\xb6','x'),\n('\xe5\xf6','\xc3\xa5');", 'latin1');
    const each = await read(memoryReader(undeclared, 't'));
    expect(each.rows.map((row) => [...row.cells, row.raw])).toEqual([
      ['åö', 'x', "('åö','x')"],
      ['åö', 'å', expect.any(String)],
    ]);
    expect(each.findings).toEqual(['T105 t: 1 of 2 lines beyond ASCII is not UTF-8 (line 2): 1 line read as windows-1252']);
    const declared = Buffer.from("/*!40101 SET NAMES latin1 */;\nINSERT INTO `t` (`n\xe4me`) VALUES ('\xe5\x80');", 'latin1');
    const { rows, findings } = await read(memoryReader(declared, 't'));
    expect([rows.map((row) => [row.columns, row.cells, row.raw]), findings]).toEqual([[[['näme'], ['å€'], "('å€')"]], []]);
  });
});

describe('damage', () => {
  const mysql = (rows: string) =>
    `-- MySQL dump\nCREATE TABLE \`t\` (\`a\` int, \`b\` text, \`c\` int) ENGINE=x;\nINSERT INTO \`t\` VALUES ${rows};\n-- Dump completed\n`;

  it.each([
    ['an unclosed quote', "(1,'a',1),(2,'b,2),(3,'c',3),(4,'d',4)", ['1', 'T150 t table t row 2', '3', '4']],
    ['an additional quote', "(1,'a',1),(2,'O'Brien',2),(3,'c',3)", ['1', 'T150 t table t row 2', '3']],
    ['an unclosed parenthesis', "(1,'a',1),(2,f('b',2),(3,'c',3),(4,'d',4)", ['1', 'T150 t table t row 2', '3', '4']],
    ['an additional value', "(1,'a',1),(2,'b',2,2),(3,'c',3)", ['1', 'T151 t table t row 2', '3']],
    ['a missing value', "(1,'a'),(2,'b',2)", ['T151 t table t row 1', '2']],
    ['a row without its parenthesis', "(1,'a',1),2,'b',2),(3,'c',3)", ['1', 'T150 t table t row 2', '3']],
    ['an unclosed quote in the last row', "(1,'a',1),(2,'b,2)", ['1', 'T150 t table t row 2']],
  ])('of one row, %s, loses that row', async (_, rows, wanted) => {
    const { items } = await read(textReader(mysql(rows)));
    const got = items.map((item) => (isRow(item) ? item.cells[0] : isLostRecord(item) ? `${item.code} ${item.place}` : item.code));
    expect(got).toEqual(wanted);
    expect(items.filter(isRow).map((row) => row.number)).toEqual(items.flatMap((item, index) => (isRow(item) ? [index + 1] : [])));
  });

  it('of a statement of one line ends with the line', async () => {
    const text =
      "SET standard_conforming_strings = on;\nINSERT INTO t (a, b) VALUES (1, 'x);\nINSERT INTO t (a, b) VALUES (2, 'y');\nINSERT INTO t (a, b) VALUES (3, 'z');\n";
    expect(await cells(text)).toEqual([
      'T150 t table t row 1: has a quote or a parenthesis that does not close and was not read',
      ['t', '2', 'y'],
      ['t', '3', 'z'],
    ]);
  });

  it('of a line of COPY loses the line; a table whose end mark is missing ends where the next begins', async () => {
    const text = 'COPY a (x, y) FROM stdin;\n1\t2\nonly\n3\t4\n--\nCOPY b (z) FROM stdin;\nq\n\\.\n';
    expect(await cells(text)).toEqual([
      ['a', '1', '2'],
      'T151 t table a row 2: has another number of values than there are columns and was not read',
      ['a', '3', '4'],
      ['b', 'q'],
      'T154 t: ends inside a statement, or without the end mark of its program',
    ]);
  });

  it('of a definition does not swallow rows', async () => {
    const text =
      "-- PostgreSQL database dump\n\nCREATE FUNCTION f() AS (SELECT 'it\n-- Data for Name: t; Type: TABLE DATA\nCOPY t (x) FROM stdin;\n1\n\\.\n-- PostgreSQL database dump complete\n";
    expect(await cells(text)).toEqual([['t', '1'], 'T157 t: 2 places between the rows are not statements']);
  });

  it('of a bracket does not swallow the next statement', async () => {
    const told = 'T157 t: 1 place between the rows is not a statement';
    expect(await cells('CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);)\nINSERT INTO t VALUES (2);\n')).toEqual([['t', '1'], ['t', '2'], told]);
  });

  it('by a truncated definition is reported', async () => {
    const cut = 'T154 t: ends inside a statement, or without the end mark of its program';
    expect(await cells('CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nCREATE TABLE u (b int, c ')).toEqual([['t', '1'], cut]);
  });

  it('by messages of the dumping program is reported if it is an error, and hides no statement', async () => {
    const dump = '-- MySQL dump 10.13\nCREATE TABLE `t` (\n  `a` int\n);\nINSERT INTO `t` VALUES (1);\n-- Dump completed\n';
    const password = 'mysqldump: [Warning] Using a password on the command line interface can be insecure.\n';
    expect(await cells(password + dump)).toEqual([['t', '1']]);
    expect(await cells(`Warning: A partial dump from a server that has GTIDs won't be restored.\n${dump}`)).toEqual([['t', '1']]);
    const error = "mysqldump: Couldn't execute 'SHOW FIELDS FROM `u`'\n";
    expect(await cells(dump + error)).toEqual([['t', '1'], 'T157 t: 1 place between the rows is not a statement']);
  });

  it('is reported for statements that are not read, and for files without any', async () => {
    expect(await cells('INSERT INTO `t` (a) SELECT 1 UNION SELECT 2;\nINSERT INTO `t` (a) VALUES (3);')).toEqual([
      'T153 t table t row 1: adds rows in a way that is not read',
      ['t', '3'],
    ]);
    expect(await cells('-- nothing\nSELECT 1;')).toEqual(['T158 t: contains no statement that defines a table or adds rows']);
  });

  it('by size loses the row', async () => {
    const big = `(2,'${'x'.repeat(limits.recordBytes)}',2)`;
    const { items } = await read(textReader(mysql(`(1,'a',1),${big},(3,'c',3),(4,'${'y'.repeat(100_000)}',4)`)));
    expect(items.map((item) => (isRow(item) ? item.cells[0] : item.code))).toEqual(['1', 'T152', '3', '4']);
    const line = await read(textReader(`COPY t (a) FROM stdin;\n1\n${'x'.repeat(limits.recordBytes + 10)}\n2\n\\.\n`));
    expect(line.items.map((item) => (isRow(item) ? item.cells[0] : item.code))).toEqual(['1', 'T152', '2']);
  });
});

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    "'",
    "''",
    '\\',
    "\\'",
    '"',
    '`',
    '),(',
    ');\n',
    '\n',
    '\r\n',
    '\t',
    ';',
    '--',
    '/*',
    '$$',
    '\\.',
    '\\N',
    'NULL',
    'INSERT INTO t VALUES (1,2);\n',
    '\x1a',
    '\b',
  ),
);
const table = fc
  .integer({ min: 2, max: 5 })
  .chain((columns) => fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 }));

const mysqlString = (text: string) =>
  `'${text.replace(/[\0\n\r\\'"\x1a]/g, (char) => ({ '\0': '\\0', '\n': '\\n', '\r': '\\r', '\x1a': '\\Z' })[char] ?? `\\${char}`)}'`;
const plainString = (text: string) => `'${text.replaceAll("'", "''")}'`;
const copyText = (text: string) =>
  text === ''
    ? ''
    : text.replace(/[\b\f\n\r\t\v\\]/g, (char) => `\\${({ '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' })[char] ?? '\\'}`);
const tuples = (rows: readonly (readonly string[])[], quote: (text: string) => string, by: string) =>
  rows.map((row) => `(${row.map(quote).join(',')})`).join(by);

/** How each program writes any rows of a table `t` with columns c0, c1 … */
const writers: Record<string, (rows: readonly (readonly string[])[], columns: readonly string[]) => string> = {
  mysql: (rows, columns) =>
    `-- MySQL dump\nCREATE TABLE \`t\` (\n${columns.map((name) => `  \`${name}\` text COMMENT 'it''s, (',\n`).join('')}  KEY \`k\` (\`c0\`)\n) ENGINE=x;\nINSERT INTO \`t\` VALUES ${tuples(rows, mysqlString, ',')};\n-- Dump completed\n`,
  'mysql, a row a line': (rows, columns) => `INSERT INTO \`t\` (\`${columns.join('`, `')}\`) VALUES\n${tuples(rows, mysqlString, ',\n')};\n`,
  copy: (rows, columns) =>
    `SET standard_conforming_strings = on;\nCOPY public.t (${columns.join(', ')}) FROM stdin;\n${rows.map((row) => `${row.map(copyText).join('\t')}\n`).join('')}\\.\n`,
  postgres: (rows, columns) =>
    `SET standard_conforming_strings = on;\n${rows.map((row) => `INSERT INTO public.t (${columns.join(', ')}) VALUES (${row.map(plainString).join(', ')});\n`).join('')}`,
  sqlserver: (rows, columns) =>
    `SET ANSI_NULLS ON\r\nGO\r\n${rows.map((row) => `INSERT [dbo].[t] ([${columns.join('], [')}]) VALUES (${row.map((text) => `N${plainString(text)}`).join(', ')})\r\n`).join('')}GO\r\n`,
  sqlite: (rows, columns) =>
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(${columns.join(',')});\n${rows.map((row) => `INSERT INTO t VALUES(${row.map(plainString).join(',')});\n`).join('')}COMMIT;\n`,
};

describe('any values', () => {
  it.each(Object.entries(writers))('written by the rules of %s are read back unchanged', async (_, write) => {
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const clean = rows.map((row) => row.map((text) => text.replaceAll('\0', '')));
        const columns = (clean[0] ?? []).map((__, index) => `c${index}`);
        const { items } = await read(inPieces(textReader(write(clean, columns)), size));
        expect(items.map((item) => (isRow(item) ? item.cells : line(item)))).toEqual(clean);
        expect(items.filter(isRow).every((row) => row.columns.join() === columns.join())).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.entries(writers))(
    'of %s, truncated or altered anywhere, never cause a throw, and rows are numbered without a gap',
    async (_, write) => {
      await fc.assert(
        fc.asyncProperty(
          table,
          fc.nat(),
          fc.constantFrom('', "'", '(', ')', ',', '\\', '\n', ';', '"', '$', '\ud800'),
          fc.nat(),
          async (rows, where, put, cut) => {
            const columns = (rows[0] ?? []).map((__, index) => `c${index}`);
            const text = write(rows, columns);
            const at = where % text.length;
            const broken = `${text.slice(0, at)}${put}${text.slice(at + 1)}`.slice(0, cut % 3 === 0 ? cut % text.length : undefined);
            const { items } = await read(textReader(broken));
            const numbers = items.flatMap((item) =>
              isRow(item) ? [`${item.schema}.${item.table} ${item.number}`] : isLostRecord(item) && / row \d+$/.test(item.place) ? [item.place] : [],
            );
            expect(new Set(numbers).size).toBe(numbers.length);
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  it('of random text never cause a throw', async () => {
    const parts = fc.constantFrom(
      "'",
      '"',
      '`',
      '(',
      ')',
      ',',
      ';',
      '\n',
      '\\',
      'INSERT INTO t VALUES ',
      'INSERT ',
      'COPY t (a) FROM stdin;\n',
      'CREATE TABLE t (a,b)',
      '--',
      '/*',
      '*/',
      '$$',
      '$a$',
      '[',
      ']',
      'GO\n',
      'DELIMITER ;;\n',
      'BEGIN',
      'END',
      "E'",
      '1',
      '\t',
      '\\.\n',
      '-- MySQL dump\n',
      '-- PostgreSQL database dump\n',
      'PRAGMA x;\n',
      'CREATE TRIGGER ',
      '::text',
      'CAST(',
      ' AS ',
      'replace(',
      '||',
      '0x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
        const whole = await read(textReader(texts.join('')));
        const pieces = await read(inPieces(textReader(texts.join('')), size));
        expect(pieces.items).toEqual(whole.items);
      }),
      { numRuns: 1_000 },
    );
  });
});

const haveSqlite = ['/usr/bin/sqlite3', '/usr/local/bin/sqlite3'].some((path) => existsSync(path));

describe.skipIf(!haveSqlite)('the sqlite3 program', () => {
  it('dumps any texts so that they can be read back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'longplay-dump-'));
    try {
      await fc.assert(
        fc.asyncProperty(table, async (rows) => {
          const clean = rows.map((row) => row.map((text) => text.replaceAll('\0', '').toWellFormed()));
          const columns = (clean[0] ?? []).map((__, index) => `c${index}`);
          const script = `CREATE TABLE t(${columns.join(',')});${clean.map((row) => `INSERT INTO t VALUES(${row.map((text) => `CAST(x'${Buffer.from(text).toString('hex')}' AS TEXT)`).join(',')});`).join('')}\n.dump\n`;
          const dump = execFileSync('sqlite3', [], { input: script });
          const { items } = await read(memoryReader(dump, 'dump'));
          expect(items.map((item) => (isRow(item) ? item.cells : line(item)))).toEqual(clean);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('one INSERT of 30 MB', () => {
  it('is read in constant memory, including unclosed quotes', async () => {
    const row = (i: number) => {
      const id = String(i).padStart(8, '0');
      return i % 50_000 === 49_999 ? `,(${id},'2019-03-12 10:15:04,'${'z'.repeat(150)}')` : `,(${id},'2019-03-12 10:15:04','${'z'.repeat(149)}')`;
    };
    const count = 165_000;
    const watch = heapWatch(20_000);
    const kept: string[] = [];
    let rows = 0;
    let lost = 0;
    const head = "-- MySQL dump\nINSERT INTO `cdr` (`id`,`calldate`,`note`) VALUES (1,'x','y')";
    for await (const item of readSqlDump(madeReader(head, row, count, ';\n-- Dump completed\n'), { place: 't' }, signal)) {
      watch.look();
      if (item.kind === 'finding') lost++;
      else if (++rows % 1_000 === 0) kept.push(item.cells[0] ?? '', item.raw); // must not keep their context in memory
    }
    expect([rows, lost]).toEqual([count + 1 - 3, 3]);
    expect(watch.grown).toBeLessThan(32 * 1024 * 1024);
  });
});
