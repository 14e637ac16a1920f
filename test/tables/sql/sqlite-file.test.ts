import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import { readSqlDump } from '../../../src/tables/sql/dump.ts';
import { peekSqlite, readSqlite, type SqliteOptions } from '../../../src/tables/sql/sqlite-file.ts';
import type { SqlRow, SqlRowOrFinding } from '../../../src/tables/text/types.ts';
import { databaseBytes } from '../database-bytes.ts';
import { collect, isFinding, line, signal } from '../readers.ts';

const samples = join(import.meta.dirname, '../../../samples/databases');
const scratch = mkdtempSync(join(tmpdir(), 'longplay-sqlite-'));
const isRow = (item: SqlRowOrFinding): item is SqlRow => item.kind === 'row';

afterEach(() => expect(readdirSync(scratch)).toEqual([]));
afterAll(() => rmSync(scratch, { recursive: true }));

async function read(bytes: Uint8Array, options: Partial<SqliteOptions> = {}) {
  const items = await collect(readSqlite(memoryReader(bytes, 'db'), { place: 't', scratch, ...options }, signal));
  return { items, rows: items.filter(isRow), findings: items.filter(isFinding).map(line) };
}

/** The bytes of a database that a script makes. */
function made(...statements: string[]): Buffer {
  return databaseBytes((db) => {
    for (const statement of statements) db.exec(statement);
  });
}

describe('a SQLite database', () => {
  it('gives the same rows as its dump', async () => {
    const dump = (await collect(readSqlDump(memoryReader(readFileSync(join(samples, 'sqlite.sql')), 'dump'), { place: 't' }, signal))).filter(isRow);
    const { rows, findings } = await read(readFileSync(join(samples, 'sqlite.db')));
    expect(findings).toEqual([]);
    const plain = ({ table, number, columns, cells }: SqlRow) => [
      table,
      number,
      ...columns.map((column, i) => `${column}: ${column === 'f' && cells[i] !== '' ? Number(cells[i]) : cells[i]}`),
    ];
    expect(rows.map(plain)).toEqual(dump.map(plain));
    expect(rows.every((row) => row.raw === JSON.stringify(row.cells))).toBe(true);
  });

  it('shows its ordinary tables and stored columns, and gives the requested ones', async () => {
    const bytes = made(
      'CREATE TABLE b (x, y AS (x + 1)); INSERT INTO b VALUES (1)',
      'CREATE TABLE a (i INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (5)',
      'CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE f USING fts5(t); CREATE INDEX i ON b (x)',
    );
    const tables = await peekSqlite(memoryReader(bytes, 'db'), scratch, signal);
    expect(tables.slice(0, 2)).toEqual([
      { table: 'b', columns: ['x'] },
      { table: 'a', columns: ['i'] },
    ]);
    expect(tables.map(({ table }) => table).filter((table) => /^(?:v|f|sqlite_.*)$/.test(table))).toEqual([]);
    expect((await read(bytes, { tables: (name) => name === 'a' })).rows.map(({ table, cells }) => [table, ...cells])).toEqual([['a', '5']]);
  });

  it('keeps integers of 64 bits, omits NUL from text, and has its rows in the order in which they are stored', async () => {
    const { rows, findings } = await read(
      made(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, rowid, b); CREATE INDEX i ON t (b); INSERT INTO t VALUES (9223372036854775807, -9223372036854775808, 'b'), (1, 2, 'z' || char(0)), (2, x'00ff', 'a')",
        "CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('b', 1.5), ('a', NULL)",
      ),
    );
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', '2', 'z'],
      ['2', '0x00FF', 'a'],
      ['9223372036854775807', '-9223372036854775808', 'b'],
      ['a', ''],
      ['b', '1.5'],
    ]);
    expect(findings).toEqual(['T117 t: 1 row contains NUL characters, which are left out of cells and kept in the raw text']);
  });

  it('has a row that is too large as a lost one, in its place', async () => {
    const { items } = await read(
      made(
        `CREATE TABLE t (a, b, c); INSERT INTO t VALUES (1, '', ''), (2, zeroblob(${limits.recordBytes}), 'x'), (3, zeroblob(10), ''), (4, '', zeroblob(${limits.recordBytes + 1}))`,
      ),
    );
    expect(items.map((item) => (isRow(item) ? `${item.number}: ${item.cells[0]}` : line(item)))).toEqual([
      '1: 1',
      'T152 t table t row 2: is larger than 4194304 bytes and was not read',
      '3: 3',
      'T152 t table t row 4: is larger than 4194304 bytes and was not read',
    ]);
    expect(items.filter(isFinding).every(isLostRecord)).toBe(true);
  });

  it('of two thousand columns is read', async () => {
    const columns = Array.from({ length: 1_999 }, (_, i) => `c${i}`);
    const bytes = made(
      `CREATE TABLE t (${columns.join(',')}); INSERT INTO t (c0, c1998) VALUES (1, zeroblob(${limits.recordBytes - 100})), (2, zeroblob(${limits.recordBytes}))`,
    );
    const { items } = await read(bytes);
    expect(items.map((item) => (isRow(item) ? item.cells.length : item.code))).toEqual([1_999, 'T152']);
  });

  it('with a write-ahead log is read without it, which is reported', async () => {
    const bytes = made('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    bytes.set([2, 2], 18);
    const { rows, findings } = await read(bytes);
    expect([rows.length, findings]).toEqual([1, ['T160 t: the database uses a write-ahead log, which was not read']]);
  });
});

describe('a damaged database', () => {
  const whole = made(
    'CREATE TABLE t (a INTEGER PRIMARY KEY, b)',
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000) INSERT INTO t SELECT x, printf('row %d', x) FROM n",
    'CREATE TABLE u (c); INSERT INTO u VALUES (1)',
  );

  it('by a truncation keeps the rows before it', async () => {
    const { rows, findings } = await read(whole.subarray(0, whole.length / 2));
    expect(rows.length).toBeGreaterThan(500);
    expect(rows.map(({ cells }) => cells)).toEqual(rows.map((_, i) => [`${i + 1}`, `row ${i + 1}`]));
    expect(findings).toEqual([
      `T159 t: ends after ${whole.length / 2} of ${whole.length} bytes; the existing part is read`,
      `T159 t table t: database disk image is malformed (SQLITE_CORRUPT); ${rows.length} rows read before`,
      'T159 t table u: database disk image is malformed (SQLITE_CORRUPT); 0 rows read before',
    ]);
  });

  it('by a truncation invents no row: one that may continue after the cut is lost', async () => {
    const long = made("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, replace(hex(zeroblob(20000)), '0', 'y')), (3, 'z')");
    for (const cut of [4_096, 5_000, 8_192, 20_000]) {
      const { items } = await read(long.subarray(0, cut));
      const rows = items.filter((item) => isRow(item)).map(({ cells }) => cells);
      expect(rows.filter(([a, b]) => !['1 x', '3 z'].includes(`${a} ${b}`))).toEqual([]);
      if (cut > 8_000)
        expect(items.map((item) => (isRow(item) ? item.cells[0] : line(item).slice(0, 24)))).toEqual([
          `T159 t: ends after ${cut} of 49152`.slice(0, 24),
          '1',
          'T150 t table t row 2: ma',
          '3',
        ]);
    }
  });

  it('or encrypted, empty, or not a database at all gives a finding', async () => {
    expect((await read(Buffer.alloc(8_192, 7))).findings).toEqual(['T159 t: file is not a database (SQLITE_NOTADB); no table read before']);
    expect((await read(Buffer.alloc(0))).findings).toEqual(['T158 t: the database contains no table']);
    expect((await read(Buffer.from('SQLite format 3\0'))).findings).toEqual(['T159 t: file is not a database (SQLITE_NOTADB); no table read before']);
  });

  it('in the size that its header states gives a finding', async () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32BE(0xffff_ffff, 28);
    bytes.writeUInt16BE(1, 16);
    const { rows, findings } = await read(bytes);
    expect(rows).toEqual([]);
    expect(findings[0]).toBe(`T159 t: ends after ${whole.length} of 281474976645120 bytes; the existing part is read`);
  });

  it('in the write version alone still has a log, and nothing of it is left behind', async () => {
    for (const versions of [0x0202, 0x0102, 0x0002, 0xff02]) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt16BE(versions, 18);
      const { findings } = await read(bytes);
      expect([versions, findings.some((text) => text.includes('T160'))]).toEqual([versions, true]);
      expect(readdirSync(scratch)).toEqual([]);
    }
  });

  it('anywhere never causes a throw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        async (changes, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at % (at % 2 === 0 ? 512 : bytes.length)] = value;
          const { items } = await read(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
          expect(items.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('or one that the scratch folder cannot hold ends the work, not the program', async () => {
    await expect(read(whole, { scratch: join(samples, 'sqlite.db/nowhere') })).rejects.toMatchObject({ code: 'S104' });
  });

  it('has no name in the scratch folder at any time, so that a kill leaves nothing', async () => {
    const seen: string[][] = [];
    const reader = memoryReader(whole, 'db');
    const watched: typeof reader = {
      ...reader,
      stream: async function* (...range) {
        for await (const piece of reader.stream(...range)) {
          yield piece;
          seen.push(readdirSync(scratch));
        }
        seen.push(readdirSync(scratch));
      },
    };
    for await (const _item of readSqlite(watched, { place: 't', scratch }, signal)) seen.push(readdirSync(scratch));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.flat()).toEqual([]);
  });

  it('is not left behind by a caller that stops reading', async () => {
    for await (const item of readSqlite(memoryReader(whole, 'db'), { place: 't', scratch }, signal)) {
      expect(item.kind).toBe('row');
      break;
    }
  });
});

describe('any values', () => {
  it('are read back unchanged', async () => {
    const value = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array({ maxLength: 20 }),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }), async (values) => {
        const bytes = databaseBytes((db) => {
          db.exec('CREATE TABLE "t""x" (a, "b c")');
          const insert = db.prepare('INSERT INTO "t""x" VALUES (?, ?)');
          for (const row of values) insert.run(...row);
        });
        const { rows } = await read(bytes);
        const text = (each: bigint | string | Uint8Array | null) =>
          each === null
            ? ''
            : each instanceof Uint8Array
              ? each.length === 0
                ? ''
                : `0x${Buffer.from(each).toString('hex').toUpperCase()}`
              : String(each).replaceAll('\0', '');
        expect(rows.map(({ table, cells }) => [table, ...cells])).toEqual(values.map((row) => ['t"x', ...row.map(text)]));
      }),
      { numRuns: 60 },
    );
  });
});
