import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { keyFit, scratchKey } from './database-key.ts';
import type { Db } from './driver.ts';
import { driver, driverRemedy, sqliteCode } from './drivers.ts';

export type { Db } from './driver.ts';

/**
 * Opens or creates a SQLite file. `derived`: can be rebuilt, so commits do not wait for the disk; `scratch`: a temporary file without a journal, lost after a
 * crash, and encrypted with a key that only this process has; `readonly`: a foreign export, never written to; `examined`: for checks that SQLite treats as
 * writes although they change no page.
 * @param key 32 bytes that encrypt the file; null: the file is not encrypted. Not used for `scratch`
 * @throws LongplayError A190 if SQLite cannot open it, A191 if SQLite is not available, A194 if the key does not fit the file, A195 if SQLite cannot encrypt
 * here.
 */
export function openDatabase(file: string, use: 'derived' | 'scratch' | 'readonly' | 'examined', key: Uint8Array | null = null): Db {
  if (use !== 'scratch') requireFit(file, key);
  return openWith(file, use, key);
}

function openWith(file: string, use: Parameters<typeof openDatabase>[1], key: Uint8Array | null): Db {
  const library = driver();
  let db: Db | undefined;
  try {
    const own = use === 'scratch' && library.encrypts && file !== ':memory:' ? scratchKey() : key;
    db = library.open(file, { readonly: use === 'readonly', key: own });
    // Sorting and statements over many rows would write temporary files as plaintext, because SQLite encrypts only databases and their journals.
    if (own !== null) db.pragma('temp_store = MEMORY');
    if (use === 'derived') {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('busy_timeout = 10000');
    } else if (use === 'scratch') {
      // A row of a plan has about 3 KB, and a page of 4 KB holds only one: writing such a row would take 6.0 us instead of 3.6.
      db.pragma('page_size = 16384');
      db.pragma('journal_mode = OFF');
      db.pragma('synchronous = OFF');
      // A command has up to a dozen of these files open, and the system caches what was written.
      db.pragma('cache_size = -4000');
      // No other process opens this file, so it is locked once instead of twice per requested row.
      db.pragma('locking_mode = EXCLUSIVE');
    }
    return db;
  } catch (error) {
    // SQLite opens even a damaged file or one that is not a database, and fails at the first query. A process that continues, e.g. a server, would otherwise
    // keep the file open until garbage collection.
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

/** Checks that a key fits a file before SQLite sees either, because SQLite reports a wrong key as "not a database". @throws LongplayError A194, A195 */
function requireFit(file: string, key: Uint8Array | null): void {
  if (key !== null) requireEncryption();
  if (file === ':memory:') return;
  const fit = keyFit(file, key);
  if (fit === 'other' && key === null)
    throw unfit(file, 'is encrypted, and its key was not given', 'run the command with the keyring of the archive');
  if (fit === 'other')
    throw unfit(file, 'is encrypted with another key', 'use the keyring of this archive, or run: longplay catalog rebuild ARCHIVE');
  if (fit === 'open' && key !== null)
    throw unfit(file, 'is not encrypted, although the archive is sealed', 'find out who wrote it, then run: longplay catalog rebuild ARCHIVE');
}

function unfit(file: string, what: string, next: string): LongplayError {
  return new LongplayError('incomplete', 'A194', `${file} ${what}`, next);
}

/** Checks that SQLite can encrypt files here, before anything of a sealed archive is read. @throws LongplayError A191, A195 */
export function requireEncryption(): void {
  const { encrypts, name } = driver();
  if (encrypts) return;
  throw new LongplayError(
    'incomplete',
    'A195',
    `the SQLite in use here (${name}) cannot encrypt, and the archive is sealed`,
    `${driverRemedy()}; then \`longplay doctor\``,
  );
}

/**
 * Encrypts a closed file under another key, in one transaction that rewrites every page. Older copies of the file stay readable with the older key.
 * @param from the file's present key; null: the file is not encrypted
 * @param to the new key, 32 bytes; null: the file is decrypted
 * @throws LongplayError A190, A194, A195
 */
export function rekeyDatabase(file: string, from: Uint8Array | null, to: Uint8Array | null): void {
  requireEncryption();
  requireFit(file, from);
  naming(file, () => driver().rekey(file, from, to));
}

/** Opens a new scratch file with its tables, and closes it if they cannot be created. @throws LongplayError A190 */
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
 * Opens a copy of an untrusted database for reading: no function in its schema runs, nothing is written, and a cell that lies outside its page is an error.
 * Integers are returned as bigint. Source: sqlite.org/security.html, section 1.2.
 * @throws LongplayError A190 if SQLite cannot open it.
 */
export function openForeignDatabase(file: string): Db {
  const db = openWith(file, 'readonly', null);
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

/** Returns true if SQLite refused a row because a row with its key exists. */
export function isDouble(error: unknown): boolean {
  return sqliteCode(error) === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** SQLite's codes for errors of the disk or the machine, as opposed to the file's content. */
const machineTroubles = new Set(['IOERR', 'FULL', 'CANTOPEN', 'NOMEM', 'PERM', 'BUSY', 'LOCKED']);

/** Returns true if SQLite refused to write because the file is read-only. */
export function isReadOnly(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_READONLY') === true;
}

/** Returns true if SQLite finds the content of a file, or an index in it, damaged. */
export function isDamaged(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_CORRUPT') === true;
}

/** Returns true if a database could not be used because of the machine (permissions, memory, a failing disk), so that the error says nothing about the file. */
export function isMachineTrouble(error: unknown): boolean {
  const cause = error instanceof LongplayError ? error.cause : error;
  return systemCode(cause) !== null || machineTroubles.has(sqliteCode(cause)?.split('_')[1] ?? '');
}

/**
 * Returns SQLite's reason why it cannot read a foreign database: the code, and the message without any name in the schema. Null if the file is not the cause,
 * or the error is not SQLite's.
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
 * Turns write-ahead logging off, so that users who can only read the folder can open the file. If another process has the file open, logging stays on until
 * that process turns it off.
 */
export function leaveWal(db: Db): void {
  try {
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error;
  }
}

/** SQLite's codes for errors of a file or a disk, not of a program, each without what follows the second word. */
const troubles = new Set(['CORRUPT', 'NOTADB', 'IOERR', 'FULL', 'READONLY', 'CANTOPEN', 'BUSY', 'LOCKED', 'PERM', 'NOMEM', 'TOOBIG']);

/** Converts an error about a database file into a LongplayError; null if the error is about something else, or is a bug. */
export function databaseTrouble(error: unknown, file = 'SQLite'): LongplayError | null {
  const code = sqliteCode(error);
  if (code === null || !troubles.has(code.split('_')[1] ?? '')) return null;
  return new LongplayError('incomplete', 'A190', `${file}: ${errorText(error)} (${code})`, hint, error);
}

const hint = 'free some space or check the disk, then run again; `longplay catalog rebuild ARCHIVE` rebuilds a damaged catalog';

/** Wraps functions so that their file and disk errors name the file, including errors during iteration over a result. */
export function namingFile<Functions extends object>(file: string, functions: Functions): Functions {
  const properties = Object.getOwnPropertyDescriptors(functions);
  for (const property of Object.values<PropertyDescriptor>(properties)) {
    const work: unknown = property.value;
    if (typeof work === 'function')
      // Called several times per row: no function is created for a call.
      property.value = (...given: unknown[]) => {
        try {
          const result: unknown = work(...given);
          return isIterator(result) ? iterate(file, result) : result;
        } catch (error) {
          throw databaseTrouble(error, file) ?? error;
        }
      };
  }
  // Each wrapped function keeps its type.
  return Object.defineProperties({}, properties) as Functions;
}

/** Runs work and makes its file and disk errors name the file. */
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
