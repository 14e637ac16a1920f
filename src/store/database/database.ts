import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import type { Db } from './driver.ts';
import { driver, sqliteCode } from './drivers.ts';

export type { Db } from './driver.ts';

/**
 * Opens or creates a SQLite file. `derived`: may be rebuilt, so commits wait for no disk; `scratch`: a temporary file with
 * no journal at all, gone after a crash; `readonly`: an export of somebody else's, never written to; `examined`: one that is asked what SQLite takes for a write, and of which no page
 * changes.
 * @throws LongplayError A190 where SQLite cannot open it, A191 where there is no SQLite.
 */
export function openDatabase(file: string, use: 'derived' | 'scratch' | 'readonly' | 'examined'): Db {
  const library = driver();
  let db: Db | undefined;
  try {
    db = library.open(file, { readonly: use === 'readonly' });
    if (use === 'derived') {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('busy_timeout = 10000');
    } else if (use === 'scratch') {
      // Rows of a plan have about 3 KB, of which a page of 4 KB holds one: 3.6 us to write such a row, not 6.0.
      db.pragma('page_size = 16384');
      db.pragma('journal_mode = OFF');
      db.pragma('synchronous = OFF');
      db.pragma('cache_size = -16000');
      // Nobody else opens it: locked once, and not twice for each row that is asked for.
      db.pragma('locking_mode = EXCLUSIVE');
    }
    return db;
  } catch (error) {
    // What is no database, or is damaged, opens, and is refused with the first question: whoever goes on, e.g. a server, would keep it open until garbage is collected.
    db?.close();
    const code = sqliteCode(error);
    throw new LongplayError(
      'incomplete',
      'A190',
      `${file} cannot be opened as SQLite: ${errorText(error)}${code === null ? '' : ` (${code})`}`,
      hint,
      error,
    );
  }
}

/** A new scratch file with its tables, closed again where they cannot be made. @throws LongplayError A190 */
export function openScratch(file: string, tables: string): Db {
  const db = openDatabase(file, 'scratch');
  try {
    naming(file, () => db.exec(tables));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a copy of somebody else's database for reading, trusting nothing in it: no function of its schema runs, nothing is written, and cells that lie outside of their page are an error.
 * Integers come as bigint. Source: sqlite.org/security.html, section 1.2.
 * @throws LongplayError A190 where SQLite cannot open it.
 */
export function openForeignDatabase(file: string): Db {
  const db = openDatabase(file, 'readonly');
  try {
    db.pragma('trusted_schema = OFF');
    db.pragma('query_only = ON');
    db.pragma('cell_size_check = ON');
    db.pragma('mmap_size = 0');
    db.defaultSafeIntegers(true);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** True where a row was refused because there is another with its key. */
export function isDouble(error: unknown): boolean {
  return sqliteCode(error) === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Failures that come from the disk or the machine that a file is read on, and not from what is in the file. */
const machineTroubles = new Set(['IOERR', 'FULL', 'CANTOPEN', 'NOMEM', 'PERM', 'BUSY', 'LOCKED']);

/** True where a file may only be read. */
export function isReadOnly(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_READONLY') === true;
}

/** True where SQLite finds the content of a file, or an index in it, damaged. */
export function isDamaged(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_CORRUPT') === true;
}

/** True where a database could not be used for want of the machine (rights, memory, a disk that fails): nothing can be said of the file. */
export function isMachineTrouble(error: unknown): boolean {
  const cause = error instanceof LongplayError ? error.cause : error;
  return systemCode(cause) !== null || machineTroubles.has(sqliteCode(cause)?.split('_')[1] ?? '');
}

/**
 * What SQLite says of somebody else's database that it cannot read: its code, and its words without any name of the schema. Null where the file is not to blame, or the error is none
 * of SQLite's.
 */
export function foreignDatabaseFault(error: unknown): string | null {
  const code = sqliteCode(error);
  if (code === null || !(error instanceof Error) || machineTroubles.has(code.split('_')[1] ?? '')) return null;
  const words = /^(?:file is not a database|database disk image is malformed|malformed database schema|no such table|string or blob too big)/.exec(
    error.message,
  )?.[0];
  return words === undefined ? code : `${words} (${code})`;
}

/**
 * Turns write-ahead logging off again, so that whoever may only read the folder can open the file. Where somebody else has it open
 * it stays on, and theirs is the last word.
 */
export function leaveWal(db: Db): void {
  try {
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error;
  }
}

/** Failures of a file or a disk, not of a program: SQLite's names of them, without what follows the second word. */
const troubles = new Set(['CORRUPT', 'NOTADB', 'IOERR', 'FULL', 'READONLY', 'CANTOPEN', 'BUSY', 'LOCKED', 'PERM', 'NOMEM', 'TOOBIG']);

/** What a thrown value says about a database file, in the words of a LongplayError; null where it is something else, or our bug. */
export function databaseTrouble(error: unknown, file = 'SQLite'): LongplayError | null {
  const code = sqliteCode(error);
  if (code === null || !troubles.has(code.split('_')[1] ?? '')) return null;
  return new LongplayError('incomplete', 'A190', `${file}: ${errorText(error)} (${code})`, hint, error);
}

const hint = 'make room or see to the disk, then run again; a damaged catalog is made anew by `longplay catalog rebuild ARCHIVE`';

/** The same functions, but troubles of file and disk name the file, also those met while a result is iterated. */
export function namingFile<Functions extends object>(file: string, functions: Functions): Functions {
  const properties = Object.getOwnPropertyDescriptors(functions);
  for (const property of Object.values<PropertyDescriptor>(properties)) {
    const work: unknown = property.value;
    if (typeof work === 'function')
      property.value = (...given: unknown[]) => {
        const result: unknown = naming(file, () => work(...given));
        return isIterator(result) ? iterate(file, result) : result;
      };
  }
  // Each function takes and gives what it did before.
  return Object.defineProperties({}, properties) as Functions;
}

/** Does the work; troubles of file and disk name the file. */
export function naming<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw databaseTrouble(error, file) ?? error;
  }
}

function* iterate(file: string, items: Iterable<unknown>): Generator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw databaseTrouble(error, file) ?? error;
  }
}

function isIterator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value;
}
