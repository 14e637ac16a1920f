import Database from 'better-sqlite3';
import { LongplayError } from '../core/error.ts';

/** An open SQLite database. */
export type Db = Database.Database;

/**
 * Opens or creates a SQLite file. `derived`: may be rebuilt, so commits wait for no disk; `scratch`: a temporary file with
 * no journal at all, gone after a crash; `readonly`: an export of somebody else's, never written to.
 * @throws LongplayError A190 where SQLite cannot open it.
 */
export function openDatabase(file: string, use: 'derived' | 'scratch' | 'readonly'): Db {
  try {
    const db = new Database(file, use === 'readonly' ? { readonly: true, fileMustExist: true } : {});
    if (use === 'derived') {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma('busy_timeout = 10000');
    } else if (use === 'scratch') {
      db.pragma('journal_mode = OFF');
      db.pragma('synchronous = OFF');
      db.pragma('cache_size = -16000');
    }
    return db;
  } catch (error) {
    throw new LongplayError(
      'incomplete',
      'A190',
      `${file} cannot be opened as SQLite`,
      'see the reason below; a damaged catalog may be deleted and rebuilt',
      error,
    );
  }
}

/**
 * Turns write-ahead logging off again, so that whoever may only read the folder can open the file. Where somebody else has it open
 * it stays on, and theirs is the last word.
 */
export function leaveWal(db: Db): void {
  try {
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
  }
}

/** SQLite's name of a failure, such as `SQLITE_CORRUPT`; null for anything else. */
export function databaseTrouble(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}
