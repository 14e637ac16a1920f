import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Db, leaveWal, naming, namingFile, openDatabase } from '../database/database.ts';
import { type CountedColumn, type MonthTotals, type Summed, summaryText, summedColumns } from './bag-summary.ts';
import { type CatalogEntry, catalogColumns, storedValue, withOriginalSql, withSoundSql } from './catalog-entry.ts';
import { type CatalogTotals, countUpTo, countValues, monthsOf, totalsOf, type ValueCount } from './catalog-numbers.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { type EarlierRevision, earlierRevisions } from './earlier-revisions.ts';
import { expunge } from './expunge.ts';
import { findPlaces } from './find-places.ts';
import { refuseForeignSchema } from './foreign-schema.ts';
import { type IdenticalAudio, identicalFiles } from './identical-files.ts';
import { type KeepingRow, keepingRows } from './keeping-row.ts';
import { fileRows } from './kept-media.ts';
import { type KeptTables, keptTablesIn } from './kept-tables.ts';
import { type Lookup, longestChain, openLookup } from './lookup.ts';
import { monthEdges, unsureIn } from './month-ends.ts';
import { wantedPosition } from './position.ts';
import {
  areIdsSettled,
  isReplayed,
  markPartial,
  markReplayed,
  partialBags,
  prepareTables,
  scrubWords,
  settleFiles,
  settleIds,
  settleWords,
} from './schema.ts';

/** Columns that readers of recordings do not need. */
const unshown = ['fingerprint', 'described', 'labels', 'latestEnd', 'retention'] as const;

/** A catalog entry with its location. */
export interface Found extends Omit<CatalogEntry, (typeof unshown)[number] | 'media'> {
  readonly bag: string;
  /** Position in the catalog's order, for `CatalogQuery.after`; a rebuild changes it. */
  readonly position: number;
}

/** An index of the archive. It can be deleted and rebuilt from the bags at any time. */
export interface Catalog {
  /** True if the file was just created, or re-created because it was of another version: every bag must be indexed. */
  readonly fresh: boolean;
  /** Names of the indexed bags, in code-point order. */
  bags(): string[];
  /**
   * Indexes a bag in one transaction and replaces the bag's earlier entries.
   * @param how state of the bag from which the entries come (default: unknown), and whether they are all. If some of the bag's documents could not be read
   * (`isWhole` is false), the bag must be indexed again
   */
  putBag(name: string, entries: readonly CatalogEntry[], how?: IndexedBag): void;
  /** State from which each bag was indexed, by name; empty if unknown. */
  states(): ReadonlyMap<string, string>;
  /** Bags that must be indexed again. */
  partialBags(): string[];
  removeBag(name: string): void;
  /** Marks a bag whose entries are about to change although its files stay as they are: the next query indexes it again. Does nothing if it is not indexed. */
  outdate(name: string): void;
  /** Stores that the catalog has nothing of the erasures in a ledger. @param ledger SHA-256 of the ledger */
  markReplayed(ledger: string): void;
  /** Returns true if the catalog has nothing of the erasures in a ledger. @param ledger SHA-256 of the ledger */
  isReplayed(ledger: string): boolean;
  /**
   * Removes everything that deleted entries have left in the file and its write-ahead log; needed for erasure.
   * @returns false if another process still reads the file, so that the call must be repeated
   */
  expunge(): boolean;
  /** Tables of the recorder that bags keep. `putBag` must add a bag (without recordings) before its tables. */
  readonly keptTables: KeptTables;
  /** Starts a lookup of many recordings in one snapshot. This catalog must not be written until the lookup is disposed. */
  lookup(): Lookup;
  /**
   * Completes a newly filled catalog: indexes the words of all entries at once, which the first search would otherwise wait for. From then on each bag is
   * indexed when it is added.
   */
  settle(): void;
  /** Rewrites the file without the remains of removed entries: free pages, words in the indexes, and the write-ahead log. */
  scrub(): void;
  /** Files with the same bytes in several calls, at least one of which is in one of these bags: see `identicalFiles`. */
  identicalAudio(bags: readonly string[]): Iterable<IdenticalAudio>;
  /** Entries in order of start, then id. The first entry comes at once, however many there are. */
  search(query: CatalogQuery): Iterable<Found>;
  /** Descriptions of a recording that amendments have replaced, oldest first. */
  earlier(recordingId: string): EarlierRevision[];
  /** Id of the latest recording that supersedes this one, directly or through others; null if none does. */
  successorOf(recordingId: string): string | null;
  /** Totals of all matches, regardless of the limit. */
  totals(query: CatalogQuery): CatalogTotals;
  /** Number of matches, regardless of the limit; counting stops at `upTo`. */
  count(query: CatalogQuery, upTo: number): number;
  /** Counts by the values of one column, largest first. */
  countBy(column: CountedColumn | 'site' | 'year', query: CatalogQuery): ValueCount[];
  /** Totals by month, newest first and undated recordings last; each is yielded as soon as it is computed. */
  months(query: CatalogQuery): Iterable<MonthTotals>;
  /** Calls near the ends of a UTC month: see `monthEdges` of src/store/catalog/month-ends.ts. */
  monthEdges(month: string): number[];
  /** Number of calls of a UTC month (in the catalog's order) whose start is ambiguous. */
  unsureIn(month: string): number;
  /** Yields the data that retention rules read, one recording at a time: of all recordings, or of those with these ids. */
  keepingRows(ids?: Iterable<string>): Iterable<KeepingRow>;
  /** Numbers of recordings and audio duration by codec, recorder and year of the call. */
  strata(): CatalogStratum[];
  /** Numbers of recordings with audio in each bag by codec, recorder and year of the call. */
  strataByBag(): Iterable<Pick<CatalogStratum, 'codecs' | 'importer' | 'year' | 'withSound'> & Pick<Found, 'bag'>>;
  close(): void;
}

/** How a bag is indexed. */
export interface IndexedBag {
  /** False: some of the bag's documents could not be read. Absent: all could. */
  readonly isWhole?: boolean;
  /** Text that identifies the bag's payload (`payloadState` of src/archive/bag). Absent: unknown; the next query indexes the bag again. */
  readonly state?: string;
}

/** Recordings with the same codec, recorder and year. */
export interface CatalogStratum extends Pick<CatalogEntry, 'codecs' | 'importer'> {
  /** Year of the call's start; null if unknown. */
  readonly year: string | null;
  readonly recordings: number;
  /** Number of these recordings with an audio file that is not empty. */
  readonly withSound: number;
  /** Number of those of which an original was not erased. */
  readonly withOriginal: number;
  readonly durationMs: number;
}

/** Location of a recording, and the members that determine its stratum. */
export type CatalogPlace = Pick<Found, 'recordingId' | 'bag' | 'codecs' | 'importer' | 'start'>;

/**
 * Opens the catalog of an archive. Creates it if it is absent, and re-creates it if it is of another version.
 * @param key encrypts the catalog; null: an open archive
 * @throws LongplayError A190, A193, A194
 */
export function openCatalog(file: string, key: Uint8Array | null = null): Catalog {
  mkdirSync(dirname(file), { recursive: true });
  const db = openDatabase(file, 'derived', key);
  return naming(file, () => {
    try {
      return catalogIn(file, db);
    } catch (error) {
      // Otherwise a process that continues, e.g. a server, would keep the file and its locks open.
      db.close();
      throw error;
    }
  });
}

/** Returns the catalog in a database; creates absent tables. One function: the statements of one database, and the methods that run them. */
function catalogIn(file: string, db: Db): Catalog {
  // The default of two megabytes is too small for the ids of a million recordings, which come in random order. What is not cached here, the system caches.
  db.pragma('cache_size = -16000');
  // Another process may be indexing a million recordings (`settle`): wait for it and do not fail.
  db.pragma('busy_timeout = 300000');
  // Deleted content is overwritten at once.
  db.pragma('secure_delete = ON');
  db.pragma('foreign_keys = OFF');
  refuseForeignSchema(db);
  // The immediate lock decides between two processes that open a new catalog: one creates it, the other waits and finds it complete.
  const fresh = db.transaction(() => prepareTables(db)).immediate();
  db.pragma('foreign_keys = ON');
  const shown = catalogColumns.filter((name) => !unshown.some((one) => one === name)).map((name) => `"${name}"`);
  const byPlace = db.prepare<[bigint], Found>(`SELECT place AS position, bag, ${shown.join(', ')} FROM recording WHERE place = ?`);
  const { put, remove, refresh } = bagWriter(db);
  const anyBag = db.prepare('SELECT 1 FROM bag LIMIT 1');
  const settle = (): void => {
    settleIds(db, refresh);
    settleWords(db);
  };
  const earlier = later(() => earlierRevisions(db));
  const successor = later(() =>
    db.prepare<[string], { recordingId: string }>('SELECT recordingId FROM recording WHERE supersedes = ? ORDER BY place DESC LIMIT 1'),
  );
  return namingFile(file, {
    fresh,
    bags: () =>
      db
        .prepare<[], { name: string }>('SELECT name FROM bag ORDER BY name')
        .all()
        .map((row) => row.name),
    putBag: (name, entries, how = {}) => put(name, entries, how),
    states: () =>
      new Map(
        db
          .prepare<[], { name: string; state: string }>('SELECT name, state FROM bag')
          .all()
          .map(({ name, state }) => [name, state]),
      ),
    partialBags: () => partialBags(db),
    removeBag: (name) => remove(name),
    outdate: (name) => markPartial(db, name),
    markReplayed: (ledger) => markReplayed(db, ledger),
    isReplayed: (ledger) => isReplayed(db, ledger),
    expunge: () => {
      settle();
      return expunge(db);
    },
    keptTables: keptTablesIn(file, db),
    lookup: () => {
      // During a first import the catalog stays empty while each recording is looked up, and a new catalog is filled without an index.
      const isEmpty = anyBag.get() === undefined;
      if (!isEmpty) settleIds(db, refresh);
      if (!isEmpty) settleFiles(db);
      return openLookup(file, db, isEmpty);
    },
    settle,
    scrub: () => {
      settle();
      scrubWords(db);
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
    identicalAudio: function* (bags) {
      settleIds(db, refresh);
      settleFiles(db);
      yield* identicalFiles(db, bags);
    },
    search: function* (query) {
      settle();
      for (const places of findPlaces(db, query)) {
        for (const place of places) {
          const found = byPlace.get(BigInt(place));
          // The row is missing if its bag was removed after the search.
          if (found !== undefined) yield found;
        }
      }
    },
    earlier: (recordingId) => {
      settle();
      return earlier().of(recordingId);
    },
    successorOf: (recordingId) => {
      let last: string | null = null;
      for (let links = 0; links < longestChain; links++) {
        const next = successor().get(last ?? recordingId);
        if (next === undefined) break;
        last = next.recordingId;
      }
      return last;
    },
    totals: (query) => {
      settle();
      return totalsOf(db, query);
    },
    count: (query, upTo) => {
      settle();
      return countUpTo(db, query, upTo);
    },
    countBy: (column, query) => {
      settle();
      return countValues(db, column, query);
    },
    months: (query) => {
      settle();
      return monthsOf(db, query);
    },
    keepingRows: function* (ids) {
      // Indexes everything at once, because nothing can be written while rows are read.
      settle();
      yield* keepingRows(db, ids ?? null);
    },
    monthEdges: (month) => monthEdges(db, month),
    unsureIn: (month) => unsureIn(db, month),
    strata: () =>
      db
        .prepare<[], CatalogStratum>(
          `SELECT codecs, importer, substr(start, 1, 4) AS year, count(*) AS recordings, sum(${withSoundSql}) AS withSound,
             coalesce(sum(audioMs), 0) AS durationMs, sum(${withOriginalSql}) AS withOriginal
           FROM recording GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        )
        .all(),
    strataByBag: () =>
      db
        .prepare<[], Pick<CatalogStratum, 'codecs' | 'importer' | 'year' | 'withSound'> & Pick<Found, 'bag'>>(
          `SELECT bag, codecs, importer, substr(start, 1, 4) AS year, count(*) AS withSound
           FROM recording WHERE ${withSoundSql} GROUP BY 1, 2, 3, 4`,
        )
        .iterate(),
    close: () => {
      leaveWal(db);
      db.close();
    },
  });
}

/** Returns a function that creates a value on its first call and returns this value from then on. */
function later<Thing>(make: () => Thing): () => Thing {
  let made: Thing | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Functions that add whole bags to the catalog and remove them. */
interface BagWriter {
  readonly put: (name: string, entries: readonly CatalogEntry[], how: IndexedBag) => void;
  readonly remove: (name: string) => void;
  /** Recomputes the summary of a bag. */
  readonly refresh: (name: string) => void;
}

function bagWriter(db: Db): BagWriter {
  const names = catalogColumns.map((name) => `"${name}"`);
  const insertBag = db.prepare('INSERT INTO bag(name, recordings, summary, state) VALUES (?, ?, ?, ?)');
  // A position or id that is already taken is neither an error nor overwritten.
  const insert = db.prepare(
    `INSERT INTO recording(place, bag, ${names.join(', ')}) VALUES (?, ?, ${names.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
  );
  const insertMedia = db.prepare('INSERT INTO media(place, list) VALUES (?, ?)');
  const insertFile = db.prepare('INSERT INTO file(place, n, digest, alike) VALUES (?, ?, ?, ?)');
  const putMedia = (place: bigint, text: string): void => {
    insertMedia.run(place, text);
    for (const { n, digest, alike } of fileRows(text)) insertFile.run(place, n, digest, alike);
  };
  const holderOf = later(() =>
    db.prepare<[string], { bag: string; revision: number; place: number }>('SELECT bag, revision, place FROM recording WHERE recordingId = ?'),
  );
  const earlier = earlierRevisions(db);
  const deleteRecording = later(() => db.prepare('DELETE FROM recording WHERE recordingId = ?'));
  const deleteRecordings = db.prepare('DELETE FROM recording WHERE bag = ?');
  const deleteBag = db.prepare('DELETE FROM bag WHERE name = ?');
  const remains = db.prepare<[string], Summed>(`SELECT ${summedColumns} FROM recording WHERE bag = ?`);
  const updateSummary = db.prepare('UPDATE bag SET summary = ? WHERE name = ?');
  const refresh = (name: string): void => void updateSummary.run(summaryText(remains.iterate(name)), name);
  const drop = (name: string): void => {
    deleteRecordings.run(name);
    earlier.remove(name);
    deleteBag.run(name);
  };
  /** Removes bags with earlier descriptions of a recording whose newest description is gone, so that they are indexed again. */
  const dropBehind = (behind: ReturnType<typeof earlier.behind>): void => {
    for (const { recordingId, bag } of behind) if (holderOf().get(recordingId) === undefined) remove(bag);
  };
  const remove = (name: string): void => {
    const behind = areIdsSettled(db) ? earlier.behind(name) : [];
    drop(name);
    dropBehind(behind);
  };
  /**
   * Inserts an entry at a free position near the one that its start demands.
   * @returns its position; null if the catalog has a newer description of the recording
   */
  const insertEntry = (name: string, entry: CatalogEntry, place: number, robbed: Set<string>, areIdsKnown: boolean): number | null => {
    const values = catalogColumns.map((column) => storedValue(entry[column]));
    let at = place;
    for (let attempt = 0; insert.run(BigInt(at), name, ...values).changes === 0; ) {
      const holder = areIdsKnown ? holderOf().get(entry.recordingId) : undefined;
      if (holder !== undefined && holder.revision > entry.revision) {
        earlier.add(name, entry);
        return null;
      }
      // If two bags contain the same revision, the bag that was indexed last counts.
      if (holder !== undefined) {
        if (holder.revision < entry.revision) earlier.keep(BigInt(holder.place));
        deleteRecording().run(entry.recordingId);
        robbed.add(holder.bag);
      } else at = wantedPosition(entry.start, entry.recordingId, ++attempt);
    }
    return at;
  };
  const put = (name: string, entries: readonly CatalogEntry[], { isWhole = true, state = '' }: IndexedBag): void => {
    const areIdsKnown = areIdsSettled(db);
    const behind = areIdsKnown ? earlier.behind(name) : [];
    drop(name);
    insertBag.run(name, entries.length, '', state);
    if (!isWhole) markPartial(db, name);
    // Sorted by position: the full-text index flushes its buffer whenever positions go backwards.
    const placed = entries.map((entry) => ({ entry, place: wantedPosition(entry.start, entry.recordingId, 0) }));
    const robbed = new Set<string>();
    for (const { entry, place } of placed.sort((a, b) => a.place - b.place)) {
      const at = insertEntry(name, entry, place, robbed, areIdsKnown);
      if (at !== null) putMedia(BigInt(at), storedValue(entry.media));
    }
    for (const each of robbed.add(name)) refresh(each);
    dropBehind(behind);
  };
  return { put: db.transaction(put), remove: db.transaction(remove), refresh };
}
