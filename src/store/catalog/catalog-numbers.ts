import type { Db } from '../database/database.ts';
import { type BagSummary, type CountedColumn, createSummary, type MonthTotals, noSums, type Sums } from './bag-summary.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { daySql, monthSql } from './filter-sql.ts';
import { findPlaces, placesSql } from './find-places.ts';
import { monthsByClock } from './month-ends.ts';
import { datedPositions, dayPositions, endOfBeyond, firstPosition, type Positions, undatedPositions } from './position.ts';

/** Totals of the archive or of a query. */
export interface CatalogTotals extends Sums {
  readonly bags: number;
}

/** Number of recordings that have a value. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Number of recordings on a day. */
export interface DayCount {
  readonly day: string;
  readonly recordings: number;
}

const everything: Positions = { low: datedPositions.low, high: undatedPositions.high };

/** Returns true if a query has no conditions: the totals then come from the summaries of bags, not from recordings. */
function isUnlimited({ limit, offset, newestFirst, after, begins, plan, zone, ...asked }: CatalogQuery): boolean {
  return Object.values(asked).every((value) => value === undefined);
}

/** Adds up the summaries of all bags. */
function wholeArchive(db: Db): BagSummary {
  const { merge, summary } = createSummary();
  // The text was written by `putBag`.
  for (const row of db.prepare<[], { summary: string }>('SELECT summary FROM bag').iterate()) merge(JSON.parse(row.summary) as BagSummary);
  return summary();
}

/** Returns totals of all matches; reads each matching recording unless the query has no conditions. */
export function totalsOf(db: Db, query: CatalogQuery): CatalogTotals {
  if (isUnlimited(query)) {
    const bags = db.prepare<[], { bags: number }>('SELECT count(*) AS bags FROM bag WHERE recordings > 0').get()?.bags ?? 0;
    return { bags, ...wholeArchive(db).sums };
  }
  const found = placesSql(db, query, everything);
  if (found === null) return { bags: 0, ...noSums };
  const row = db
    .prepare<unknown[], CatalogTotals>(
      `SELECT count(DISTINCT bag) AS bags, count(*) AS recordings, coalesce(sum(originals),0) AS originals, coalesce(sum(copies),0) AS copies,
       coalesce(sum(originalBytes),0) AS originalBytes, coalesce(sum(copyBytes),0) AS copyBytes, coalesce(sum(erasedFiles),0) AS erasedFiles,
       coalesce(sum(audioMs),0) AS durationMs
       FROM (${found.sql}) p CROSS JOIN recording r ON r.place = p.place`,
    )
    .get(...found.values);
  return row ?? { bags: 0, ...noSums };
}

/** Returns the number of matches; counting stops at `upTo`. */
export function countUpTo(db: Db, query: CatalogQuery, upTo: number): number {
  if (isUnlimited(query)) return Math.min(upTo, wholeArchive(db).sums.recordings);
  const found = placesSql(db, query, everything);
  if (found === null) return 0;
  const row = db
    .prepare<unknown[], { count: number }>(`SELECT count(*) AS count FROM (SELECT place FROM (${found.sql}) LIMIT ${Math.trunc(upTo)})`)
    .get(...found.values);
  return row?.count ?? 0;
}

/** Returns counts by the values of a column, largest first. */
export function countValues(db: Db, column: CountedColumn | 'site' | 'year', query: CatalogQuery): ValueCount[] {
  // Bag summaries do not count sites.
  if (column !== 'site' && isUnlimited(query)) {
    const whole = wholeArchive(db);
    const counts = column === 'year' ? yearsOf(whole.months) : whole.counts[column];
    return Object.entries(counts)
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  }
  const found = placesSql(db, query, everything);
  if (found === null) return [];
  const expression = column === 'year' ? "coalesce(substr(start, 1, 4), 'undated')" : column;
  return db
    .prepare<unknown[], ValueCount>(
      `SELECT ${expression} AS value, count(*) AS count FROM (${found.sql}) p CROSS JOIN recording r ON r.place = p.place GROUP BY 1 ORDER BY 2 DESC, 1`,
    )
    .all(...found.values);
}

/**
 * Yields counts by month of the query's zone, newest first and undated recordings last. Counts one UTC year at a time, so that the first results come early. In
 * other zones a month may occur twice.
 */
export function* monthsOf(db: Db, query: CatalogQuery): Generator<MonthTotals> {
  if (isUnlimited(query)) {
    yield* monthsByClock(db, wholeArchive(db).months, query.zone);
    return;
  }
  for (const within of [...yearsBetween(db, query), undatedPositions]) {
    const found = placesSql(db, query, within);
    if (found === null) continue;
    yield* db
      .prepare<unknown[], MonthTotals>(
        `SELECT ${monthSql(query.zone)} AS month, count(*) AS recordings, coalesce(sum(r.audioMs), 0) AS durationMs
         FROM (${found.sql}) p CROSS JOIN recording r ON r.place = p.place GROUP BY 1 ORDER BY 1 DESC`,
      )
      .all(...found.values);
  }
}

/**
 * Yields counts by day of the query's zone for the matches in one UTC month (`2019-03`). Counts one UTC day at a time, so a day of the zone may occur twice.
 * Yields nothing for a month outside the range in which positions distinguish days.
 */
export function* daysOf(db: Db, query: CatalogQuery, month: string): Generator<DayCount> {
  const bounds = Array.from({ length: 31 }, (_, index) => firstPosition(`${month}-${String(index + 1).padStart(2, '0')}`));
  const first = bounds[0] ?? null;
  if (first === null || first.beyond) return;
  const day = daySql(query.zone);
  for (const [index, bound] of bounds.entries()) {
    // The last range continues after the month's end, where recordings with crowded starts may be placed.
    const next = bounds[index + 1]?.position ?? endOfBeyond((bound?.position ?? 0) + dayPositions);
    const found = bound === null || bound.beyond ? null : placesSql(db, query, { low: bound.position, high: next });
    if (found === null) continue;
    yield* db
      .prepare<unknown[], DayCount>(
        `SELECT ${day} AS day, count(*) AS recordings FROM (${found.sql}) p CROSS JOIN recording r ON r.place = p.place
         WHERE substr(r.start, 1, 7) = ? GROUP BY 1 ORDER BY 1`,
      )
      .all(...found.values, month);
  }
}

/** Returns the position ranges of the years from the first match to the last, newest first. */
function yearsBetween(db: Db, query: CatalogQuery): Positions[] {
  const ends = { offset: 0, limit: 1 };
  const [first] = findPlaces(db, { ...query, ...ends, newestFirst: false });
  const [last] = findPlaces(db, { ...query, ...ends, newestFirst: true });
  const [from, to] = [first?.[0], last?.[0]];
  if (from === undefined || to === undefined || from >= undatedPositions.low) return [];
  const bounds = [datedPositions.low, endOfBeyond(datedPositions.low)];
  for (let year = 1830; year < 2110; year++) {
    const start = firstPosition(String(year));
    if (start !== null && !start.beyond) bounds.push(start.position);
  }
  bounds.push(firstPosition('9999')?.position ?? datedPositions.high, datedPositions.high);
  return bounds
    .slice(0, -1)
    .map((low, index) => ({ low, high: bounds[index + 1] ?? low }))
    .filter(({ low, high }) => high > from && low <= to)
    .reverse();
}

function yearsOf(months: readonly MonthTotals[]): Record<string, number> {
  const years: Record<string, number> = {};
  for (const { month, recordings } of months) {
    const year = month === 'undated' ? month : month.slice(0, 4);
    years[year] = (years[year] ?? 0) + recordings;
  }
  return years;
}
