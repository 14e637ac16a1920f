import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { indexedStates } from '../../archive/bag/payload-state.ts';
import type { Archive } from '../../archive/layout.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { PageOverview } from '../../core/page/data.ts';
import { isOneMonth, monthAfter } from '../../core/search/call-filter.ts';
import type { LandedRecordings } from '../../log/entries/landed-recordings.ts';
import { catalogKeyOf } from '../../pipeline/open/open-archive.ts';
import { readRecording } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { type CatalogQuery, termsOf } from '../../store/catalog/catalog-query.ts';
import { createCatalogReader } from '../../store/catalog/catalog-reader.ts';
import { callRowOf } from '../../store/catalog/page-rows.ts';
import { windowCountsOf } from '../../store/catalog/window-counts.ts';
import type { Finder, Within } from './finder.ts';
import { createOffsetCache } from './offset-cache.ts';

/** Time for which an overview is cached. */
const overviewMs = 5 * 60_000;
/** Largest number of cached overviews: one per part of the archive that a role sees. */
const overviews = 100;
/** Number of ids that are looked up before other requests are answered. */
const idsAtOnce = 500;
/** Interval at which incomplete counts are sent. */
const toldMs = 200;

type Overview = Awaited<ReturnType<Finder['overview']>>;

/**
 * Creates a finder that uses the catalog.
 * @param landed digests with which documents are compared before they are shown; null: they are not compared
 * @param catalogKey key of a sealed archive's catalog; default: the key from the keyring of this process
 */
export function createFinder(
  archive: Pick<Archive, 'dir' | 'page'>,
  landed: LandedRecordings | null,
  catalogKey: Uint8Array | null = catalogKeyOf(archive),
): Finder {
  const archiveDir = archive.dir;
  const reader = createCatalogReader(join(archiveDir, 'catalog.sqlite'), catalogKey, indexedStates(archiveDir));
  const offsets = createOffsetCache(() => performance.now());
  const known = new Map<string, { readonly until: number; readonly overview: Promise<Overview> }>();
  /** Restricts a query to a role's part of the archive; no other code does this. An empty list of parts finds nothing. */
  const of = (within: Within, query: CatalogQuery): CatalogQuery => (within === null ? query : { ...query, scopes: within });
  const finder: Finder = {
    one: (recordingId, within) => {
      // Prefixes of ids are not accepted, because guessing would find recordings.
      const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(recordingId);
      const asked = { recordingId: isId ? recordingId : none, limit: 1 };
      const [inside] = reader.search(of(within, asked));
      // Queried even if the first query found it, so that a recording outside the role takes as long as one that does not exist.
      const [anywhere] = reader.search(asked);
      if (inside !== undefined && inside.recordingId === recordingId) return { kind: 'found', row: inside };
      return { kind: anywhere === undefined ? 'not-there' : 'outside-role' };
    },
    document: (row, secretsOf) => readRecording(archiveDir, row, landed, secretsOf),
    page: async ({ offset = 0, ...query }, within, signal) => {
      const asked = of(within, query);
      let { after } = query;
      if (after === undefined && offset > 0) {
        const { limit: _limit, ...question } = asked;
        const placeOf = (behind: number | undefined, index: number): number | null => {
          const [row] = reader.search({ ...question, ...(behind === undefined ? {} : { after: behind }), offset: index, limit: 1 });
          return row?.position ?? null;
        };
        const behind = await offsets.behind(questionKey(question), offset, placeOf, signal);
        if (behind === null) return { rows: [], last: null };
        after = behind;
      }
      const rows = reader.search({ ...asked, ...(after === undefined ? {} : { after }) });
      const { terms } = termsOf(query);
      return { rows: rows.map((found) => callRowOf(found, terms)), last: rows.at(-1)?.position ?? null };
    },
    counts: async function* (query, within, signal) {
      const months = new Map<string, number>();
      let [total, durationMs, told] = [0, 0, performance.now()];
      const said = (searched: number) => ({
        total,
        durationMs,
        months: [...months].map(([month, recordings]) => ({ month, recordings })).sort((a, b) => byCodePoint(a.month, b.month)),
        searched,
      });
      for (const month of reader.months(of(within, query))) {
        // Lets the server answer other requests.
        await turn();
        if (signal.aborted) return;
        total += month.recordings;
        durationMs += month.durationMs;
        months.set(month.month, (months.get(month.month) ?? 0) + month.recordings);
        if (performance.now() - told < toldMs) continue;
        told = performance.now();
        yield said(0.5);
      }
      const window = windowCountsOf(reader.count, of(within, query), total);
      const last = () => ({ ...said(1), ...(window === null ? {} : { window }) });
      // A single month is counted by days.
      const dated = [...months.keys()].filter((month) => month !== 'undated');
      if (dated.length === 0 || (months.size > 1 && !isOneMonth(query))) {
        yield last();
        return;
      }
      const days = new Map<string, number>();
      // A month in another time zone overlaps two UTC months.
      const looked = query.zone === undefined ? dated : dated.flatMap((month) => [-1, 0, 1].map((step) => monthAfter(month, step)));
      for (const month of [...new Set(looked)].sort(byCodePoint)) {
        for (const { day, recordings } of reader.days(of(within, query), month)) {
          await turn();
          if (signal.aborted) return;
          days.set(day, (days.get(day) ?? 0) + recordings);
        }
      }
      yield { ...last(), ...(days.size === 0 ? {} : { days: [...days].map(([day, recordings]) => ({ day, recordings })) }) };
    },
    overview: (within) => {
      const key = JSON.stringify(within);
      const before = known.get(key);
      if (before !== undefined && performance.now() < before.until) return before.overview;
      const overview = overviewOf(finder, (query) => of(within, query), reader.countBy);
      known.delete(key);
      known.set(key, { until: performance.now() + overviewMs, overview });
      const [oldest] = known.keys();
      if (known.size > overviews && oldest !== undefined) known.delete(oldest);
      // A failed overview is not cached.
      overview.catch(() => known.delete(key));
      return overview;
    },
    reachesAny: async (recordings, within) => {
      for (let at = 0; at < recordings.length; at += idsAtOnce) {
        await turn();
        const [one] = reader.search(of(within, { tagged: recordings.slice(at, at + idsAtOnce), limit: 1 }));
        if (one !== undefined) return true;
      }
      return false;
    },
    all: function* (query, within) {
      // Read in chunks, because the reader may close the file between two chunks.
      let { after } = query;
      let left = query.limit ?? Number.POSITIVE_INFINITY;
      while (left > 0) {
        const limit = Math.min(500, left);
        const rows: Found[] = reader.search(of(within, { ...query, limit, ...(after === undefined ? {} : { after }) }));
        yield* rows;
        after = rows.at(-1)?.position;
        left -= rows.length;
        if (after === undefined || rows.length < limit) return;
      }
    },
    close: () => reader.close(),
  };
  return finder;

  async function overviewOf({ counts }: Finder, limited: (query: CatalogQuery) => CatalogQuery, countBy: typeof reader.countBy): Promise<Overview> {
    const calm = new AbortController().signal;
    const { scopes } = limited({});
    let last: Pick<Overview, 'recordings' | 'durationMs' | 'months'> = { recordings: 0, durationMs: 0, months: [] };
    for await (const { total, durationMs, months } of counts({}, scopes ?? null, calm)) last = { recordings: total, durationMs, months };
    const choices: Record<keyof PageOverview['choices'], PageOverview['choices']['codec']> = { direction: [], codec: [], status: [], importer: [] };
    for (const name of ['direction', 'codec', 'status', 'importer'] as const) {
      // The catalog stores several codecs of one recording as one value.
      const values = new Map<string, number>();
      for (const slice of slicesOf(last.months, scopes !== undefined)) {
        // Lets the server answer other requests, because each recording is read for a role that sees a part of the archive.
        await turn();
        for (const { value, count } of countBy(name === 'codec' ? 'codecs' : name, limited(slice)))
          for (const each of name === 'codec' ? value.split(' ') : [value]) if (each !== '') values.set(each, (values.get(each) ?? 0) + count);
      }
      choices[name] = [...values]
        .map(([value, recordings]) => ({ value, recordings }))
        .sort((a, b) => b.recordings - a.recordings || byCodePoint(a.value, b.value));
    }
    return { ...last, choices };
  }
}

/** Returns the cache key of a query. Ids are hashed, because there may be a hundred thousand. */
function questionKey({ tagged, ...question }: CatalogQuery): string {
  return JSON.stringify([question, tagged === undefined ? null : sha256Hex(tagged.join())]);
}

/** An id that no recording has: ids are UUIDs of version 8. */
const none = '00000000-0000-0000-0000-000000000000';

/** Returns queries that together cover everything: one for the whole archive, which is counted from its bags, or one per year for a part of it. */
function slicesOf(months: Overview['months'], isPart: boolean): readonly CatalogQuery[] {
  if (!isPart) return [{}];
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))].filter((year) => /^\d{4}$/.test(year));
  return [...years.map((year) => ({ starts: { from: year, to: String(Number(year) + 1).padStart(4, '0') } })), { undated: true }];
}
