import { personAt, personOf } from '../../core/identity/person.ts';
import { readSearch } from '../../core/search/search-terms.ts';
import type { WindowCounts } from '../../core/time/time-span.ts';
import { unknownDirectionOf, windowCountsOf } from '../../store/catalog/window-counts.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../open/bag-verification.ts';
import { openForReading } from '../open/open-archive.ts';
import { listed, tryRecording, unreadFinding } from '../open/query.ts';
import { unreadRows } from '../open/unread-rows.ts';
import { type HitPlace, hitPlaces } from './hit-places.ts';

/** Totals of a search. */
export interface SearchOutcome {
  readonly shown: number;
  /** Number of matches; if it equals `countedUpTo`, there may be more. */
  readonly found: number;
  readonly countedUpTo: number;
  /** How the matches relate to the requested time range, with `in` counted no further than the total; null: no range was requested. */
  readonly window: WindowCounts | null;
  /** Number of calls that match except that their direction is unknown; null: no direction was requested. */
  readonly unknownDirection: number | null;
  /** Number of matching rows of kept tables that could not be read. */
  readonly unreadRows: number;
}

/** Number up to which matches are counted: counting millions takes longer than finding the first ones, and nobody reads further. */
export const countedUpTo = 10_001;

/**
 * Yields the first matching recordings, each as a `result` of `hit` with the fields that match; then rows of kept tables that could not be read, each
 * as a `result` of `unread-row`; then returns the totals.
 * @param countries digits of the calling code per site, from a register
 */
export async function* search(
  archiveDir: string,
  asked: ArchiveQuery,
  temporary: string,
  signal: AbortSignal,
  countries: Readonly<Record<string, string>> = {},
): AsyncGenerator<PipelineEvent, SearchOutcome> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const query = yield* catalogQuery(archive, catalog, asked, signal);
  const plan = query.plan ?? null;
  const sites = personOf([], null, countries);
  const { terms } = readSearch(query.text ?? '', { begins: query.begins === true, plan });
  let shown = 0;
  for (const found of catalog.search(query)) {
    signal.throwIfAborted();
    let places: readonly HitPlace[] = [];
    if (terms.length > 0) {
      const read = tryRecording(archive.dir, found);
      if ('refused' in read) yield findingEvent(unreadFinding(found, read, 'its places are not shown'));
      else places = hitPlaces(read.document, terms, personAt(sites, found.site).plan ?? plan);
    }
    shown++;
    yield { type: 'result', of: 'hit', value: { ...listed(found), places } };
  }
  const { limit: _limit, ...all } = query;
  const matching = Math.max(shown, catalog.count(all, Math.max(countedUpTo, shown + 1)));
  const window = windowCountsOf(catalog.count, query, matching);
  const unread = query.text === undefined ? 0 : yield* unreadRows(catalog, query);
  return { shown, found: matching, countedUpTo, window, unknownDirection: unknownDirectionOf(catalog.count, query), unreadRows: unread };
}
