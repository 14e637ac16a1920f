import type { CaseDocument, CaseReason } from '../archive/case-json.ts';
import { openArchive } from '../archive/layout.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { LongplayError } from '../core/error.ts';
import { planOf } from '../core/number-reading.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events.ts';
import { openForReading } from '../pipeline/open-archive.ts';
import { type CaseTools, caseIds, changeCase, createCase, findCase, type NewCase, withoutRecordings, withRecordings } from './case-store.ts';
import { caseTime, momentsOf, startOfIso, zoneSpanMs } from './case-times.ts';
import { findCorrelated } from './correlated.ts';
import { findPerson, lookInto, surenessOf } from './find-person.ts';
import { type Person, personOf } from './person.ts';

/** What a case work needs. */
export interface CaseWork extends CaseTools {
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** A calling code as users give it, as digits. @throws LongplayError usage C105 */
export function countryOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const code = planOf(text)?.countryCode ?? null;
  if (code === null) throw new LongplayError('usage', 'C105', `'${text.slice(0, 20)}' is no calling code of a country`, 'give it as +46');
  return code;
}

/** Opens a new case. */
export async function* newCase(archiveDir: string, wanted: NewCase, tools: CaseTools): AsyncGenerator<PipelineEvent, CaseDocument> {
  const document = await createCase(await openArchive(archiveDir), wanted, tools);
  yield { type: 'result', of: 'case', value: headOf(document) };
  return document;
}

/** What a listing says of a case. */
export function headOf({ id, title, createdAt, createdBy, recordings, messages }: CaseDocument): Readonly<Record<string, unknown>> {
  return { id, title, createdAt, createdBy, recordings: recordings.length, messages: messages.reduce((sum, one) => sum + one.messages, 0) };
}

/** The cases of an archive, oldest first; one that cannot be read is a finding. */
export async function* listCases(
  archiveDir: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly cases: number; readonly damaged: number }> {
  const archive = await openArchive(archiveDir);
  let cases = 0;
  let damaged = 0;
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    try {
      yield { type: 'result', of: 'case', value: headOf(findCase(archive, id).document) };
      cases++;
    } catch (error) {
      if (!(error instanceof LongplayError)) throw error;
      damaged++;
      yield { type: 'finding', code: error.code, place: `cases/${id}/case.json`, message: error.message };
    }
  }
  return { cases, damaged };
}

/** A case with all its reasons. */
export async function* showCase(archiveDir: string, wanted: string): AsyncGenerator<PipelineEvent, CaseDocument> {
  const { document } = findCase(await openArchive(archiveDir), wanted);
  yield { type: 'result', of: 'document', value: { document } };
  return document;
}

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
}

/** What came into a case. */
export interface Added {
  readonly id: string;
  /** New in the case. */
  readonly added: number;
  readonly recordings: number;
  /** Of the party: not certain, and left out. */
  readonly uncertainLeftOut: number;
  /** Of the party: without a known time, so that no window holds them. */
  readonly undatedLeftOut: number;
  /** Recordings whose recording.json could not be read. */
  readonly unreadable: number;
}

/** Puts recordings into a case, each with the reason why. @throws LongplayError usage U130, U131, U132 */
export async function* addToCase(
  archiveDir: string,
  wanted: string,
  addition: CaseAddition,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Added> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive, catalog } = opened;
  const before = findCase(archive, wanted).document;
  const counts = { uncertainLeftOut: 0, undatedLeftOut: 0, unreadable: 0 };
  const stamp = { at: tools.now(), by: tools.user() };
  const reasons = new Map<string, CaseReason[]>();
  const put = (id: string, reason: Pick<CaseReason, 'kind' | 'detail'>): void => {
    reasons.set(id, [...(reasons.get(id) ?? []), { ...reason, ...stamp }]);
  };
  for (const id of addition.ids) put(onlyId(catalog, id), { kind: 'hand', detail: '' });
  const { query, party } = addition;
  if (query !== null && party === null)
    for (const { recordingId } of catalog.search(query)) put(recordingId, { kind: 'query', detail: addition.queryText });
  if (party !== null) {
    const person = personOf(party, before.country);
    const { from, to, limit: _limit, ...others } = query ?? {};
    const window = { fromMs: from === undefined ? null : startOfIso(from), toMs: to === undefined ? null : startOfIso(to) };
    // The index has some times by a clock without zone: a day more on both sides, and the document decides.
    const wide = {
      ...others,
      ...(window.fromMs === null ? {} : { from: dayBefore(window.fromMs) }),
      ...(window.toMs === null ? {} : { to: dayAfter(window.toMs) }),
    };
    const hasWindow = window.fromMs !== null || window.toMs !== null;
    for (const { found, document, hits } of findPerson(archive.dir, catalog, wide, person, signal)) {
      if (document === null) counts.unreadable++;
      const inParties = hits.filter(({ field }) => field.includes('parties['));
      const sureness = surenessOf(inParties.length > 0 ? inParties : hits);
      if (document === null || sureness === null) continue;
      if (hasWindow && !mayBeIn(document, window)) continue;
      if (sureness === 'uncertain' && !addition.uncertain) counts.uncertainLeftOut++;
      else put(found.recordingId, { kind: 'party', detail: `${addition.queryText} (${sureness})` });
    }
    if (hasWindow) counts.undatedLeftOut = undatedOf(archive.dir, catalog, person, signal);
  }
  if (addition.correlated) {
    const found = findCorrelated(
      archive.dir,
      catalog,
      new Set([...before.recordings.map(({ recordingId }) => recordingId), ...reasons.keys()]),
      signal,
    );
    for (const one of found.findings) yield findingEvent(one);
    for (const [id, some] of found.reasons) for (const one of some) put(id, one);
  }
  let fresh = 0;
  const after = await changeCase(
    archive,
    wanted,
    'recordings-added',
    async (document) => {
      const changed = withRecordings(document, reasons);
      fresh = changed.fresh;
      return changed.document;
    },
    tools,
    signal,
  );
  return { id: after.id, added: fresh, recordings: after.recordings.length, ...counts };
}

function onlyId(catalog: Catalog, id: string): string {
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
function undatedOf(archiveDir: string, catalog: Catalog, person: Person, signal: AbortSignal): number {
  let undated = 0;
  for (const found of catalog.search({})) {
    signal.throwIfAborted();
    if (found.start === null && lookInto(archiveDir, found, person).hits.length > 0) undated++;
  }
  return undated;
}

/** Takes recordings out of a case, which keeps why. They stay in the archive. @throws LongplayError usage C106: one is not in it; C116: the reason is too long */
export async function* removeFromCase(
  archiveDir: string,
  wanted: string,
  ids: readonly string[],
  reason: string,
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly removed: number; readonly recordings: number }> {
  const archive = await openArchive(archiveDir);
  const why = { reason: reasonOf(reason), at: tools.now(), by: tools.user() };
  let removed = 0;
  const after = await changeCase(
    archive,
    wanted,
    'recordings-removed',
    async (document) => {
      const gone = new Set(ids.map((id) => memberOf(document, id)));
      removed = gone.size;
      return withoutRecordings(document, gone, why);
    },
    tools,
    signal,
  );
  return { id: after.id, removed, recordings: after.recordings.length };
}

/** A reason as a case keeps it: one line. @throws LongplayError usage C116 */
export function reasonOf(text: string): string {
  const plain = text.replace(/\s+/gu, ' ').trim();
  if (plain.length > 500)
    throw new LongplayError('usage', 'C116', `the reason has ${plain.length} characters, more than 500`, 'say it in a sentence');
  return plain;
}

function memberOf({ id, recordings }: CaseDocument, wanted: string): string {
  const found = recordings.filter(({ recordingId }) => recordingId.startsWith(wanted.toLowerCase()));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new LongplayError(
      'usage',
      'C106',
      `${found.length === 0 ? 'no recording' : `${found.length} recordings`} of case ${id} ${found.length === 0 ? 'has' : 'have'} an id that begins with '${wanted}'`,
      'see them with: longplay case show',
    );
  return only.recordingId;
}
