import { statSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Db, naming, namingFile, openDatabase } from '../database/database.ts';
import type { CountedColumn, MonthTotals } from './bag-summary.ts';
import type { Found } from './catalog.ts';
import { catalogColumns } from './catalog-entry.ts';
import { type CatalogTotals, countUpTo, countValues, type DayCount, daysOf, monthsOf, totalsOf, type ValueCount } from './catalog-numbers.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { earlierBags } from './earlier-revisions.ts';
import { findPlaces } from './find-places.ts';
import { type KeepingRow, keepingRows } from './keeping-row.ts';
import { areIdsSettled, areWordsSettled, catalogVersion } from './schema.ts';

/** A read-only catalog for long use. It never writes and closes the file when idle, so it does not disturb imports and checks. */
export interface CatalogReader {
  search(query: CatalogQuery): Found[];
  totals(query: CatalogQuery): CatalogTotals;
  countBy(column: CountedColumn, query: CatalogQuery): ValueCount[];
  /** Number of matches, at most `upTo`. */
  count(query: CatalogQuery, upTo: number): number;
  /** Months, newest first and undated recordings last; each is yielded as soon as it is computed. */
  months(query: CatalogQuery): Iterable<MonthTotals>;
  /** Days of one month, one at a time. */
  days(query: CatalogQuery, month: string): Iterable<DayCount>;
  /** Returns the data of a recording for retention rules; null: it is not in the catalog. */
  keepingRow(recordingId: string): KeepingRow | null;
  /** Returns the bags with earlier descriptions of a recording, oldest first. */
  earlier(recordingId: string): { readonly bag: string }[];
  close(): void;
}

/** An open catalog file. */
interface Held {
  readonly db: Db;
  readonly inode: number;
  /** Number of reads in progress. */
  readers: number;
}

/** The file stays open during reads and for this long after the last one. */
const holdMs = 500;
/** Longest wait of a read for a writer. Other requests wait as well. */
const busyMs = 1_000;

/**
 * Creates a reader that opens the file on demand, and opens it again if another file has replaced it.
 * @param isState returns true if a bag is in the state from which it was indexed (`indexedStates` of src/archive/bag). A catalog that has changed is compared
 * with the bags before it is read, because an older copy would show what was erased since
 * @throws LongplayError A190 if the file cannot be read or is being rebuilt, A194 if the key does not fit the file
 */
export function createCatalogReader(file: string, key: Uint8Array | null, isState: (bag: string, indexed: string) => boolean): CatalogReader {
  const columns = catalogColumns.filter((name) => !['fingerprint', 'labels', 'latestEnd', 'retention'].includes(name)).map((name) => `"${name}"`);
  let open: Held | null = null;
  let idle: NodeJS.Timeout | null = null;
  const compare = comparisonOf(file, isState);
  const letGo = (held: Held): void => {
    if (held.readers === 0) held.db.close();
  };
  const close = (): void => {
    if (idle !== null) clearTimeout(idle);
    idle = null;
    const held = open;
    open = null;
    // The end of the last read in progress closes it.
    if (held !== null) letGo(held);
  };
  const use = (): Held => {
    const inode = statSync(file, { throwIfNoEntry: false })?.ino;
    if (open !== null && open.inode !== inode) close();
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(close, holdMs);
    idle.unref();
    if (open !== null) return open;
    if (inode === undefined) throw notReady(file, 'does not exist');
    const db = openDatabase(file, 'readonly', key);
    try {
      db.pragma(`busy_timeout = ${busyMs}`);
      if (db.pragma('user_version', { simple: true }) !== catalogVersion) throw notReady(file, 'is of another version');
      if (!areWordsSettled(db) || !areIdsSettled(db)) throw notReady(file, 'is being rebuilt');
      compare(db);
    } catch (error) {
      db.close();
      throw error;
    }
    open = { db, inode, readers: 0 };
    return open;
  };
  const read = <Result>(work: (db: Db) => Result): Result => naming(file, () => work(use().db));
  /** Yields results piece by piece. The file stays open until the last one. */
  const inPieces = function* <Piece>(work: (db: Db) => Iterable<Piece>): Generator<Piece> {
    const held = naming(file, use);
    held.readers++;
    try {
      yield* namingFile(file, { pieces: () => work(held.db) }).pieces();
    } finally {
      held.readers--;
      if (held !== open) letGo(held);
    }
  };
  return {
    search: (query) =>
      read((db) => {
        const byPlace = db.prepare<[bigint], Found>(`SELECT place AS position, bag, ${columns.join(', ')} FROM recording WHERE place = ?`);
        const rows: Found[] = [];
        for (const places of findPlaces(db, query)) {
          for (const place of places) {
            const found = byPlace.get(BigInt(place));
            // The row is missing if its bag was removed after the search.
            if (found !== undefined) rows.push(found);
          }
        }
        return rows;
      }),
    totals: (query) => read((db) => totalsOf(db, query)),
    countBy: (column, query) => read((db) => countValues(db, column, query)),
    count: (query, upTo) => read((db) => countUpTo(db, query, upTo)),
    months: (query) => inPieces((db) => monthsOf(db, query)),
    days: (query, month) => inPieces((db) => daysOf(db, query, month)),
    keepingRow: (recordingId) => read((db) => [...keepingRows(db, [recordingId])][0] ?? null),
    earlier: (recordingId) => read((db) => earlierBags(db, recordingId)),
    close,
  };
}

/** Returns a function that compares a catalog with the bags if the file has changed since the last time. @throws LongplayError A190 */
function comparisonOf(file: string, isState: (bag: string, indexed: string) => boolean): (db: Db) => void {
  let compared = '';
  return (db) => {
    const now = markOf(file);
    if (now === compared) return;
    const bags = db.prepare<[], { name: string; state: string }>('SELECT name, state FROM bag').all();
    const others = bags.filter(({ name, state }) => !isState(name, state)).length;
    if (others > 0) throw notReady(file, agree`was made from another state of ${others} of ${bags.length} bag[s]`);
    compared = now;
  };
}

/** Returns a text that changes when the catalog is written or replaced. */
function markOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}

function notReady(file: string, what: string): LongplayError {
  return new LongplayError('incomplete', 'A190', `${file} ${what}`, 'wait until it is complete, or run: longplay list ARCHIVE');
}
