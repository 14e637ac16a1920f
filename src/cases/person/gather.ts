import { setImmediate as turn } from 'node:timers/promises';
import type { CaseDocument, CaseReason } from '../../archive/documents/case-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { windowOf } from '../../core/search/call-filter.ts';
import { inWindow, type TimeWindow, type WindowCounts } from '../../core/time/time-span.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { readable, type SearchedArchive, type Searcher } from '../store/searched-archive.ts';
import { findCorrelated } from './correlated.ts';
import { findPerson, isDamaged, refusedFindings, type SearchedRecording, searchRecording, surenessOf } from './find-person.ts';
import { type PersonValues, personIn, subjectOf } from './known-person.ts';
import type { Hit } from './text-hits.ts';

/** A request to add recordings to a case. */
export interface CaseAddition {
  /** Ids, or prefixes of ids. */
  readonly ids: readonly string[];
  /** Query for recordings; null if there is none. */
  readonly query: CatalogQuery | null;
  /** Options of the query, as a reason in the case quotes them. */
  readonly queryText: string;
  /** Spellings of a person; null if none is requested. `query.from` and `query.to` limit the time. */
  readonly party: PersonValues | null;
  /** True if recordings that only possibly involve the person are added, too. */
  readonly uncertain: boolean;
  readonly correlated: boolean;
  /** True if everything about the data subject of the case is added. */
  readonly subject: boolean;
}

/** Recordings gathered for a case. */
export interface Gathered {
  /** Reasons by recording id. */
  readonly reasons: ReadonlyMap<string, readonly CaseReason[]>;
  readonly findings: readonly Finding[];
  /** Number of uncertain recordings of the person that were left out. */
  readonly uncertainLeftOut: number;
  /** Ids of the first uncertain recordings that were left out, for review. */
  readonly uncertainIds: readonly string[];
  /** How the results relate to the requested time range. Recordings without a time are left out. Null: no range was requested. */
  readonly window: WindowCounts | null;
  /** Number of recordings whose recording.json is damaged or missing. */
  readonly unreadable: number;
}

/** Returns the options of a query as a reason keeps them. Reviewers' tags are left out, because their text can be erased beside the log, but not in a case. */
export function keptWords(words: readonly string[], { tagged }: CatalogQuery): readonly string[] {
  return tagged === undefined ? words : words.map((word) => (word.startsWith('tag ') ? 'tag of a reviewer' : word));
}

/**
 * Finds the recordings to add to a case. Lets a server answer other requests in between.
 * @param stamp user and time of the reasons
 * @throws LongplayError usage U130, U131
 */
export async function gather(
  searched: SearchedArchive,
  before: CaseDocument,
  addition: CaseAddition,
  stamp: Pick<CaseReason, 'at' | 'by'>,
  signal: AbortSignal,
): Promise<Gathered> {
  const gathering: Gathering = { searched, before, addition, basket: createBasket(addition, stamp), signal };
  for (const id of addition.ids) gathering.basket.put(onlyId(searched.catalog, id), { kind: 'hand', detail: '' });
  if (addition.query !== null && addition.party === null) await gatherQuery(gathering, addition.query);
  if (addition.party !== null) await gatherParty(gathering, addition.party);
  if (addition.subject && before.subject !== null) await gatherSubject(gathering);
  if (addition.correlated) await gatherCorrelated(gathering);
  return gathering.basket.gathered();
}

/** Parameters of gathering recordings for a case, and where the result is collected. */
interface Gathering {
  readonly searched: SearchedArchive;
  readonly before: CaseDocument;
  readonly addition: CaseAddition;
  readonly basket: Basket;
  readonly signal: AbortSignal;
}

/** Collects recordings for a case with their reasons, and findings about the recordings that were searched. */
interface Basket {
  /** Adds a reason to a recording. */
  put(id: string, reason: Pick<CaseReason, 'kind' | 'detail'>): void;
  /** Counts an uncertain recording that is left out. */
  leaveOut(found: Found): void;
  /** Reports the files of a recording that cannot be read. */
  report(looked: SearchedRecording): void;
  /** Adds findings. */
  find(findings: readonly Finding[]): void;
  /** Counts a recording by its time. Returns words for its reason if it may have been outside the time range. */
  placed(found: Found): string;
  /** Number of recordings that would match but have no time and are left out; null: no time range was requested. */
  readonly window: { withoutTime: number } | null;
  /** Returns the ids of the recordings that have a reason. */
  ids(): Iterable<string>;
  gathered(): Gathered;
}

function createBasket({ query }: CaseAddition, stamp: Pick<CaseReason, 'at' | 'by'>): Basket {
  const counts = { uncertainLeftOut: 0, unreadable: 0 };
  const uncertainIds: string[] = [];
  const findings: Finding[] = [];
  const reasons = new Map<string, CaseReason[]>();
  const hasRange = query?.from !== undefined || query?.to !== undefined;
  const range = hasRange ? windowOf(query ?? {}, query?.zone) : null;
  const window = hasRange ? { in: 0, perhaps: 0, withoutTime: 0 } : null;
  return {
    put: (id, reason) => void reasons.set(id, [...(reasons.get(id) ?? []), { ...reason, ...stamp }]),
    leaveOut: ({ recordingId }) => {
      counts.uncertainLeftOut++;
      if (uncertainIds.length < idsTold) uncertainIds.push(recordingId);
    },
    report: (looked) => {
      findings.push(...refusedFindings(looked));
      if (isDamaged(looked)) counts.unreadable++;
    },
    find: (more) => void findings.push(...more),
    placed: (found) => {
      const where = range === null ? 'in' : whereOf(found, range);
      if (window !== null) window[where]++;
      return where === 'perhaps' ? '; perhaps: its time is not certain' : '';
    },
    window,
    ids: () => reasons.keys(),
    gathered: () => ({ reasons, findings, ...counts, uncertainIds, window }),
  };
}

/** Gathers all recordings that match a query. */
async function gatherQuery({ searched, addition, basket, signal }: Gathering, query: CatalogQuery): Promise<void> {
  for (const found of searched.catalog.search(query)) {
    await turn();
    signal.throwIfAborted();
    basket.put(found.recordingId, { kind: 'query', detail: `${addition.queryText}${basket.placed(found)}` });
  }
  if (basket.window !== null) basket.window.withoutTime = await timelessOf(searched, query, null, signal);
}

/** Gathers those recordings of a person that match the query. */
async function gatherParty({ searched, before, addition, basket, signal }: Gathering, party: PersonValues): Promise<void> {
  const person = await personIn(searched, party, before.country, signal);
  const { limit: _limit, ...asked } = addition.query ?? {};
  for await (const looked of findPerson(searched, asked, person, signal)) {
    const { found, document, hits } = looked;
    await turn();
    basket.report(looked);
    const sureness = surenessOf(hits);
    if (document === null || sureness === null) continue;
    if (sureness === 'uncertain' && !addition.uncertain) basket.leaveOut(found);
    else basket.put(found.recordingId, { kind: 'party', detail: `${addition.queryText} (${sureness}${basket.placed(found)})` });
  }
  const isTheirs = (found: Found): boolean => searchRecording(searched.archive.dir, found, person).hits.length > 0;
  if (basket.window !== null) basket.window.withoutTime = await timelessOf(searched, asked, isTheirs, signal);
}

/** Gathers everything about the data subject of the case. */
async function gatherSubject({ searched, before, addition, basket, signal }: Gathering): Promise<void> {
  const person = await personIn(searched, subjectOf(before), before.country, signal, before.decisions);
  for await (const looked of findPerson(searched, {}, person, signal)) {
    const { found, hits } = looked;
    await turn();
    basket.report(looked);
    if (isDamaged(looked)) continue;
    const sureness = surenessOf(hits);
    if (sureness === 'uncertain' && !addition.uncertain) basket.leaveOut(found);
    else if (sureness !== null) for (const reason of subjectReasons(hits)) basket.put(found.recordingId, reason);
  }
}

/** Gathers recordings that share a key with recordings of the case or with gathered ones. */
async function gatherCorrelated({ searched, before, basket, signal }: Gathering): Promise<void> {
  const members = new Set([...before.recordings.map(({ recordingId }) => recordingId), ...basket.ids()]);
  const found = await findCorrelated(searched, members, signal);
  basket.find(found.findings);
  for (const [id, some] of found.reasons) for (const one of some) basket.put(id, one);
}

/** Largest number of uncertain recordings whose ids are reported. */
const idsTold = 100;

/** Returns the reason why a recording is in a case about a data subject: the most certain place that names the data subject. */
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

/**
 * Counts recordings without a time that would match a query without a time range.
 * @param isMeant reads a recording and decides whether it counts; null: all of them count, and none is read
 */
async function timelessOf(
  searched: SearchedArchive,
  query: CatalogQuery,
  isMeant: ((found: Found) => boolean) | null,
  signal: AbortSignal,
): Promise<number> {
  const { from: _from, to: _to, ...anyTime } = query;
  let found = 0;
  const undated = searched.catalog.search({ ...anyTime, undated: true });
  for await (const one of isMeant === null ? undated : readable(searched, undated)) {
    await turn();
    signal.throwIfAborted();
    if (isMeant === null || isMeant(one)) found++;
  }
  return found;
}
