import { statSync } from 'node:fs';
import { LongplayError } from '../../core/base/error.ts';
import { type Db, naming, namingFile, openDatabase } from '../database/database.ts';
import type { CountedColumn, MonthTotals } from './bag-summary.ts';
import type { Found } from './catalog.ts';
import { catalogColumns } from './catalog-entry.ts';
import { type CatalogTotals, countUpTo, countValues, type DayCount, daysOf, monthsOf, totalsOf, type ValueCount } from './catalog-numbers.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { findPlaces } from './find-places.ts';
import { areIdsSettled, areWordsSettled, catalogVersion } from './schema.ts';

/** A catalog that is only read, for long: it never writes, and lets go of the file when nobody asks, so that imports and checks find it as if nobody were there. */
export interface CatalogReader {
  search(query: CatalogQuery): Found[];
  totals(query: CatalogQuery): CatalogTotals;
  countBy(column: CountedColumn, query: CatalogQuery): ValueCount[];
  /** How many match, at most `upTo`. */
  count(query: CatalogQuery, upTo: number): number;
  /** Newest first and those without a start last, one after the other as they are found. */
  months(query: CatalogQuery): Iterable<MonthTotals>;
  /** Of one month, a day at a time. */
  days(query: CatalogQuery, month: string): Iterable<DayCount>;
  close(): void;
}

/** A file that is open. */
interface Held {
  readonly db: Db;
  readonly inode: number;
  /** In the middle of it. */
  readers: number;
}

/** The file is held for as long as somebody asks, and this long after. */
const holdMs = 500;
/** Who asks waits this long for one who is writing; everybody else waits as well. */
const busyMs = 1_000;

/** Opens the file when it is asked for, anew where another one has taken its place. @throws LongplayError A190 where it cannot be read, or is being made */
export function createCatalogReader(file: string): CatalogReader {
  const columns = catalogColumns.filter((name) => name !== 'fingerprint' && name !== 'labels').map((name) => `"${name}"`);
  let open: Held | null = null;
  let idle: NodeJS.Timeout | null = null;
  const letGo = (held: Held): void => {
    if (held.readers === 0) held.db.close();
  };
  const close = (): void => {
    if (idle !== null) clearTimeout(idle);
    idle = null;
    const held = open;
    open = null;
    // Who is in the middle of reading lets go of it.
    if (held !== null) letGo(held);
  };
  const use = (): Held => {
    const inode = statSync(file, { throwIfNoEntry: false })?.ino;
    if (open !== null && open.inode !== inode) close();
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(close, holdMs);
    idle.unref();
    if (open !== null) return open;
    if (inode === undefined) throw notReady(file, 'is not there');
    const db = openDatabase(file, 'readonly');
    try {
      db.pragma(`busy_timeout = ${busyMs}`);
      if (db.pragma('user_version', { simple: true }) !== catalogVersion) throw notReady(file, 'is of another version');
      if (!areWordsSettled(db) || !areIdsSettled(db)) throw notReady(file, 'is being made');
    } catch (error) {
      db.close();
      throw error;
    }
    open = { db, inode, readers: 0 };
    return open;
  };
  const read = <Result>(work: (db: Db) => Result): Result => naming(file, () => work(use().db));
  /** What is asked for piece by piece: the file is held until its end. */
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
            // Gone since it was found: its bag was taken away.
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
    close,
  };
}

function notReady(file: string, what: string): LongplayError {
  return new LongplayError('incomplete', 'A190', `${file} ${what}`, 'wait until whoever makes it is done, or run: longplay list ARCHIVE');
}
