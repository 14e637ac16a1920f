import { setImmediate as turn } from 'node:timers/promises';
import type { CaseDocument, CaseReason } from '../../archive/documents/case-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { windowOf } from '../../core/search/call-filter.ts';
import { inWindow, type TimeWindow, type WindowCounts } from '../../core/time/time-span.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { findCorrelated } from './correlated.ts';
import { findPerson, type Hit, isDamaged, refusedFindings, type Searcher, searchRecording, surenessOf } from './find-person.ts';
import { type PersonValues, personIn, subjectOf } from './known-person.ts';

/** A request to add recordings to a case. */
export interface CaseAddition {
  /** Ids, or prefixes of ids. */
  readonly ids: readonly string[];
  /** Null: no query. */
  readonly query: CatalogQuery | null;
  /** Options of the query, as a reason quotes them. */
  readonly queryText: string;
  /** Spellings of a person; null: none. `query.from` and `query.to` limit the time. */
  readonly party: PersonValues | null;
  /** True if recordings that involve the person uncertainly are added, too. */
  readonly uncertain: boolean;
  readonly correlated: boolean;
  /** True if everything about the data subject of the case is added. */
  readonly subject: boolean;
}

/** Result of gathering recordings for a case. */
export interface Gathered {
  /** Reasons by recording. */
  readonly reasons: ReadonlyMap<string, readonly CaseReason[]>;
  readonly findings: readonly Finding[];
  /** Number of uncertain recordings of the person that were omitted. */
  readonly uncertainLeftOut: number;
  /** Ids of the first of them, for review. */
  readonly uncertainIds: readonly string[];
  /** How the results relate to the requested time range; recordings without a time are omitted. Null: no range was requested. */
  readonly window: WindowCounts | null;
  /** Number of recordings whose recording.json is damaged or missing. */
  readonly unreadable: number;
}

/** Returns the options of a query as a reason keeps them, without reviewers' tags: their text can be erased beside the log, but not in a case. */
export function keptWords(words: readonly string[], { tagged }: CatalogQuery): readonly string[] {
  return tagged === undefined ? words : words.map((word) => (word.startsWith('tag ') ? 'tag of a reviewer' : word));
}

/** Finds the recordings to add to a case. On a server, other requests get turns meanwhile. @throws LongplayError usage U130, U131 */
export async function gather(
  archiveDir: string,
  catalog: Searcher,
  before: CaseDocument,
  addition: CaseAddition,
  stamp: Pick<CaseReason, 'at' | 'by'>,
  signal: AbortSignal,
): Promise<Gathered> {
  const counts = { uncertainLeftOut: 0, unreadable: 0 };
  const uncertainIds: string[] = [];
  const leaveOut = ({ recordingId }: Found): void => {
    counts.uncertainLeftOut++;
    if (uncertainIds.length < idsTold) uncertainIds.push(recordingId);
  };
  const findings: Finding[] = [];
  const reasons = new Map<string, CaseReason[]>();
  const put = (id: string, reason: Pick<CaseReason, 'kind' | 'detail'>): void => {
    reasons.set(id, [...(reasons.get(id) ?? []), { ...reason, ...stamp }]);
  };
  for (const id of addition.ids) put(onlyId(catalog, id), { kind: 'hand', detail: '' });
  const { query, party } = addition;
  const hasRange = query?.from !== undefined || query?.to !== undefined;
  const range = hasRange ? windowOf(query ?? {}, query?.zone) : null;
  const window = { in: 0, perhaps: 0, withoutTime: 0 };
  /** Words that a reason adds for a call that may have been at another time. */
  const placed = (found: Found): string => {
    const where = range === null ? 'in' : whereOf(found, range);
    window[where]++;
    return where === 'perhaps' ? '; perhaps: its time is not certain' : '';
  };
  if (query !== null && party === null) {
    for (const found of catalog.search(query)) {
      await turn();
      signal.throwIfAborted();
      put(found.recordingId, { kind: 'query', detail: `${addition.queryText}${placed(found)}` });
    }
    if (hasRange) window.withoutTime = await timelessOf(catalog, query, () => true, signal);
  }
  if (party !== null) {
    const person = personIn(archiveDir, catalog, party, before.country, signal);
    const { limit: _limit, ...asked } = query ?? {};
    for (const looked of findPerson(archiveDir, catalog, asked, person, signal)) {
      const { found, document, hits } = looked;
      await turn();
      findings.push(...refusedFindings(looked));
      if (isDamaged(looked)) counts.unreadable++;
      const inParties = hits.filter(({ field }) => field.includes('parties['));
      const sureness = surenessOf(inParties.length > 0 ? inParties : hits);
      if (document === null || sureness === null) continue;
      if (sureness === 'uncertain' && !addition.uncertain) leaveOut(found);
      else put(found.recordingId, { kind: 'party', detail: `${addition.queryText} (${sureness}${placed(found)})` });
    }
    if (hasRange)
      window.withoutTime = await timelessOf(catalog, asked, (found) => searchRecording(archiveDir, found, person).hits.length > 0, signal);
  }
  if (addition.subject && before.subject !== null) {
    for (const looked of findPerson(
      archiveDir,
      catalog,
      {},
      personIn(archiveDir, catalog, subjectOf(before), before.country, signal, before.decisions),
      signal,
    )) {
      const { found, hits } = looked;
      await turn();
      findings.push(...refusedFindings(looked));
      const sureness = surenessOf(hits);
      if (isDamaged(looked)) counts.unreadable++;
      else if (sureness === 'uncertain' && !addition.uncertain) leaveOut(found);
      else if (sureness !== null) for (const reason of subjectReasons(hits)) put(found.recordingId, reason);
    }
  }
  if (addition.correlated) {
    const members = new Set([...before.recordings.map(({ recordingId }) => recordingId), ...reasons.keys()]);
    const found = await findCorrelated(archiveDir, catalog, members, signal);
    findings.push(...found.findings);
    for (const [id, some] of found.reasons) for (const one of some) put(id, one);
  }
  return { reasons, findings, ...counts, uncertainIds, window: hasRange ? window : null };
}

const idsTold = 100;

/** Returns the reason why a recording is in a case about a data subject: the most certain place that names them. */
export function subjectReasons(hits: readonly Hit[]): Pick<CaseReason, 'kind' | 'detail'>[] {
  const [first] = hits;
  return first === undefined ? [] : [{ kind: 'subject', detail: `${first.field}: ${first.why} (${first.sureness})` }];
}

function onlyId(catalog: Searcher, id: string): string {
  const [found, second] = [...catalog.search({ recordingId: id.toLowerCase(), limit: 2 })];
  if (found === undefined)
    throw new LongplayError('usage', 'U130', `no recording's id begins with '${id}'`, 'find it with: longplay list ARCHIVE --text …');
  if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${id}'`, 'give more of the id');
  return found.recordingId;
}

/** Returns whether a recording is certainly or possibly within the requested time range. */
export function whereOf({ earliest, latest }: Found, range: TimeWindow): 'in' | 'perhaps' {
  const span = earliest === null || latest === null ? null : { earliestMs: earliest, latestMs: latest };
  return inWindow(span, range) === 'perhaps' ? 'perhaps' : 'in';
}

/** Counts recordings without a time that would match a query without a time range. */
async function timelessOf(catalog: Searcher, query: CatalogQuery, isMeant: (found: Found) => boolean, signal: AbortSignal): Promise<number> {
  const { from: _from, to: _to, ...anyTime } = query;
  let found = 0;
  for (const one of catalog.search({ ...anyTime, undated: true })) {
    await turn();
    signal.throwIfAborted();
    if (isMeant(one)) found++;
  }
  return found;
}
