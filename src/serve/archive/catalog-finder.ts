import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { PageOverview } from '../../core/page/data.ts';
import { isOneMonth, monthAfter } from '../../core/search/call-filter.ts';
import type { LandedRecordings } from '../../log/entries/landed-recordings.ts';
import { readRecording } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { type CatalogQuery, termsOf } from '../../store/catalog/catalog-query.ts';
import { type CatalogReader, createCatalogReader } from '../../store/catalog/catalog-reader.ts';
import { callRowOf } from '../../store/catalog/page-rows.ts';
import { windowCountsOf } from '../../store/catalog/window-counts.ts';
import type { Finder, Within } from './finder.ts';
import { createOffsetCache, type OffsetCache } from './offset-cache.ts';

/** Lifetime of a cached overview. */
const overviewMs = 5 * 60_000;
/** Largest number of cached overviews, one per part of the archive that a role sees. */
const overviews = 100;
/** Number of ids that are looked up before other requests get a turn. */
const idsAtOnce = 500;
/** Interval at which partial counts are sent. */
const toldMs = 200;

type Overview = Awaited<ReturnType<Finder['overview']>>;

/** Creates a finder that uses the catalog. @param landed digests with which documents are compared before they are shown; absent: no comparison */
export function createFinder(archiveDir: string, landed: LandedRecordings | null = null): Finder {
  const reader = createCatalogReader(join(archiveDir, 'catalog.sqlite'));
  const offsets = createOffsetCache(() => performance.now());
  return {
    one: (recordingId, within) => oneRecording(reader, recordingId, within),
    document: (row) => readRecording(archiveDir, row, landed),
    page: async (query, within, signal) => {
      const after = await positionBefore(reader, offsets, query, within, signal);
      if (after === null) return { rows: [], last: null };
      const { offset: _offset, ...asked } = limited(query, within);
      const rows = reader.search({ ...asked, ...(after === undefined ? {} : { after }) });
      const { terms } = termsOf(query);
      return { rows: rows.map((found) => callRowOf(found, terms)), last: rows.at(-1)?.position ?? null };
    },
    counts: (query, within, signal) => countsOf(reader, query, within, signal),
    overview: cachedOverviews(reader),
    reachesAny: async (recordings, within) => {
      for (let at = 0; at < recordings.length; at += idsAtOnce) {
        await turn();
        const [one] = reader.search(limited({ tagged: recordings.slice(at, at + idsAtOnce), limit: 1 }, within));
        if (one !== undefined) return true;
      }
      return false;
    },
    all: (query, within) => allRows(reader, query, within),
    close: () => reader.close(),
  };
}

/** Restricts a query to a role's part of the archive; nothing else does. An empty list of parts finds nothing. */
function limited(query: CatalogQuery, within: Within): CatalogQuery {
  return within === null ? query : { ...query, scopes: within };
}

function oneRecording(reader: CatalogReader, recordingId: string, within: Within): ReturnType<Finder['one']> {
  // Prefixes of ids are not accepted: guessing would find recordings.
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(recordingId);
  const asked = { recordingId: isId ? recordingId : none, limit: 1 };
  const [inside] = reader.search(limited(asked, within));
  // Queried even if found, so that a recording outside the role takes as long as one that does not exist.
  const [anywhere] = reader.search(asked);
  if (inside !== undefined && inside.recordingId === recordingId) return { kind: 'found', row: inside };
  return { kind: anywhere === undefined ? 'not-there' : 'outside-role' };
}

/** Returns the position of the row before a page; undefined: the page is the first; null: it begins behind the last row. */
async function positionBefore(
  reader: CatalogReader,
  offsets: OffsetCache,
  { offset = 0, ...query }: CatalogQuery,
  within: Within,
  signal: AbortSignal,
): ReturnType<OffsetCache['behind']> {
  if (query.after !== undefined || offset <= 0) return query.after;
  const { limit: _limit, ...question } = limited(query, within);
  const placeOf = (behind: number | undefined, index: number): number | null => {
    const [row] = reader.search({ ...question, ...(behind === undefined ? {} : { after: behind }), offset: index, limit: 1 });
    return row?.position ?? null;
  };
  return await offsets.behind(questionKey(question), offset, placeOf, signal);
}

/** Yields partial counts of the calls that match, then the complete ones. Other requests get turns meanwhile. */
async function* countsOf(reader: CatalogReader, query: CatalogQuery, within: Within, signal: AbortSignal): ReturnType<Finder['counts']> {
  const months = new Map<string, number>();
  let [total, durationMs, told] = [0, 0, performance.now()];
  const said = (searched: number) => ({
    total,
    durationMs,
    months: [...months].map(([month, recordings]) => ({ month, recordings })).sort((a, b) => byCodePoint(a.month, b.month)),
    searched,
  });
  for (const month of reader.months(limited(query, within))) {
    await turn();
    if (signal.aborted) return;
    total += month.recordings;
    durationMs += month.durationMs;
    months.set(month.month, (months.get(month.month) ?? 0) + month.recordings);
    if (performance.now() - told < toldMs) continue;
    told = performance.now();
    yield said(0.5);
  }
  const window = windowCountsOf(reader.count, limited(query, within), total);
  const days = await daysOf(reader, [...months.keys()], limited(query, within), signal);
  if (days === null) return;
  yield {
    ...said(1),
    ...(window === null ? {} : { window }),
    ...(days.size === 0 ? {} : { days: [...days].map(([day, recordings]) => ({ day, recordings })) }),
  };
}

/** Counts by days if there is only one month. @returns no days if there are more; null: aborted */
async function daysOf(
  reader: CatalogReader,
  months: readonly string[],
  query: CatalogQuery,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | null> {
  const days = new Map<string, number>();
  const dated = months.filter((month) => month !== 'undated');
  if (dated.length === 0 || (months.length > 1 && !isOneMonth(query))) return days;
  // A month in another time zone overlaps two UTC months.
  const looked = query.zone === undefined ? dated : dated.flatMap((month) => [-1, 0, 1].map((step) => monthAfter(month, step)));
  for (const month of [...new Set(looked)].sort(byCodePoint)) {
    for (const { day, recordings } of reader.days(query, month)) {
      await turn();
      if (signal.aborted) return null;
      days.set(day, (days.get(day) ?? 0) + recordings);
    }
  }
  return days;
}

/** Yields all rows that match, in chunks: the reader may close the file between two chunks. */
function* allRows(reader: CatalogReader, query: CatalogQuery, within: Within): Generator<Found> {
  let { after } = query;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const limit = Math.min(500, left);
    const rows: Found[] = reader.search(limited({ ...query, limit, ...(after === undefined ? {} : { after }) }, within));
    yield* rows;
    after = rows.at(-1)?.position;
    left -= rows.length;
    if (after === undefined || rows.length < limit) return;
  }
}

/** Returns a function that reads overviews of parts of the archive and caches them. */
function cachedOverviews(reader: CatalogReader): Finder['overview'] {
  const known = new Map<string, { readonly until: number; readonly overview: Promise<Overview> }>();
  return (within) => {
    const key = JSON.stringify(within);
    const before = known.get(key);
    if (before !== undefined && performance.now() < before.until) return before.overview;
    const overview = overviewOf(reader, within);
    known.delete(key);
    known.set(key, { until: performance.now() + overviewMs, overview });
    const [oldest] = known.keys();
    if (known.size > overviews && oldest !== undefined) known.delete(oldest);
    // A failure is not cached.
    overview.catch(() => known.delete(key));
    return overview;
  };
}

async function overviewOf(reader: CatalogReader, within: Within): Promise<Overview> {
  const calm = new AbortController().signal;
  let last: Pick<Overview, 'recordings' | 'durationMs' | 'months'> = { recordings: 0, durationMs: 0, months: [] };
  for await (const { total, durationMs, months } of countsOf(reader, {}, within, calm)) last = { recordings: total, durationMs, months };
  const choices: Record<keyof PageOverview['choices'], PageOverview['choices']['codec']> = { direction: [], codec: [], status: [], importer: [] };
  for (const name of ['direction', 'codec', 'status', 'importer'] as const) {
    // The catalog holds several codecs of one recording as one value.
    const values = new Map<string, number>();
    for (const slice of slicesOf(last.months, within !== null)) {
      // Gives other requests a turn: for a role that sees a part, each recording is read.
      await turn();
      for (const { value, count } of reader.countBy(name === 'codec' ? 'codecs' : name, limited(slice, within)))
        for (const each of name === 'codec' ? value.split(' ') : [value]) if (each !== '') values.set(each, (values.get(each) ?? 0) + count);
    }
    choices[name] = [...values]
      .map(([value, recordings]) => ({ value, recordings }))
      .sort((a, b) => b.recordings - a.recordings || byCodePoint(a.value, b.value));
  }
  return { ...last, choices };
}

/** Returns the cache key of a query. Ids of up to a hundred thousand recordings are hashed rather than kept. */
function questionKey({ tagged, ...question }: CatalogQuery): string {
  return JSON.stringify([question, tagged === undefined ? null : sha256Hex(tagged.join())]);
}

/** An id that no recording has: ids are UUIDs of version 8. */
const none = '00000000-0000-0000-0000-000000000000';

/** Returns queries that together cover everything: the whole archive at once from its bags, or a part of it year by year. */
function slicesOf(months: Overview['months'], isPart: boolean): readonly CatalogQuery[] {
  if (!isPart) return [{}];
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))].filter((year) => /^\d{4}$/.test(year));
  return [...years.map((year) => ({ starts: { from: year, to: String(Number(year) + 1).padStart(4, '0') } })), { undated: true }];
}
