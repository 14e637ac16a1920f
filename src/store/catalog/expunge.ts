import type { Db } from '../database/database.ts';

/**
 * Removes what deleted rows have left in a catalog: merges the word indexes, in which a deletion is at first only a mark beside the word, and moves the write-ahead log into the file. The
 * places of deleted rows are overwritten already when they are deleted (`secure_delete`).
 * @returns false if another process reads the catalog, so that its write-ahead log still has pages from before: to be called again
 */
export function expunge(db: Db): boolean {
  for (const index of ['recording_text', 'unread_text']) db.exec(`INSERT INTO ${index}(${index}) VALUES ('optimize')`);
  return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}
