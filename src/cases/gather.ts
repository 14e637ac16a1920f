import { setImmediate as turn } from 'node:timers/promises';
import type { CaseDocument, CaseReason } from '../archive/case-json.ts';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { startBounds } from '../core/call-filter.ts';
import { LongplayError } from '../core/error.ts';
import type { Finding } from '../core/finding.ts';
import type { Person } from '../core/identity/person.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { caseTime, momentsOf, startOfIso, zoneSpanMs } from './case-times.ts';
import { findCorrelated } from './correlated.ts';
import { findPerson, type Hit, isDamaged, lookInto, refusedFindings, type Searcher, surenessOf } from './find-person.ts';
import { personIn } from './known-person.ts';

/** What is to come into a case. */
export interface CaseAddition {
  /** Ids, or beginnings of ids. */
  readonly ids: readonly string[];
  /** Null: nothing is looked for. */
  readonly query: CatalogQuery | null;
  /** The options of the query, as a reason names them. */
  readonly queryText: string;
  /** Spellings of somebody; null: nobody. With `query.from` and `query.to` as the window. */
  readonly party: readonly string[] | null;
  /** Takes recordings in which it is not certain that it is them, too. */
  readonly uncertain: boolean;
  readonly correlated: boolean;
  /** Everything about the person that the case is about. */
  readonly subject: boolean;
}

/** What was found for a case. */
export interface Gathered {
  /** By recording, each reason why it is to be in the case. */
  readonly reasons: ReadonlyMap<string, readonly CaseReason[]>;
  readonly findings: readonly Finding[];
  /** Of the party: not certain, and left out. */
  readonly uncertainLeftOut: number;
  /** Of the party: without a known time, so that no window holds them. */
  readonly undatedLeftOut: number;
  /** Recordings whose recording.json is damaged or gone. */
  readonly unreadable: number;
}

/** The options of a query as a reason keeps them: without a tag by which reviewers' tags were found, whose text can be erased beside the log, but not in a case. */
export function keptWords(words: readonly string[], { tagged }: CatalogQuery): readonly string[] {
  return tagged === undefined ? words : words.map((word) => (word.startsWith('tag ') ? 'tag of a reviewer' : word));
}

/** Finds what is to come into a case. A server has others to answer meanwhile: they get their turn. @throws LongplayError usage U130, U131 */
export async function gather(
  archiveDir: string,
  catalog: Searcher,
  before: CaseDocument,
  addition: CaseAddition,
  stamp: Pick<CaseReason, 'at' | 'by'>,
  signal: AbortSignal,
): Promise<Gathered> {
  const counts = { uncertainLeftOut: 0, undatedLeftOut: 0, unreadable: 0 };
  const findings: Finding[] = [];
  const reasons = new Map<string, CaseReason[]>();
  const put = (id: string, reason: Pick<CaseReason, 'kind' | 'detail'>): void => {
    reasons.set(id, [...(reasons.get(id) ?? []), { ...reason, ...stamp }]);
  };
  for (const id of addition.ids) put(onlyId(catalog, id), { kind: 'hand', detail: '' });
  const { query, party } = addition;
  if (query !== null && party === null) {
    for (const { recordingId } of catalog.search(query)) {
      await turn();
      signal.throwIfAborted();
      put(recordingId, { kind: 'query', detail: addition.queryText });
    }
  }
  if (party !== null) {
    const person = personIn(archiveDir, catalog, party, before.country, signal);
    const { from: _from, to: _to, zone, limit: _limit, ...others } = query ?? {};
    const { from, to } = startBounds(query ?? {}, zone).moment;
    const window = { fromMs: from === undefined ? null : startOfIso(from), toMs: to === undefined ? null : startOfIso(to) };
    // The index has some times by a clock without zone: a day more on both sides, and the document decides.
    const wide = {
      ...others,
      ...(window.fromMs === null ? {} : { from: dayBefore(window.fromMs) }),
      ...(window.toMs === null ? {} : { to: dayAfter(window.toMs) }),
    };
    const hasWindow = window.fromMs !== null || window.toMs !== null;
    for (const looked of findPerson(archiveDir, catalog, wide, person, signal)) {
      const { found, document, hits } = looked;
      await turn();
      findings.push(...refusedFindings(looked));
      if (isDamaged(looked)) counts.unreadable++;
      const inParties = hits.filter(({ field }) => field.includes('parties['));
      const sureness = surenessOf(inParties.length > 0 ? inParties : hits);
      if (document === null || sureness === null) continue;
      if (hasWindow && !mayBeIn(document, window)) continue;
      if (sureness === 'uncertain' && !addition.uncertain) counts.uncertainLeftOut++;
      else put(found.recordingId, { kind: 'party', detail: `${addition.queryText} (${sureness})` });
    }
    if (hasWindow) counts.undatedLeftOut = await undatedOf(archiveDir, catalog, person, signal);
  }
  if (addition.subject && before.subject !== null) {
    for (const looked of findPerson(archiveDir, catalog, {}, personIn(archiveDir, catalog, before.subject, before.country, signal), signal)) {
      const { found, hits } = looked;
      await turn();
      findings.push(...refusedFindings(looked));
      const sureness = surenessOf(hits);
      if (isDamaged(looked)) counts.unreadable++;
      else if (sureness === 'uncertain' && !addition.uncertain) counts.uncertainLeftOut++;
      else if (sureness !== null) for (const reason of subjectReasons(hits)) put(found.recordingId, reason);
    }
  }
  if (addition.correlated) {
    const members = new Set([...before.recordings.map(({ recordingId }) => recordingId), ...reasons.keys()]);
    const found = await findCorrelated(archiveDir, catalog, members, signal);
    findings.push(...found.findings);
    for (const [id, some] of found.reasons) for (const one of some) put(id, one);
  }
  return { reasons, findings, ...counts };
}

/** Why a recording is in a case about somebody: the surest place that names them. */
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

const dayMs = 86_400_000;

function dayBefore(ms: number): string {
  return isoOf(ms - dayMs);
}

function dayAfter(ms: number): string {
  return isoOf(ms + dayMs);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Whether any moment at which a call may have begun lies in a window. */
function mayBeIn(
  { recording, media }: RecordingDocument,
  { fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number | null },
): boolean {
  const time = caseTime(recording.callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null);
  const [from, to] = [fromMs ?? Number.NEGATIVE_INFINITY, toMs ?? Number.POSITIVE_INFINITY];
  if (time.placement === 'local' && time.local !== null) {
    const clock = Date.parse(`${time.local}Z`);
    return clock + zoneSpanMs.behind >= from && clock - zoneSpanMs.ahead < to;
  }
  return momentsOf(time).some((ms) => ms >= from && ms < to);
}

/** Recordings of somebody that have no time at all. */
async function undatedOf(archiveDir: string, catalog: Searcher, person: Person, signal: AbortSignal): Promise<number> {
  let undated = 0;
  for (const found of catalog.search({ undated: true })) {
    await turn();
    signal.throwIfAborted();
    if (found.start === null && lookInto(archiveDir, found, person).hits.length > 0) undated++;
  }
  return undated;
}
