import type { Db } from '../database/database.ts';

/**
 * Removes the remains of deleted rows from a catalog: merges the word indexes, in which a deletion at first only marks a word as deleted, and moves the
 * write-ahead log into the file. SQLite overwrites the deleted rows themselves at once (`secure_delete`).
 * @returns false if another process reads the catalog, so that its write-ahead log still contains earlier pages and the call must be repeated
 */
export function expunge(db: Db): boolean {
  for (const index of ['recording_text', 'unread_text']) db.exec(`INSERT INTO ${index}(${index}) VALUES ('optimize')`);
  return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
}
