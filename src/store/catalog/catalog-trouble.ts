import type { LongplayError } from '../../core/base/error.ts';
import { databaseTrouble } from '../database/database.ts';
import { driver } from '../database/drivers.ts';

/** Makes sure that catalogs can be opened here, before one is deleted to be rebuilt. @throws LongplayError A191 */
export function requireSqlite(): void {
  driver();
}

/** A damaged catalog, a full disk and the like, as SQLite reports them in the middle of the work; null for anything else. */
export function catalogTrouble(error: unknown): LongplayError | null {
  return databaseTrouble(error);
}
