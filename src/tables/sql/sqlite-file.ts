import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Db, databaseTrouble, foreignDatabaseFault, openForeignDatabase } from '../../store/database/database.ts';
import { rowPlace } from '../text/row-place.ts';
import type { SqlRow, SqlRowOrFinding } from '../text/types.ts';
import { sqliteMagic } from './table-kind.ts';
import { hexText } from './values.ts';

/** Options of `readSqlite`. */
export interface SqliteOptions {
  readonly place: string;
  /** Folder for a copy of the file; created if missing. The copy is deleted when reading ends. */
  readonly scratch: string;
  /** Returns true for the tables to read, by name; absent: all. */
  readonly tables?: (name: string) => boolean;
}

/** Offsets of fields in the header of a database, and the header's size. Source: sqlite.org/fileformat2.html, section 1.3. */
const header = { bytes: 100, pageSize: 16, versions: 18, reserved: 20, changes: 24, pages: 28, pagesFor: 92 } as const;

/**
 * Reads the ordinary tables of a SQLite database row by row, in stored order (by rowid, or by primary key in tables without one), from a copy in `scratch`.
 * Whole numbers of 64 bits are exact, bytes are returned as hexadecimal digits; computed columns and SQLite's own tables are left out. A damaged or encrypted
 * database gives a finding; the rows before the damage are yielded. A row beyond `limits.recordBytes` is a lost record (see `isLostRecord`). NUL characters are
 * removed from cells and counted in a finding at the end.
 * @throws LongplayError S104 if the scratch folder cannot hold the copy; A190 if its disk fails.
 */
export async function* readSqlite(reader: ByteReader, options: SqliteOptions, signal: AbortSignal): AsyncIterable<SqlRowOrFinding> {
  const { place, tables: wanted } = options;
  await using copy = await copyOf(reader, options.scratch, signal);
  if (copy.statedBytes > reader.size)
    yield finding('T159', place, agree`ends after ${reader.size} of ${copy.statedBytes} byte[s]; the existing part is read`);
  if (copy.hasLog) yield finding('T160', place, 'the database uses a write-ahead log, which was not read');
  const tables: SqliteTable[] = [];
  yield* guarded(
    copy,
    place,
    () => 'no table',
    function* (db) {
      tables.push(...tablesOf(db));
      if (tables.length === 0) yield finding('T158', place, 'the database contains no table');
    },
  );
  let rowsWithNul = 0;
  for (const table of tables) {
    if (wanted !== undefined && !wanted(table.name)) continue;
    let rows = 0;
    const at = `${place} table ${table.name}`;
    const read = (db: Db): Iterable<SqlRowOrFinding> => {
      if (copy.cutPageBytes > 0)
        return mixedRows(db, table, Math.min(limits.recordBytes, localBytes(table, copy.cutPageBytes)), (row) => cutRow(at, table.name, row));
      const isMixed = reader.size > limits.recordBytes && hasLargeRow(db, table);
      return isMixed ? mixedRows(db, table, limits.recordBytes, (row) => largeRow(at, table.name, row)) : rowsOf(db, table, null);
    };
    for (const item of guarded(copy, at, () => agree`${rows} row[s]`, read)) {
      signal.throwIfAborted();
      rows++;
      if (item.kind === 'row' && item.cells.some((cell) => cell.includes('\0'))) {
        rowsWithNul++;
        yield { ...item, number: rows, cells: item.cells.map((cell) => cell.replaceAll('\0', '')) };
      } else yield item.kind === 'row' ? { ...item, number: rows } : item;
    }
  }
  if (rowsWithNul > 0)
    yield finding(
      'T117',
      place,
      agree`${rowsWithNul} row[s] [contains|contain] NUL characters, which are left out of cells and kept in the raw text`,
    );
}

/** Returns the tables of a database with the columns that `readSqlite` reads; none if the database cannot be read. */
export async function peekSqlite(
  reader: ByteReader,
  scratch: string,
  signal: AbortSignal,
): Promise<readonly { readonly table: string; readonly columns: readonly string[] }[]> {
  await using copy = await copyOf(reader, scratch, signal);
  const tables: SqliteTable[] = [];
  // Reading the file will report its faults.
  const read = (db: Db): SqlRowOrFinding[] => {
    tables.push(...tablesOf(db));
    return [];
  };
  Array.from(guarded(copy, '', () => '', read));
  return tables.map(({ name, columns }) => ({ table: name, columns }));
}

/** An ordinary table of a database, with its columns that are not computed. */
export interface SqliteTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly hasRowid: boolean;
}

/** A copy of a database in a scratch folder. */
export interface SqliteCopy extends AsyncDisposable {
  /** True if the database uses a write-ahead log. */
  readonly hasLog: boolean;
  /** Size according to the header; 0 if the header states none. */
  readonly statedBytes: number;
  /** If the file is shorter than stated: number of bytes per page that may contain rows; else 0. */
  readonly cutPageBytes: number;
  /** The open copy. */
  readonly db: Db;
}

/**
 * Copies a database into a scratch folder. SQLite opens the file while it is empty, and the file's name is removed before anything is written, so that a killed
 * run leaves nothing readable.
 * @throws LongplayError S104 if the folder cannot hold the copy
 */
export async function copyOf(reader: ByteReader, scratch: string, signal: AbortSignal): Promise<SqliteCopy> {
  const file = join(scratch, `sqlite-${randomUUID()}`);
  const full = (error: unknown): LongplayError =>
    new LongplayError(
      'incomplete',
      'S104',
      agree`the scratch folder ${scratch} cannot hold a copy of ${reader.size} byte[s]: ${systemText(error)}`,
      'free some space there or set another scratch folder, then run again',
      error,
    );
  const onDisk = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw full(error);
    }
  };
  let db: Db | undefined;
  const remove = async (): Promise<void> => {
    if (db?.open === true) db.close();
    // SQLite leaves its companion files behind if it may only read.
    for (const ending of ['', '-wal', '-shm', '-journal']) await rm(file + ending, { force: true });
  };
  let hasLog = false;
  let statedBytes = 0;
  let cutPageBytes = 0;
  await onDisk(mkdir(scratch, { recursive: true }));
  try {
    const handle = await onDisk(open(file, 'wx', 0o600));
    try {
      db = openForeignDatabase(file);
      // On a system that keeps the name of an open file, the name is removed when the copy is closed.
      await rm(file, { force: true }).catch(() => {});
      for await (const piece of reader.stream(0, reader.size, signal)) {
        signal.throwIfAborted();
        await onDisk(handle.writeFile(piece));
      }
      const head = Buffer.from(await reader.read(0, header.bytes, signal));
      if (head.toString('latin1').startsWith(sqliteMagic) && head.length === header.bytes) {
        // Of the two version fields, SQLite uses the read version. In a damaged header, the write version may differ.
        hasLog = head.readUInt8(header.versions + 1) === 2;
        // The copy has no write-ahead log, so it is marked as not using one. Otherwise SQLite would have to create one.
        if (hasLog) await onDisk(handle.write(new Uint8Array([1, 1]), 0, 2, header.versions));
        const written = head.readUInt16BE(header.pageSize);
        const pageSize = written === 1 ? 65_536 : written;
        if (head.readUInt32BE(header.changes) === head.readUInt32BE(header.pagesFor)) statedBytes = head.readUInt32BE(header.pages) * pageSize;
        if (statedBytes > reader.size) {
          cutPageBytes = pageSize - head.readUInt8(header.reserved);
          // SQLite refuses a whole database that is shorter than its header states. If a sparse hole extends it, it can be read up to the last whole page.
          await onDisk(handle.truncate(reader.size - (reader.size % pageSize)));
          // If no disk can hold the stated size, the file remains as it is, and SQLite reports the error.
          await handle.truncate(statedBytes).catch(() => {});
        }
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { hasLog, statedBytes, cutPageBytes, db, [Symbol.asyncDispose]: remove };
}

/** Yields the items that are read. If the file causes an error in SQLite, yields a finding instead. */
function* guarded(copy: SqliteCopy, place: string, read: () => string, items: (db: Db) => Iterable<SqlRowOrFinding>): Iterable<SqlRowOrFinding> {
  try {
    yield* items(copy.db);
  } catch (error) {
    const fault = foreignDatabaseFault(error);
    if (fault === null) throw databaseTrouble(error) ?? error;
    yield finding('T159', place, `${fault}; ${read()} read before`);
  }
}

/** Returns the tables that have rows of their own, in order of creation. Loads no virtual table. */
export function tablesOf(db: Db): SqliteTable[] {
  const names = db
    .prepare<[number], [string, string | null]>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid LIMIT ?",
    )
    .raw()
    .all(limits.sqlTables);
  // hidden: 0 = stored, 1 = of a virtual table, 2 and 3 = computed. Source: sqlite.org/pragma.html, table_xinfo.
  const columns = db.prepare<[string], [string]>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid').raw();
  return names
    .map(([name, sql]) => ({ name, columns: columns.all(name).map(([column]) => column), hasRowid: !/WITHOUT\s+ROWID/i.test(sql ?? '') }))
    .filter((table) => table.columns.length > 0);
}

/** Returns true if a row is larger than a record may be, or if damage prevents the answer. Reads only the lengths of values. */
function hasLargeRow(db: Db, table: SqliteTable): boolean {
  try {
    return db.prepare(`SELECT 1 FROM ${source(table)} WHERE ${rowSize(table)} > ${limits.recordBytes} LIMIT 1`).get() !== undefined;
  } catch (error) {
    if (foreignDatabaseFault(error) === null) throw error;
    return true;
  }
}

function largeRow(place: string, table: string, row: number): Finding {
  const found = finding('T152', rowPlace(place, row), `is larger than ${limits.recordBytes} bytes and was not read`);
  return { ...found, lost: { table, number: row, span: null } };
}

function cutRow(place: string, table: string, row: number): Finding {
  const found = finding('T150', rowPlace(place, row), 'may continue in the missing part of the file, and was not read');
  return { ...found, lost: { table, number: row, span: null } };
}

/**
 * Returns the size up to which a row is certainly within one page. This matters because a hole in place of an overflow page would be read as zeros. Source:
 * sqlite.org/fileformat2.html, section 1.6, for tables with and without rowid, minus the possible size of the record's own header.
 */
function localBytes({ columns, hasRowid }: SqliteTable, pageBytes: number): number {
  const payload = hasRowid ? pageBytes - 35 : Math.floor(((pageBytes - 12) * 64) / 255) - 23;
  return payload - 9 * (columns.length + 1);
}

/** Yields all rows of a table in which some exceed `most` bytes. Reads the sizes and the smaller rows side by side. */
function* mixedRows(db: Db, table: SqliteTable, most: number, large: (row: number) => Finding): Iterable<SqlRowOrFinding> {
  const sound = rowsOf(db, table, `${rowSize(table)} <= ${most}`);
  try {
    let number = 0;
    for (const [isLarge] of db
      .prepare<[], [bigint]>(`SELECT ${rowSize(table)} > ${most} FROM ${source(table)}`)
      .raw()
      .iterate()) {
      number++;
      if (isLarge === 1n) yield large(number);
      else {
        const next = sound.next();
        if (next.done === true) return;
        yield next.value;
      }
    }
  } finally {
    sound.return(undefined);
  }
}

function* rowsOf(db: Db, { name, columns }: SqliteTable, where: string | null): Generator<SqlRow> {
  const select = `SELECT ${columns.map(quoted).join(', ')} FROM ${source({ name })}${where === null ? '' : ` WHERE ${where}`}`;
  for (const values of db.prepare<[], readonly unknown[]>(select).raw().iterate()) {
    const cells = values.map(cellText);
    yield { kind: 'row', table: name, schema: '', number: 0, columns, cells, raw: JSON.stringify(cells) };
  }
}

/** Returns the SQL for a table that does not use its indexes, so that rows come in stored order. */
export function source({ name }: Pick<SqliteTable, 'name'>): string {
  return `main.${quoted(name)} NOT INDEXED`;
}

/**
 * Returns the SQL for the number of bytes in a row's values. The sum is balanced, because SQLite limits the depth of an expression. Source:
 * sqlite.org/limits.html, section 6.
 */
export function rowSize({ columns }: Pick<SqliteTable, 'columns'>): string {
  let terms = columns.map((column) => `ifnull(octet_length(${quoted(column)}), 0)`);
  while (terms.length > 1)
    terms = terms.flatMap((term, i) => (i % 2 === 1 ? [] : [terms[i + 1] === undefined ? term : `(${term} + ${terms[i + 1]})`]));
  return terms[0] ?? '0';
}

/** Returns a name quoted as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function cellText(value: unknown): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? hexText(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')) : String(value);
}
