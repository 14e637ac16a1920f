import type { Db } from '../database/database.ts';
import { type CatalogEntry, catalogColumns, entryRowDigest, rowDigest } from './catalog-entry.ts';

/** A description of a recording that an amendment has replaced. */
export interface EarlierRevision extends Pick<CatalogEntry, 'revision' | 'described' | 'fingerprint'> {
  readonly bag: string;
}

/** The catalog's table of replaced descriptions. Searches see only the newest description of each recording. */
export interface EarlierRevisions {
  /** Copies a row from the table of recordings, which the caller then deletes there. */
  keep(place: bigint): void;
  /** Adds an entry of a bag for a recording that has a newer description in another bag. */
  add(bag: string, entry: CatalogEntry): void;
  /** Returns the earlier descriptions of a recording, oldest first. */
  of(recordingId: string): EarlierRevision[];
  /** Returns the recordings whose newest description is in this bag, with the bags of their earlier descriptions. */
  behind(bag: string): { readonly recordingId: string; readonly bag: string }[];
  /** Removes the descriptions that are in a bag. */
  remove(bag: string): void;
}

/** Returns the bags with earlier descriptions of a recording, oldest first. Only reads, unlike `earlierRevisions`. */
export function earlierBags(db: Db, recordingId: string): { readonly bag: string }[] {
  return db.prepare<[string], { bag: string }>('SELECT bag FROM earlier WHERE recordingId = ? ORDER BY revision, bag').all(recordingId);
}

export function earlierRevisions(db: Db): EarlierRevisions {
  const insert = db.prepare(
    'INSERT INTO earlier(recordingId, revision, bag, described, fingerprint, digest) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET described = excluded.described, fingerprint = excluded.fingerprint, digest = excluded.digest',
  );
  const columns = catalogColumns.map((name) => `"${name}"`).join(', ');
  const row = db.prepare<[bigint], Pick<CatalogEntry, 'recordingId' | 'revision' | 'described' | 'fingerprint'> & { bag: string }>(
    'SELECT recordingId, revision, bag, described, fingerprint FROM recording WHERE place = ?',
  );
  const values = db
    .prepare<[bigint], unknown[]>(`SELECT ${columns}, (SELECT list FROM media m WHERE m.place = r.place) FROM recording r WHERE place = ?`)
    .raw();
  const ofRecording = db.prepare<[string], EarlierRevision>(
    'SELECT revision, bag, described, fingerprint FROM earlier WHERE recordingId = ? ORDER BY revision, bag',
  );
  const behind = db.prepare<[string, string], { recordingId: string; bag: string }>(
    'SELECT e.recordingId, e.bag FROM recording r JOIN earlier e ON e.recordingId = r.recordingId WHERE r.bag = ? AND e.bag <> ?',
  );
  const remove = db.prepare('DELETE FROM earlier WHERE bag = ?');
  return {
    keep: (place) => {
      const [found, whole] = [row.get(place), values.get(place)];
      if (found === undefined || whole === undefined) return;
      insert.run(found.recordingId, found.revision, found.bag, found.described, found.fingerprint, rowDigest(whole));
    },
    add: (bag, entry) => {
      insert.run(entry.recordingId, entry.revision, bag, entry.described, entry.fingerprint, entryRowDigest(entry));
    },
    of: (recordingId) => ofRecording.all(recordingId),
    behind: (bag) => behind.all(bag, bag),
    remove: (bag) => void remove.run(bag),
  };
}
