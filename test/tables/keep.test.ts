import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { type ReadTable, type TableView, tableViews } from '../../src/tables/keep/table-view.ts';
import { readRecords } from '../../src/tables/records.ts';
import { NoSqliteText } from '../../src/tables/sql/sqlite-text.ts';
import type { TableKind, TableRecord } from '../../src/tables/text/types.ts';

const signal = AbortSignal.timeout(60_000);
const options = { declaredEncoding: null, scratch: join(tmpdir(), `longplay-keep-${randomUUID()}`) };
const none: ReadTable = { path: 'calls.csv', tables: [], leftOut: null };

async function bytesOf(view: TableView | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of view?.bytes(signal) ?? []) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function kept(reader: ByteReader, read: Partial<ReadTable>): Promise<Buffer> {
  const [view] = await tableViews(reader, { ...none, ...read }, options, signal);
  return await bytesOf(view);
}

async function rowsOf(bytes: Uint8Array, kind: TableKind, tables: readonly string[]): Promise<Pick<TableRecord, 'table' | 'pairs'>[]> {
  const rows: Pick<TableRecord, 'table' | 'pairs'>[] = [];
  const how = { place: 'x', kind, declaredEncoding: null, scratch: options.scratch, tables: (name: string) => tables.includes(name) };
  for await (const item of readRecords(memoryReader(bytes, 'x'), how, signal))
    if (item.kind === 'record') rows.push({ table: item.table, pairs: item.pairs });
  return rows;
}

/** Returns pieces of a few bytes, so that spans cross their borders. */
function inPieces(bytes: Buffer, size: number): ByteReader {
  const whole = memoryReader(bytes, 'x');
  return {
    ...whole,
    stream: async function* (start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += size) yield bytes.subarray(at, Math.min(at + size, end, bytes.length));
    },
  };
}

describe('the kept part of a dump', () => {
  test.each([
    ['mariadb.sql', ['cdr']],
    ['postgres-copy.sql', ['cdr']],
  ])('of %s reads back to the same rows of the tables that were read, and contains no other table', async (name, wanted) => {
    const dump = readFileSync(new URL(`../../samples/databases/${name}`, import.meta.url));
    const tables = [...new Set((await rowsOf(dump, 'sql', wanted)).map(({ table }) => table))];
    expect(tables).toEqual(wanted);
    const text = await kept(memoryReader(dump, name), { path: name, tables: wanted });
    expect(text.length).toBeLessThanOrEqual(dump.length);
    expect(await rowsOf(text, 'sql', wanted)).toEqual(await rowsOf(dump, 'sql', wanted));
    const all: string[] = [];
    for await (const item of readRecords(
      memoryReader(text, name),
      { place: 'x', kind: 'sql', declaredEncoding: null, scratch: options.scratch },
      signal,
    ))
      if (item.kind === 'record') all.push(item.table);
    expect([...new Set(all)]).toEqual(wanted);
  });

  test('is empty if no statement concerns the tables', async () => {
    const dump = Buffer.from('CREATE TABLE users (password text);\nINSERT INTO users VALUES (1);\n');
    expect(await tableViews(memoryReader(dump, 'x'), { ...none, path: 'x.sql', tables: ['cdr'] }, options, signal)).toEqual([]);
  });
});

describe('a table of SQLite as SQL text', () => {
  const made = (fill: string): Buffer => {
    const file = join(tmpdir(), `longplay-keep-${randomUUID()}.db`);
    const db = openDatabase(file, 'examined');
    db.exec(fill);
    db.close();
    const bytes = readFileSync(file);
    rmSync(file);
    return bytes;
  };

  test('begins with the text of the same table with fewer rows, and reals come back exactly', async () => {
    const reals = Array.from({ length: 400 }, (_, n) => (n % 2 === 0 ? 1 : -1) * Math.sqrt(n + 0.1) * 10 ** ((n % 600) - 300));
    const rows = (from: number, to: number): string =>
      reals
        .slice(from, to)
        .map((value, n) => `INSERT INTO t VALUES (${from + n}, ${value}, 'a''b\nc');`)
        .join('');
    const create = 'CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, s TEXT);';
    const [few, many] = await Promise.all(
      [rows(0, 200), rows(0, 400)].map((all) => kept(memoryReader(made(create + all), 'x'), { path: 'x.db', tables: ['T'] })),
    );
    expect(few?.length).toBeGreaterThan(1_000);
    expect(many?.subarray(0, few?.length)).toEqual(few);
    const file = join(tmpdir(), `longplay-keep-${randomUUID()}.db`);
    const back = openDatabase(file, 'examined');
    back.exec(many?.toString('utf8') ?? '');
    const read = back.prepare<[], number>('SELECT r FROM t ORDER BY id').pluck().all();
    back.close();
    rmSync(file);
    expect(read).toEqual(reals);
  });

  test('does not exist for a truncated or damaged database', async () => {
    const whole = made(
      "CREATE TABLE t (a); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) INSERT INTO t SELECT 'row ' || x FROM n;",
    );
    await expect(kept(memoryReader(whole.subarray(0, 40_000), 'x'), { path: 'x.db', tables: ['t'] })).rejects.toThrow(NoSqliteText);
    await expect(kept(memoryReader(whole, 'x'), { path: 'x.db', tables: ['other'] })).rejects.toThrow(NoSqliteText);
  });
});

describe('a separated table without some columns', () => {
  const leftOut = { columns: ['card', 'PIN'], skipLines: 0, hasHeader: true, names: null, separator: null } as const;
  const table = Buffer.from('id;card;name;pin\r\n1;4711;Åsa;1\r\n\r\n2;"47;""11";Öberg;\r\n3;4711;Zoë\r\n4;"4711;x;2\r\n5;4711;"a\r\nb";3');
  const expected = 'id;card;name;pin\r\n1;;Åsa;\r\n\r\n2;;Öberg;\r\n\r\n5;;"a\r\nb";';

  test.each([1, 3, 7, 64, 10_000])('has their separators, and omits whole rows with uncertain cells, in pieces of %d bytes', async (size) => {
    expect((await kept(inPieces(table, size), { leftOut })).toString('utf8')).toBe(expected);
  });

  test('keeps the lines above the table', async () => {
    const titled = Buffer.concat([Buffer.from('Calls of May\r\n'), table]);
    expect((await kept(memoryReader(titled, 'x'), { leftOut: { ...leftOut, skipLines: 1 } })).toString('utf8')).toBe(`Calls of May\r\n${expected}`);
  });

  test('is refused if it has no such column', async () => {
    await expect(kept(memoryReader(table, 'x'), { leftOut: { ...leftOut, columns: ['cvv'] } })).rejects.toThrow("it has no column 'cvv'");
  });
});
