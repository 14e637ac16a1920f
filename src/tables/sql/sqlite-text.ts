import { Buffer, isUtf8 } from 'node:buffer';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Db, databaseTrouble, foreignDatabaseFault } from '../../store/database/database.ts';
import { copyOf, quoted, rowSize, type SqliteTable, source, tablesOf } from './sqlite-file.ts';

/** Thrown if a database cannot be written as text, because it is damaged or lacks the table. */
export class NoSqliteText extends Error {}

/** Number of rows per piece of text. */
const batchRows = 500;

/**
 * Yields one table of a SQLite database as SQL text that SQLite reads back: its definition, then one INSERT per row in stored order (by rowid, or by primary
 * key). Values come back exactly: whole numbers, reals, bytes, NULL, and texts, even invalid ones. A table to which rows were added gives the same text,
 * followed by more. Leaves out rows larger than `limits.recordBytes`, which are not read. No transaction encloses the statements.
 * @throws NoSqliteText; LongplayError S104, A190 as `readSqlite`
 */
export async function* sqliteText(
  reader: ByteReader,
  { table: name, scratch }: { readonly table: string; readonly scratch: string },
  signal: AbortSignal,
): AsyncGenerator<string> {
  await using copy = await copyOf(reader, scratch, signal);
  if (copy.cutPageBytes > 0) throw new NoSqliteText('the database is cut off');
  const turns = createTurns();
  let batch: string[] = [];
  try {
    const { db } = copy;
    const table = tablesOf(db).find((one) => one.name.toLowerCase() === name.toLowerCase());
    const definition = db.prepare<[string], [string]>("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?").raw();
    const sql = definition.get(table?.name ?? '')?.[0];
    if (table === undefined || sql === undefined) throw new NoSqliteText('the database has no such table');
    yield `PRAGMA foreign_keys=OFF;\n${sql};\n`;
    for (const statement of insertsOf(db, table)) {
      if (batch.push(statement) < batchRows) continue;
      if (turns.isDue()) await turns.take(signal);
      yield batch.join('');
      batch = [];
    }
  } catch (error) {
    const fault = foreignDatabaseFault(error);
    if (fault !== null) throw new NoSqliteText(fault);
    throw databaseTrouble(error) ?? error;
  }
  if (batch.length > 0) yield batch.join('');
}

function* insertsOf(db: Db, table: SqliteTable): Generator<string> {
  const { name, columns } = table;
  const head = `INSERT INTO ${quoted(name)}(${columns.map(quoted).join(',')}) VALUES(`;
  // Texts are read as bytes, because the driver would replace invalid UTF-8.
  const values = columns.map((column) => {
    const own = quoted(column);
    return `typeof(${own}), CASE WHEN typeof(${own}) IN ('text', 'blob') THEN hex(${own}) ELSE ${own} END`;
  });
  const select = `SELECT ${values.join(', ')} FROM ${source(table)} WHERE ${rowSize(table)} <= ${limits.recordBytes}`;
  for (const row of db.prepare<[], readonly unknown[]>(select).raw().iterate())
    yield `${head}${columns.map((_, index) => literal(String(row[2 * index]), row[2 * index + 1])).join(',')});\n`;
}

/** Returns a value as an SQL literal. @param value texts and bytes as hexadecimal digits */
function literal(type: string, value: unknown): string {
  if (type === 'null') return 'NULL';
  if (type === 'blob') return `X'${String(value)}'`;
  if (type === 'real') return realText(Number(value));
  if (type !== 'text') return String(value);
  const bytes = Buffer.from(String(value), 'hex');
  // A string literal cannot contain NUL.
  if (!isUtf8(bytes) || bytes.includes(0)) return `CAST(X'${String(value)}' AS TEXT)`;
  return `'${bytes.toString('utf8').replaceAll("'", "''")}'`;
}

/**
 * Returns the shortest digits that represent the same number, in the form of a real. SQLite has no literal for infinity, so a number that is too large stands
 * for it.
 */
function realText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9.0e+999' : '-9.0e+999';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
