import type { Expanded } from '../../core/identity/people.ts';
import type { Person } from '../../core/identity/person.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { windowOf } from '../../core/search/call-filter.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { HitPlace } from '../../pipeline/export/hit-places.ts';
import { countedUpTo, type SearchOutcome } from '../../pipeline/export/search.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { listed, unreadFinding } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { undatedPositions } from '../../store/catalog/position.ts';
import type { Searcher } from '../store/searched-archive.ts';
import { isDamaged, judgedParties, partiesOf, searchRecording } from './find-person.ts';
import { whereOf } from './gather.ts';
import { personIn } from './known-person.ts';
import { isOfParty } from './text-hits.ts';

/** A search for a registered person among the calls that match a query. */
export interface PersonSearch {
  /** `text`: words that must occur in addition; `limit`: largest number of results. */
  readonly query: ArchiveQuery;
  readonly register: Expanded;
  /** Digits of a calling code; null if unknown. */
  readonly country: string | null;
}

/**
 * Finds the first calls of a registered person by the common rule of identity, in the form of `search`: the index finds candidates, and each candidate is read
 * and judged.
 */
export async function* searchPerson(
  archiveDir: string,
  { query: typed, register, country }: PersonSearch,
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SearchOutcome> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const { limit = Number.POSITIVE_INFINITY, ...query } = yield* catalogQuery(archive, catalog, typed, signal);
  const person = await personIn(opened, { values: register.values, countries: register.countries }, country, signal);
  const range = query.from === undefined && query.to === undefined ? null : windowOf(query, query.zone);
  const window = { in: 0, perhaps: 0, withoutTime: 0 };
  let [shown, found] = [0, 0];
  for (const row of candidates(catalog, query, person)) {
    signal.throwIfAborted();
    const looked = searchRecording(archive.dir, row, person);
    if (isDamaged(looked) || looked.document === null) {
      yield findingEvent(
        unreadFinding(row, { refused: looked.refused[0]?.code ?? null, isOther: false }, 'nothing shows whether it is the data subject'),
      );
      continue;
    }
    if (looked.hits.length === 0) continue;
    found++;
    if (range !== null) window[whereOf(row, range)]++;
    if (shown < limit) {
      shown++;
      yield { type: 'result', of: 'hit', value: { ...listed(row), places: placesOf(looked.document, person, looked.hits) } };
    }
    if (found >= Math.max(countedUpTo, shown + 1)) break;
  }
  if (range !== null) {
    const { from: _from, to: _to, ...anyTime } = query;
    for (const row of candidates(catalog, { ...anyTime, undated: true }, person))
      if (searchRecording(archive.dir, row, person).hits.length > 0) window.withoutTime++;
  }
  let unknownDirection: number | null = null;
  if (query.direction !== undefined && query.direction !== 'unknown') {
    unknownDirection = 0;
    for (const row of candidates(catalog, { ...query, direction: 'unknown' }, person))
      if (searchRecording(archive.dir, row, person).hits.length > 0) unknownDirection++;
  }
  return { shown, found, countedUpTo, window: range === null ? null : window, unknownDirection, unreadRows: 0 };
}

/** Yields the index's results for all words of any spelling, each result once, in the requested order. */
function* candidates(catalog: Searcher, query: CatalogQuery, person: Person): Generator<Found> {
  const own = [...new Set(person.spellings.filter(({ isOthers }) => !isOthers).map(({ raw }) => raw.replace(/["*]/g, ' ')))];
  const ways = own.map((text) => catalog.search({ ...query, text: query.text === undefined ? text : `${query.text} ${text}` })[Symbol.iterator]());
  try {
    const heads = ways.map((way) => way.next());
    let last: number | null = null;
    for (;;) {
      let first = -1;
      for (const [at, head] of heads.entries())
        if (head.done !== true && (first < 0 || comesBefore(head.value.position, heads[first]?.value.position, query.newestFirst === true)))
          first = at;
      const head = heads[first];
      const way = ways[first];
      if (head === undefined || head.done === true || way === undefined) return;
      heads[first] = way.next();
      if (head.value.position !== last) yield head.value;
      last = head.value.position;
    }
  } finally {
    for (const way of ways) way.return?.();
  }
}

/** Returns true if one start precedes another in the requested order. Calls without a start are last in either order. */
function comesBefore(one: number, other: number, newest: boolean): boolean {
  const [isLast, otherIsLast] = [one >= undatedPositions.low, other >= undatedPositions.low];
  if (isLast !== otherIsLast) return otherIsLast;
  return newest ? one > other : one < other;
}

/** Returns where in a call a person occurs, and how certainly. */
function placesOf(
  document: RecordingDocument,
  person: Person,
  hits: readonly { readonly field: string; readonly sureness: 'certain' | 'uncertain' }[],
): HitPlace[] {
  const values = new Map([...partiesOf(document)].map(({ field, party }) => [field, party]));
  const named = judgedParties(document, person).map(({ field, judgement }): HitPlace => {
    const party = values.get(field);
    const { phone = null, name = null, agentId = null, device = null, role = '' } = party ?? {};
    const value = { number: phone?.raw ?? null, name, 'agent id': agentId, device, decision: null }[judgement.field];
    return {
      field: judgement.field === 'number' ? role : `${role} ${judgement.field}`,
      value: value ?? '',
      certainty: judgement.sureness === 'certain' ? 'certain' : 'possible',
    };
  });
  const inTexts = hits.filter(({ field }) => !isOfParty(field)).map(({ field }): HitPlace => ({ field, value: '', certainty: 'possible' }));
  return [...named, ...(named.length > 0 ? [] : inTexts)].slice(0, 8);
}
