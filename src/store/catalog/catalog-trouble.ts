import type { LongplayError } from '../../core/base/error.ts';
import { databaseTrouble } from '../database/database.ts';
import { driver } from '../database/drivers.ts';

/** Checks that catalogs can be opened here, before one is deleted for a rebuild. @throws LongplayError A191 */
export function requireSqlite(): void {
  driver();
}

/** Returns the error for a damaged catalog, a full disk and the like, as SQLite reports them during work; null for anything else. */
export function catalogTrouble(error: unknown): LongplayError | null {
  return databaseTrouble(error);
}
