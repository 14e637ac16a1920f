import { personAt, personOf } from '../../core/identity/person.ts';
import { readSearch } from '../../core/search/search-terms.ts';
import type { WindowCounts } from '../../core/time/time-span.ts';
import { unknownDirectionOf, windowCountsOf } from '../../store/catalog/window-counts.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../open/bag-verification.ts';
import { openForReading } from '../open/open-archive.ts';
import { listed, tryRecording, unreadFinding } from '../open/query.ts';
import { type HitPlace, hitPlaces } from './hit-places.ts';

/** What a search says at its end. */
export interface SearchOutcome {
  readonly shown: number;
  /** How many match; where it is `countedUpTo`, there are more. */
  readonly found: number;
  readonly countedUpTo: number;
  /** How they lie to the range of time that was asked for, `in` counted no further than the rest; null: none was. */
  readonly window: WindowCounts | null;
  /** Calls that match but for a direction that is not known; null: none was asked for. */
  readonly unknownDirection: number | null;
}

/** Counting millions takes longer than finding the first: nobody reads on behind these. */
export const countedUpTo = 10_001;

/** The first recordings that match, each as a `result` of `hit` with the places where the words are; then how many there are. @param countries of sites, by a register: digits of a calling code */
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
  return { shown, found: matching, countedUpTo, window, unknownDirection: unknownDirectionOf(catalog.count, query) };
}
