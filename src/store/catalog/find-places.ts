import { certaintyOfTerm } from '../../core/search/match-terms.ts';
import type { SearchTerms } from '../../core/search/search-terms.ts';
import type { Db } from '../database/database.ts';
import { type Branch, branchesOf, type CatalogQuery, termsOf } from './catalog-query.ts';
import { type Condition, faultyCondition, filterConditions } from './filter-sql.ts';
import { datedPositions, type Positions, undatedPositions } from './position.ts';
import type { HasUnsure } from './query-times.ts';

/** SQL that selects a column `place`, and its bound values; null if nothing can match. */
export interface PlacesSql {
  readonly sql: string;
  readonly values: readonly (string | bigint)[];
}

/** Returns SQL that yields each matching position within a range once and in order, without sorting. */
export function placesSql(db: Db, query: CatalogQuery, within: Positions, search?: SearchTerms): PlacesSql | null {
  const selects: string[] = [];
  const values: (string | bigint)[] = [];
  for (const branch of branchesOf(query, unsureIn(db), search)) {
    const low = Math.max(branch.low, within.low);
    const high = Math.min(branch.high, within.high);
    if (low >= high) continue;
    const select = selectOf(query, { ...branch, low, high });
    selects.push(select.sql);
    values.push(...select.values);
  }
  // FTS5 and the table yield sorted rows, and SQLite merges sorted inputs without sorting.
  return selects.length === 0 ? null : { sql: selects.join(' UNION '), values };
}

/** Creates a test for ambiguous starts that uses their index. */
function unsureIn(db: Db): HasUnsure {
  const any = db.prepare<[bigint, bigint]>(
    'SELECT 1 FROM recording INDEXED BY recording_unsure WHERE latest > earliest AND place >= ? AND place < ? LIMIT 1',
  );
  return ({ low, high }) => any.get(BigInt(low), BigInt(high)) !== undefined;
}

function selectOf(query: CatalogQuery, { match, low, high, times, tagged }: Branch): PlacesSql {
  const terms: string[] = [];
  const values: (string | bigint)[] = [];
  const add = (term: string, ...given: (string | bigint)[]): void => {
    terms.push(term);
    values.push(...given);
  };
  const narrowing = [...times, ...conditionsOf(query)];
  for (const { sql, values: given } of narrowing) add(sql, ...given);
  const isOne = isFew(query) || tagged;
  if (tagged) add('r.recordingId IN (SELECT value FROM json_each(?))', JSON.stringify(query.tagged ?? []));
  if (query.recordingId !== undefined) add('r.recordingId >= ? AND r.recordingId < ?', query.recordingId, `${query.recordingId}\u{10ffff}`);
  if (query.bag !== undefined) add('r.bag = ?', query.bag);
  // The unary plus keeps SQLite from using the rowid, so that the index of ids or of bags finds the row.
  const sign = isOne ? '+' : '';
  // better-sqlite3 binds JavaScript numbers as floating point, which FTS5 does not accept as a rowid.
  const range = (column: string): void => add(`${sign}${column} >= ? AND ${sign}${column} < ?`, BigInt(low), BigInt(high));
  if (match === null || isOne) {
    range('r.place');
    if (match !== null) add('EXISTS (SELECT 1 FROM recording_text WHERE recording_text MATCH ? AND rowid = r.place)', match);
    return { sql: `SELECT r.place AS place FROM recording r WHERE ${terms.join(' AND ')}`, values };
  }
  add('recording_text MATCH ?', match);
  range('t.rowid');
  const rows = narrowing.length === 0 ? '' : 'CROSS JOIN recording r ON r.place = t.rowid ';
  return { sql: `SELECT t.rowid AS place FROM recording_text t ${rows}WHERE ${terms.join(' AND ')}`, values };
}

/** Returns true if the index of ids or bags finds the matches, without the words or the order. */
function isFew({ recordingId, bag, faulty }: CatalogQuery): boolean {
  return recordingId !== undefined || bag !== undefined || faulty !== undefined;
}

/** Returns the conditions that are tested per row. */
function conditionsOf({ filter, faulty }: CatalogQuery): readonly Condition[] {
  return [...(filter === undefined ? [] : filterConditions(filter)), ...(faulty === undefined ? [] : [faultyCondition(faulty)])];
}

/** Rows requested in the first batch and in the largest batch. */
const firstBatch = 64;
const largestBatch = 4_096;

/** Rows that a prefix search scans one by one, and the largest number of requested rows for which scanning pays. */
const walkedRows = 1_000;
const fewWanted = 200;

/** Yields the matching positions in the requested order, in growing batches; no statement stays open between batches. */
export function* findPlaces(db: Db, query: CatalogQuery): Generator<readonly number[]> {
  const search = termsOf(query);
  const walked = walkFirst(db, query, search);
  if (walked !== null) yield walked;
  else yield* inBatches(db, query, search);
}

/**
 * Scans the first rows for a prefix search, because FTS5 collects all matches of a prefix before it yields the first one. The scan is faster for frequent
 * words; FTS5 collects rare words quickly.
 * @returns null if the scanned rows contain too few matches
 */
function walkFirst(db: Db, query: CatalogQuery, search: SearchTerms): readonly number[] | null {
  const wanted = (query.limit ?? Number.POSITIVE_INFINITY) + (query.offset ?? 0);
  const open = search.terms.filter(({ begins }) => begins);
  if (open.length === 0 || wanted > fewWanted || isFew(query)) return null;
  const closed = { ...search, terms: search.terms.filter(({ begins }) => !begins) };
  const rowOf = db.prepare<[bigint], { text: string; keys: string }>('SELECT text, keys FROM recording WHERE place = ?');
  const found: number[] = [];
  let looked = 0;
  const { offset = 0, ...all } = query;
  for (const places of inBatches(db, { ...all, limit: walkedRows }, closed, fewWanted)) {
    for (const place of places) {
      looked++;
      const row = rowOf.get(BigInt(place));
      if (row === undefined) continue;
      const [words, keys] = [` ${row.text} `, ` ${row.keys} `];
      if (!open.every((term) => certaintyOfTerm(words, keys, term) !== null)) continue;
      if (found.push(place) === wanted) return found.slice(offset);
    }
  }
  // Fewer rows than the limit: the scan has reached the end of the range.
  return looked < walkedRows ? found.slice(offset) : null;
}

function* inBatches(db: Db, query: CatalogQuery, search: SearchTerms, firstSize?: number): Generator<readonly number[]> {
  const newest = query.newestFirst === true;
  const order = newest ? 'DESC' : 'ASC';
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let skip = query.offset ?? 0;
  let size = Math.min(largestBatch, Math.max(1, firstSize ?? query.limit ?? firstBatch));
  for (const part of [datedPositions, undatedPositions]) {
    let within = query.after === undefined ? part : behind(part, query.after, newest);
    while (left > 0 && within !== null && within.low < within.high) {
      const places = placesSql(db, query, within, search);
      if (places === null) break;
      const limit = Math.trunc(Math.min(size, left + skip));
      const rows = db
        .prepare<unknown[], { place: number }>(`${places.sql} ORDER BY place ${order} LIMIT ${limit}`)
        .all(...places.values)
        .map(({ place }) => place);
      const taken = rows.slice(skip, skip + left);
      skip = Math.max(0, skip - rows.length);
      left -= taken.length;
      if (taken.length > 0) yield taken;
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit) break;
      within = behind(within, last, newest);
      size = Math.min(largestBatch, size * 4);
    }
  }
}

/** Returns the part of a range after a position in the requested order; null if nothing is left. */
function behind(part: Positions, place: number, newest: boolean): Positions | null {
  // Recordings without a start are last in both orders.
  const isLater = place >= undatedPositions.low && part.low < undatedPositions.low;
  if (isLater) return null;
  if (place < undatedPositions.low && part.low >= undatedPositions.low) return part;
  return newest ? { low: part.low, high: Math.min(part.high, place) } : { low: Math.max(part.low, place + 1), high: part.high };
}
