import { certaintyOfTerm } from '../../core/search/match-terms.ts';
import type { SearchTerms } from '../../core/search/search-terms.ts';
import type { Db } from '../database/database.ts';
import { type Branch, branchesOf, type CatalogQuery, termsOf } from './catalog-query.ts';
import { type Condition, faultyCondition, filterConditions } from './filter-sql.ts';
import { datedPositions, type Positions, undatedPositions } from './position.ts';
import type { HasUnsure } from './query-times.ts';

/** SQL that gives a column `place`, with its values; null where nothing can match. */
export interface PlacesSql {
  readonly sql: string;
  readonly values: readonly (string | bigint)[];
}

/** Places of what matches within some places; each once, in order, found without sorting. */
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
  // FTS5 and the table give them in order, and SQLite merges what is in order.
  return selects.length === 0 ? null : { sql: selects.join(' UNION '), values };
}

/** Looks along the index of those alone that are not sure of their time. */
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
  // A sign before a column keeps SQLite from going along it: an id or a bag is found by its own index.
  const sign = isOne ? '+' : '';
  // Numbers are bound as floating point, which FTS5 does not take for a row.
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

/** True for what is found by the index of ids or bags, and not by its words or in order. */
function isFew({ recordingId, bag, faulty }: CatalogQuery): boolean {
  return recordingId !== undefined || bag !== undefined || faulty !== undefined;
}

/** What each row is asked. */
function conditionsOf({ filter, faulty }: CatalogQuery): readonly Condition[] {
  return [...(filter === undefined ? [] : filterConditions(filter)), ...(faulty === undefined ? [] : [faultyCondition(faulty)])];
}

/** Rows asked for at first, and at most, in one look. */
const firstBatch = 64;
const largestBatch = 4_096;

/** Rows looked at one by one where words are open, and the most that may be wanted for that to pay. */
const walkedRows = 1_000;
const fewWanted = 200;

/** Places of what matches, in the order that the query asks for, in batches that grow; nothing is kept open between two of them. */
export function* findPlaces(db: Db, query: CatalogQuery): Generator<readonly number[]> {
  const search = termsOf(query);
  const walked = walkFirst(db, query, search);
  if (walked !== null) yield walked;
  else yield* inBatches(db, query, search);
}

/**
 * FTS5 gathers all that begins with a word before it gives the first of it. What many recordings have is found sooner by looking at the first ones, one after
 * the other; what few have is gathered soon. @returns null: these were not enough to find as many as are wanted
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
  // Fewer than were to be looked at: that was all there is.
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

/** What is left of places behind one of them; null where that one comes after all of them. */
function behind(part: Positions, place: number, newest: boolean): Positions | null {
  // Those without a start are last in either order.
  const isLater = place >= undatedPositions.low && part.low < undatedPositions.low;
  if (isLater) return null;
  if (place < undatedPositions.low && part.low >= undatedPositions.low) return part;
  return newest ? { low: part.low, high: Math.min(part.high, place) } : { low: Math.max(part.low, place + 1), high: part.high };
}
