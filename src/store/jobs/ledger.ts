import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type Db, namingFile, openScratch } from '../database/database.ts';
import { sortRows } from '../database/sort-rows.ts';
import { createIds } from './ids.ts';
import { type PlannedRecording, planLine } from './plan.ts';

/** On-disk account of a source during planning, so that memory stays constant however large the source is. */
export interface Ledger {
  /** Adds a file of the source. */
  entry(path: string, size: number): void;
  /** Assigns a file to a class (`bucket`), once. `unknown`: the source has no such file; `twice`: it already has a class. */
  claim(path: string, bucket: string): 'ok' | 'unknown' | 'twice';
  /** Files without a class, sorted. */
  unclaimed(): Iterable<string>;
  /** Count and bytes of files by class, sorted by class. */
  buckets(): { readonly bucket: string; readonly files: number; readonly bytes: number }[];
  /** Size of a file; null if the source has no such file. */
  sizeOf(path: string): number | null;
  /** True if a file of the source has no class yet. */
  isFree(path: string): boolean;
  /** Records the id of a recording of the source, planned or already archived. */
  take(recordingId: string, fingerprint: string): void;
  /** The fingerprint of the first recording of this source that took an id; null if none has. */
  takenBy(recordingId: string): string | null;
  /** Records that a part of the source (one of the paths given to the import) contains the file of an id. */
  takeIn(part: string, recordingId: string): void;
  /** The parts of the source that contain the file of an id. */
  partsWith(recordingId: string): readonly string[];
  /**
   * Stores a recording whose handling depends on the rest of the source, with the id of the archived recording that it may be.
   * @param isBare true: it has files alone, and the archive has rows for them
   */
  hold(recording: Recording, archivedId: string, isBare: boolean): void;
  /**
   * The stored recordings, in order, those of files alone last; each with the id of the archived recording and the number of described recordings stored for
   * this id.
   */
  held(): Iterable<HeldRecording>;
  /** Adds a recording to import; each id only once. `order` is the sort key: start, then key. */
  add(planned: PlannedRecording, order: string, day: string | null, bytes: number): void;
  /** True if a recording with this id was added. */
  hasPlanned(recordingId: string): boolean;
  /** Number of recordings to import, so far. */
  readonly planned: number;
  /** The recording that was added at this place, from 1, and the bytes of its originals, including files shared with others. */
  plannedAt(place: number): { readonly planned: PlannedRecording; readonly bytes: number };
  /** Recordings to import, in order, amendments last. */
  recordings(): Iterable<LedgerLine>;
  close(): void;
}

/** A recording that was read and whose place in the archive can be decided only after all others were read. */
export interface HeldRecording {
  readonly recording: Recording;
  /** Id of the archived recording that this one may be. */
  readonly archivedId: string;
  /** Number of described recordings of the source that may be the archived recording. */
  readonly claims: number;
  /** True: this recording has files alone, and the archive has rows for them. */
  readonly isBare: boolean;
}

/** A recording to import. */
export interface LedgerLine {
  readonly recordingId: string;
  /** The line that `planLine` wrote. */
  readonly line: string;
  readonly day: string | null;
  readonly bytes: number;
  /** Number of the revision that this recording amends; null: the recording is new. */
  readonly amends: number | null;
}

/** Number of files that are read together. */
const entriesPerPage = 1_000;

/** An entry in the database. */
type EntryRow = readonly [number: number, size: number];

/** Opens the classes of files: one bit per file says whether it has a class, and each class has its sums. */
function openClasses() {
  let bits = new Uint8Array(1_024);
  let entries = 0;
  let claimed = 0;
  const free = { files: 0, bytes: 0 };
  const sums = new Map<string, { files: number; bytes: number }>();
  const isFree = (number: number): boolean => ((bits[number >> 3] ?? 0) & (1 << (number & 7))) === 0;
  return {
    isFree,
    isAnyFree: (): boolean => claimed < entries,
    /** Adds a file without a class. @returns its number, from 0 */
    entry: (size: number): number => {
      free.files++;
      free.bytes += size;
      return entries++;
    },
    /** Gives a file its class; false if it has one. */
    claim: (number: number, size: number, bucket: string): boolean => {
      if (!isFree(number)) return false;
      if (number >> 3 >= bits.length) {
        const more = new Uint8Array(Math.max(bits.length * 2, (number >> 3) + 1));
        more.set(bits);
        bits = more;
      }
      bits[number >> 3] = (bits[number >> 3] ?? 0) | (1 << (number & 7));
      claimed++;
      const sum = sums.get(bucket) ?? { files: 0, bytes: 0 };
      sums.set(bucket, { files: sum.files + 1, bytes: sum.bytes + size });
      free.files--;
      free.bytes -= size;
      return true;
    },
    buckets: (): { readonly bucket: string; readonly files: number; readonly bytes: number }[] => {
      const all = [...sums].map(([bucket, sum]) => ({ bucket, ...sum }));
      if (free.files > 0) all.push({ bucket: 'unclaimed', ...free });
      return all.sort((a, b) => byCodePoint(a.bucket, b.bucket));
    },
  };
}

/** Sorts the planned recordings a part at a time. @returns the name of the sorted table */
function placedRows(db: Db, planned: number, sortedAtOnce: number): string {
  const name = 'placed';
  db.exec(`DROP TABLE IF EXISTS ${name}`);
  const columns =
    'late INTEGER NOT NULL, sort TEXT NOT NULL, id TEXT NOT NULL, day TEXT, bytes INTEGER NOT NULL, place INTEGER NOT NULL, amends INTEGER';
  const select = 'SELECT amends IS NOT NULL AS late, sort, id, day, bytes, place, amends FROM recording WHERE place > ? AND place <= ?';
  const parts: [number, number][] = [];
  for (let from = 0; from < planned; from += sortedAtOnce) parts.push([from, from + sortedAtOnce]);
  sortRows(db, { name, columns, key: 'late, sort, id', select }, parts);
  return name;
}

/**
 * Opens an empty ledger in a folder for temporary files; `close` deletes it.
 * One function: the statements of one database, and the methods that run them.
 * @param sortedAtOnce number of recordings that SQLite sorts in memory
 * @param plans false: nothing is planned, so that the ledger keeps the ids of the recordings, and not their lines; `plannedAt` and `recordings` then throw
 */
export function openLedger(folder: string, plans = true, sortedAtOnce = 100_000): Ledger {
  const file = join(folder, 'ledger.sqlite');
  rmSync(file, { force: true });
  const db = openScratch(
    file,
    `
    CREATE TABLE entry (path TEXT PRIMARY KEY, size INTEGER NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE taken_in (id TEXT NOT NULL, part TEXT NOT NULL, PRIMARY KEY (id, part)) WITHOUT ROWID, STRICT;
    CREATE TABLE held (bare INTEGER NOT NULL, place INTEGER NOT NULL, archived TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (bare, place)) WITHOUT ROWID, STRICT;
    CREATE INDEX held_archived ON held(archived) WHERE bare = 0;
    CREATE TABLE recording (place INTEGER PRIMARY KEY, id TEXT NOT NULL, sort TEXT NOT NULL, day TEXT, bytes INTEGER NOT NULL, amends INTEGER) STRICT;
    CREATE TABLE line (place INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
    BEGIN;
  `,
  );
  const insertEntry = db.prepare('INSERT INTO entry(path, size, number) VALUES (?, ?, ?)');
  const entryAt = db.prepare<[string], EntryRow>('SELECT number, size FROM entry WHERE path = ?').raw();
  const entriesBehind = db
    .prepare<[string], readonly [path: string, number: number]>(`SELECT path, number FROM entry WHERE path > ? ORDER BY path LIMIT ${entriesPerPage}`)
    .raw();
  const classes = openClasses();
  const insertLine = db.prepare('INSERT INTO line(bytes, text) VALUES (?, ?)');
  const insertRecording = db.prepare('INSERT INTO recording(place, id, sort, day, bytes, amends) VALUES (?, ?, ?, ?, ?, ?)');
  const taken = createIds(db, 'taken');
  const plannedIds = createIds(db, 'planned');
  const insertTakenIn = db.prepare('INSERT OR IGNORE INTO taken_in(id, part) VALUES (?, ?)');
  const partsWith = db.prepare<[string], { part: string }>('SELECT part FROM taken_in WHERE id = ?');
  const insertHeld = db.prepare('INSERT INTO held(bare, place, archived, text) VALUES (?, ?, ?, ?)');
  const heldBehind = db.prepare<[number, number], { bare: number; place: number; archivedId: string; text: string; claims: number }>(
    `SELECT bare, place, archived AS archivedId, text, (SELECT count(*) FROM held o WHERE o.archived = h.archived AND o.bare = 0) AS claims
     FROM held h WHERE (bare, place) > (?, ?) ORDER BY bare, place LIMIT 1`,
  );
  const lineAt = db.prepare<[number], { bytes: number; text: string }>('SELECT bytes, text FROM line WHERE place = ?');
  const lineOf = (place: number): { readonly bytes: number; readonly text: string } => {
    const line = lineAt.get(place);
    if (line === undefined) throw new Error(`no recording was added as number ${place}`);
    return line;
  };
  let [planned, held] = [0, 0];
  /** The entry that was requested last, because each recording requests the size and class of its file several times. */
  let last: { readonly path: string; readonly found: EntryRow | undefined } | null = null;
  const entryOf = (path: string): EntryRow | undefined => {
    if (last?.path !== path) last = { path, found: entryAt.get(path) };
    return last.found;
  };
  return namingFile(file, {
    get planned() {
      return planned;
    },
    entry: (path, size) => {
      last = null;
      insertEntry.run(path, size, classes.entry(size));
    },
    claim: (path, bucket) => {
      const row = entryOf(path);
      if (row === undefined) return 'unknown';
      return classes.claim(row[0], row[1], bucket) ? 'ok' : 'twice';
    },
    unclaimed: function* () {
      // Pages, so that the caller may claim in between.
      for (let [page, behind] = [entriesBehind.all(''), '']; page.length > 0 && classes.isAnyFree(); page = entriesBehind.all(behind)) {
        for (const [path, number] of page) {
          behind = path;
          if (classes.isFree(number)) yield path;
        }
      }
    },
    buckets: () => classes.buckets(),
    sizeOf: (path) => entryOf(path)?.[1] ?? null,
    isFree: (path) => {
      const row = entryOf(path);
      return row !== undefined && classes.isFree(row[0]);
    },
    take: (recordingId, fingerprint) => {
      taken.add(recordingId, fingerprint);
    },
    takenBy: (recordingId) => taken.get(recordingId),
    takeIn: (part, recordingId) => {
      insertTakenIn.run(recordingId, part);
    },
    partsWith: (recordingId) => partsWith.all(recordingId).map(({ part }) => part),
    hold: (recording, archivedId, isBare) => {
      insertHeld.run(isBare ? 1 : 0, ++held, archivedId, canonicalJson(recording));
    },
    // Each row is read by a statement of its own, because others write in between.
    held: function* () {
      for (let next = heldBehind.get(0, 0); next !== undefined; next = heldBehind.get(next.bare, next.place)) {
        const { archivedId, claims, text, bare } = next;
        // `hold` wrote the text.
        yield { recording: JSON.parse(text) as Recording, archivedId, claims, isBare: bare === 1 };
      }
    },
    add: (recording, order, day, bytes) => {
      if (!plannedIds.add(recording.recordingId, '')) throw new Error('a recording was added twice');
      planned++;
      if (!plans) return;
      const { lastInsertRowid } = insertLine.run(bytes, planLine(recording));
      insertRecording.run(lastInsertRowid, recording.recordingId, order, day, bytes, recording.amends?.revision ?? null);
    },
    hasPlanned: (recordingId) => plannedIds.get(recordingId) !== null,
    // `add` wrote the text.
    plannedAt: (place) => {
      const { bytes, text } = lineOf(place);
      return { planned: JSON.parse(text) as PlannedRecording, bytes };
    },
    // Only the sort keys are sorted; the lines are not moved.
    recordings: function* () {
      const [from, late] = planned > sortedAtOnce ? [placedRows(db, planned, sortedAtOnce), 'late'] : ['recording', 'amends IS NOT NULL'];
      for (const { place, ...rest } of db
        .prepare<[], Omit<LedgerLine, 'line'> & { readonly place: number }>(
          `SELECT id AS recordingId, day, bytes, place, amends FROM ${from} ORDER BY ${late}, sort, id`,
        )
        .iterate()) {
        yield { ...rest, line: lineOf(place).text };
      }
    },
    close: () => {
      db.close();
      rmSync(file, { force: true });
    },
  });
}
