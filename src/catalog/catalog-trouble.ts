import type { LongplayError } from '../core/error.ts';
import { databaseTrouble } from '../database/database.ts';

/** A damaged catalog, a full disk and the like, as SQLite reports them in the middle of the work; null for anything else. */
export function catalogTrouble(error: unknown): LongplayError | null {
  return databaseTrouble(error);
}
