import type { LongplayError } from '../../core/base/error.ts';
import { databaseTrouble } from '../database/database.ts';
import { driver } from '../database/drivers.ts';

/** Checks that SQLite can open catalogs here; called before a catalog is deleted for a rebuild. @throws LongplayError A191 */
export function requireSqlite(): void {
  driver();
}

/** Converts an error that SQLite reports during work (damaged catalog, full disk and the like) into a LongplayError; null for any other error. */
export function catalogTrouble(error: unknown): LongplayError | null {
  return databaseTrouble(error);
}
