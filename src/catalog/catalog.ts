import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Db, leaveWal, naming, namingFile, openDatabase } from '../database/database.ts';
import { type CatalogEntry, catalogColumns, storedValue } from './catalog-entry.ts';
import { type CatalogQuery, whereOf } from './catalog-query.ts';

/** Raised with each change of the tables below; a catalog of another version is rebuilt, never migrated: it is derived. */
export const catalogVersion = 3;

const schema = `
CREATE TABLE bag (name TEXT PRIMARY KEY, recordings INTEGER NOT NULL) STRICT;
CREATE TABLE recording (
  rowid INTEGER PRIMARY KEY, recordingId TEXT NOT NULL, bag TEXT NOT NULL REFERENCES bag(name) ON DELETE CASCADE, supersedes TEXT, importer TEXT NOT NULL,
  site TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, start TEXT, startCertainty TEXT, direction TEXT NOT NULL, status TEXT NOT NULL,
  joined TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT, groupId TEXT,
  durationMs REAL, originals INTEGER NOT NULL, copies INTEGER NOT NULL, originalBytes INTEGER NOT NULL, copyBytes INTEGER NOT NULL,
  codecs TEXT NOT NULL, "from" TEXT NOT NULL, "to" TEXT NOT NULL, text TEXT NOT NULL, findings INTEGER NOT NULL,
  doubtful INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX recording_id ON recording(recordingId);
CREATE INDEX recording_bag ON recording(bag);
CREATE INDEX recording_start ON recording(start);
CREATE INDEX recording_group ON recording(groupId) WHERE groupId IS NOT NULL;
CREATE INDEX recording_supersedes ON recording(supersedes) WHERE supersedes IS NOT NULL;
CREATE VIRTUAL TABLE recording_text USING fts5(text, content='recording', content_rowid='rowid', tokenize="unicode61 tokenchars '+'");
CREATE TRIGGER recording_added AFTER INSERT ON recording BEGIN INSERT INTO recording_text(rowid, text) VALUES (new.rowid, new.text); END;
CREATE TRIGGER recording_removed AFTER DELETE ON recording BEGIN
  INSERT INTO recording_text(recording_text, rowid, text) VALUES ('delete', old.rowid, old.text);
END;
PRAGMA user_version = ${catalogVersion};
`;

/** A catalog entry and the bag that holds it. */
export interface Found extends CatalogEntry {
  readonly bag: string;
}

/** Totals over the archive or over a query. */
export interface CatalogTotals {
  readonly bags: number;
  readonly recordings: number;
  readonly originals: number;
  readonly copies: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  readonly durationMs: number;
}

/** What is asked of a recording before it is imported again. */
export interface Newest extends Pick<CatalogEntry, 'recordingId' | 'fingerprint' | 'status' | 'joined' | 'reason' | 'durationMs' | 'doubtful'> {
  readonly firstFingerprint: string;
}

/** An index of the archive; can be deleted and rebuilt from the bags at any time. */
export interface Catalog {
  /** True where the file was made new or was of another version: every bag has to be read in. */
  readonly fresh: boolean;
  /** Names of the bags it knows, in code-point order. */
  bags(): string[];
  /** Takes a bag in as one transaction, in place of what was known of it. */
  putBag(name: string, entries: readonly CatalogEntry[]): void;
  removeBag(name: string): void;
  /** The newest of those that supersede a recording, and the recording's own fingerprint; null where it is not in the archive. */
  newestOf(recordingId: string): Newest | null;
  /** Entries in order of start, then id. */
  search(query: CatalogQuery): Iterable<Found>;
  totals(query: CatalogQuery): CatalogTotals;
  /** Count by the values of one column, largest first. */
  countBy(column: 'importer' | 'status' | 'codecs' | 'direction' | 'year', query: CatalogQuery): { readonly value: string; readonly count: number }[];
  /** Recordings and length of their sound by coding, recorder and year of the call. */
  strata(): CatalogStratum[];
  close(): void;
}

/** Recordings whose coding, recorder and year are the same. */
export interface CatalogStratum extends Pick<CatalogEntry, 'codecs' | 'importer'> {
  /** Of the call's start; null where that is not known. */
  readonly year: string | null;
  readonly recordings: number;
  /** Of them, those that have a file of sound that is no empty one. */
  readonly withSound: number;
  readonly durationMs: number;
}

/** Where a recording lies, and what tells its stratum. */
export type CatalogPlace = Pick<Found, 'recordingId' | 'bag' | 'codecs' | 'importer' | 'start'>;

/** Opens the catalog of an archive, making it where it is absent or of another version. */
export function openCatalog(file: string): Catalog {
  mkdirSync(dirname(file), { recursive: true });
  const db = openDatabase(file, 'derived');
  return naming(file, () => catalogIn(file, db));
}

function catalogIn(file: string, db: Db): Catalog {
  // Without it a row that REPLACE takes away would stay in the full-text index.
  db.pragma('recursive_triggers = ON');
  db.pragma('foreign_keys = OFF');
  // At once, so that of two that open a new catalog one makes it and the other waits and finds it made.
  const fresh = db.transaction(() => prepareAnew(db)).immediate();
  db.pragma('foreign_keys = ON');
  const quoted = catalogColumns.map((name) => `"${name}"`).join(', ');
  const insertBag = db.prepare('INSERT INTO bag(name, recordings) VALUES (?, ?)');
  const insert = db.prepare(`INSERT OR REPLACE INTO recording(bag, ${quoted}) VALUES (?, ${catalogColumns.map(() => '?').join(', ')})`);
  const deleteRecordings = db.prepare('DELETE FROM recording WHERE bag = ?');
  const deleteBag = db.prepare('DELETE FROM bag WHERE name = ?');
  const newest = 'recordingId, fingerprint, status, joined, reason, durationMs, doubtful';
  const byId = db.prepare<[string], Omit<Newest, 'firstFingerprint'>>(`SELECT ${newest} FROM recording WHERE recordingId = ?`);
  const bySuperseded = db.prepare<[string], Omit<Newest, 'firstFingerprint'>>(
    `SELECT ${newest} FROM recording WHERE supersedes = ? ORDER BY rowid DESC LIMIT 1`,
  );
  const put = db.transaction((name: string, entries: readonly CatalogEntry[]) => {
    deleteRecordings.run(name);
    deleteBag.run(name);
    insertBag.run(name, entries.length);
    for (const entry of entries) insert.run(name, ...catalogColumns.map((column) => storedValue(entry[column])));
  });
  const remove = db.transaction((name: string) => {
    deleteRecordings.run(name);
    deleteBag.run(name);
  });
  return namingFile(file, {
    fresh,
    bags: () =>
      db
        .prepare<[], { name: string }>('SELECT name FROM bag ORDER BY name')
        .all()
        .map((row) => row.name),
    putBag: (name, entries) => put(name, entries),
    removeBag: (name) => remove(name),
    newestOf: (recordingId) => {
      const first = byId.get(recordingId);
      if (first === undefined) return null;
      let newest = first;
      // A chain is as long as the source changed often; the guard only keeps a damaged catalog from looping.
      for (let steps = 0; steps < 10_000; steps++) {
        const next = bySuperseded.get(newest.recordingId);
        if (next === undefined) break;
        newest = next;
      }
      return { ...newest, firstFingerprint: first.fingerprint };
    },
    search: (query) => {
      const { where, values } = whereOf(query);
      return db
        .prepare<unknown[], Found>(`SELECT bag, ${quoted} FROM recording ${where} ORDER BY start IS NULL, start, recordingId ${limitOf(query)}`)
        .iterate(...values);
    },
    totals: (query) => {
      const { where, values } = whereOf(query);
      const row = db
        .prepare<unknown[], CatalogTotals>(
          `SELECT count(DISTINCT bag) AS bags, count(*) AS recordings, coalesce(sum(originals),0) AS originals, coalesce(sum(copies),0) AS copies,
           coalesce(sum(originalBytes),0) AS originalBytes, coalesce(sum(copyBytes),0) AS copyBytes, coalesce(sum(durationMs),0) AS durationMs FROM recording ${where}`,
        )
        .get(...values);
      return row ?? { bags: 0, recordings: 0, originals: 0, copies: 0, originalBytes: 0, copyBytes: 0, durationMs: 0 };
    },
    countBy: (column, query) => {
      const { where, values } = whereOf(query);
      const expression = column === 'year' ? "coalesce(substr(start, 1, 4), 'undated')" : column;
      return db
        .prepare<unknown[], { value: string; count: number }>(
          `SELECT ${expression} AS value, count(*) AS count FROM recording ${where} GROUP BY 1 ORDER BY 2 DESC, 1`,
        )
        .all(...values);
    },
    strata: () =>
      db
        .prepare<[], CatalogStratum>(
          `SELECT codecs, importer, substr(start, 1, 4) AS year, count(*) AS recordings, sum(originals > 0 AND status <> 'zero-audio') AS withSound,
             coalesce(sum(durationMs), 0) AS durationMs
           FROM recording GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        )
        .all(),
    close: () => {
      leaveWal(db);
      db.close();
    },
  });
}

function limitOf(query: CatalogQuery): string {
  return query.limit === undefined ? '' : `LIMIT ${Math.trunc(query.limit)}`;
}

/** Makes the tables where they are absent or of another version. @returns false where there is nothing to do. */
function prepareAnew(db: Db): boolean {
  if (db.pragma('user_version', { simple: true }) === catalogVersion) return false;
  const objects = db
    .prepare<[], { type: string; name: string }>(
      "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'trigger') AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  for (const { type, name } of objects.filter((o) => !o.name.startsWith('recording_text_'))) db.exec(`DROP ${type} IF EXISTS "${name}"`);
  db.exec(schema);
  return true;
}
