import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DueState, dueState, isOverdue } from '../../archive/documents/case-due.ts';
import { type CaseDocument, caseFolder, deletingMark } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, refusalOf } from '../../core/base/error.ts';
import { reasonText } from '../../core/base/given-reason.ts';
import { finding } from '../../core/findings/finding.ts';
import { planOf } from '../../core/numbers/number-reading.ts';
import { createHandOverTimes, readCaseHistories } from '../../log/read/case-digests.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../../pipeline/open/bag-verification.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { type CaseAddition, type Gathered, gather, keptWords } from '../person/gather.ts';
import { deletedAmong, explainErased, findOutdated, outdatedFinding, returnedFinding } from '../store/case-state.ts';
import { openCaseArchive } from '../store/open-case.ts';
import { countReview, type ReviewCounts } from '../store/review-state.ts';
import {
  type CaseTools,
  caseIds,
  changeCase,
  createCase,
  findCase,
  type NewCase,
  openCase,
  withoutRecordings,
  withRecordings,
} from '../store/store.ts';
import { caseSearch, requestWords, withSearch } from './case-search.ts';

/** Tools for work on a case. */
export interface CaseWork extends CaseTools {
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** Parses a calling code and returns its digits. @throws LongplayError usage C105 */
export function countryOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const code = planOf(text)?.countryCode ?? null;
  if (code === null) throw new LongplayError('usage', 'C105', `'${text.slice(0, 20)}' is no calling code of a country`, 'give it as +46');
  return code;
}

/** Opens a new case. */
export async function* newCase(archiveDir: string, wanted: NewCase, tools: CaseTools): AsyncGenerator<PipelineEvent, CaseDocument> {
  const document = await createCase(await openCaseArchive(archiveDir), wanted, tools);
  yield { type: 'result', of: 'case', value: headOf(document) };
  return document;
}

/** Returns the facts of a case that a list shows. */
export function headOf({ id, title, createdAt, createdBy, recordings, messages }: CaseDocument): Readonly<Record<string, unknown>> {
  return { id, title, createdAt, createdBy, recordings: recordings.length, messages: messages.reduce((sum, one) => sum + one.messages, 0) };
}

/** Result of listing cases. */
export interface ListedCases {
  readonly cases: number;
  readonly damaged: number;
  readonly missing: number;
  /** Number of cases whose deadline has passed without a hand-over since the deadline was set. */
  readonly overdue: number;
}

/**
 * Lists the cases of an archive, oldest first. A case that cannot be read is a finding, as is a missing case that the log names.
 * @param memory folder with this machine's keys and its memory of logs
 * @param withinDays only cases that are overdue or due within this many days; null: all
 */
export async function* listCases(
  archiveDir: string,
  { keys: memory, now }: Pick<CaseTools, 'keys' | 'now'>,
  withinDays: number | null,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ListedCases> {
  const archive = await openCaseArchive(archiveDir);
  const handedOver = createHandOverTimes();
  const log = await readCaseHistories(archive, memory, signal, handedOver.take).catch((error: unknown) => {
    if (!(error instanceof LongplayError)) throw error;
    return error;
  });
  const counts = { cases: 0, damaged: 0, overdue: 0 };
  const deleted = log instanceof LongplayError ? new Set<string>() : deletedAmong(log);
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    if (deleted.has(id)) {
      const folder = caseFolder(archive.dir, id);
      if (existsSync(folder) && !existsSync(join(folder, deletingMark))) yield findingEvent(returnedFinding(id));
      continue;
    }
    try {
      const { document } = findCase(archive, id);
      const outdated =
        log instanceof LongplayError || outdatedFinding(archive, id, log) === null ? null : await findOutdated(archive, id, memory, signal);
      if (outdated !== null) yield findingEvent(outdated);
      const state = dueState(document, handedOver.of.get(id) ?? [], now());
      if (withinDays !== null && (state.daysLeft === null || state.metAt !== null || state.daysLeft > withinDays)) continue;
      yield { type: 'result', of: 'case', value: { ...headOf(document), handOvers: handedOver.of.get(id)?.length ?? 0, ...state } };
      counts.cases++;
      if (isOverdue(state)) counts.overdue++;
    } catch (thrown) {
      const error = await explainErased(archive, id, thrown, memory, signal);
      if (!(error instanceof LongplayError)) throw error;
      const refused = refusalOf(error.cause);
      if (refused !== null) {
        yield findingEvent(finding('P175', `cases/${id}/case.json`, `it cannot be read (${refused}); the case is not listed`));
        continue;
      }
      counts.damaged++;
      yield { type: 'finding', code: error.code, place: `cases/${id}/case.json`, message: error.message };
    }
  }
  // All cases that can be listed without the log have been listed.
  if (log instanceof LongplayError) throw log;
  const missing = [...log].flatMap(([id, { deleted }]) => (deleted || existsSync(caseFolder(archive.dir, id)) ? [] : [id]));
  for (const id of missing) yield findingEvent(finding('C127', `cases/${id}`, 'is missing, and the log does not record its deletion'));
  return { ...counts, missing: missing.length };
}

/** A case and the state of its deadline. */
export interface ShownCase extends DueState {
  readonly document: CaseDocument;
  readonly handOvers: number;
  readonly review: ReviewCounts;
}

/** Yields the recordings of a case with all reasons, and returns the case. */
export async function* showCase(
  archiveDir: string,
  wanted: string,
  { keys, now }: Pick<CaseTools, 'keys' | 'now'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ShownCase> {
  const archive = await openCaseArchive(archiveDir);
  const { document } = await openCase(archive, wanted, keys, signal);
  const handedOver = createHandOverTimes();
  try {
    await readCaseHistories(archive, keys, signal, handedOver.take);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    yield { type: 'finding', code: error.code, place: 'log', message: error.message };
  }
  const outdated = await findOutdated(archive, document.id, keys, signal);
  if (outdated !== null) yield findingEvent(outdated);
  const times = handedOver.of.get(document.id) ?? [];
  yield { type: 'result', of: 'document', value: { document } };
  return { document, handOvers: times.length, review: countReview(document), ...dueState(document, times, now()) };
}

/** Result of adding recordings to a case. */
export interface Added extends Pick<Gathered, 'uncertainLeftOut' | 'uncertainIds' | 'window' | 'unreadable'> {
  readonly id: string;
  /** Number of recordings that are new in the case. */
  readonly added: number;
  readonly recordings: number;
}

/** A request to add recordings to a case, expressed as a query of the archive. */
export interface AdditionRequest extends Omit<CaseAddition, 'query' | 'queryText'> {
  readonly query: ArchiveQuery | null;
  /** The options without the time range, as a reason in the case quotes them. */
  readonly words: readonly string[];
}

/** Adds recordings to a case, each with the reason why it was added. @throws LongplayError usage U130, U131, U132 */
export async function* addToCase(
  archiveDir: string,
  wanted: string,
  { words, ...asked }: AdditionRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Added> {
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive, catalog } = opened;
  const before = (await openCase(archive, wanted, tools.keys, signal)).document;
  const query = asked.query === null ? null : yield* catalogQuery(archive, catalog, asked.query, signal);
  const times = [...(query?.from === undefined ? [] : [`from ${query.from} UTC`]), ...(query?.to === undefined ? [] : [`to ${query.to} UTC`])];
  const said = [...(query === null ? words : keptWords(words, query)), ...times];
  const addition = { ...asked, query, queryText: said.join(', ') };
  const { reasons, findings, ...counts } = await gather(opened, before, addition, { at: tools.now(), by: tools.user() }, signal);
  for (const one of findings) yield findingEvent(one);
  const search = caseSearch(requestWords(asked, addition.queryText), { reasons, ...counts }, { at: tools.now(), by: tools.user() });
  let fresh = 0;
  const after = await changeCase(
    archive,
    wanted,
    {
      action: 'recordings-added',
      change: async (document) => {
        const changed = withRecordings(document, reasons);
        fresh = changed.fresh;
        return withSearch(document, changed.document, search);
      },
    },
    tools,
    signal,
  );
  return { id: after.id, added: fresh, recordings: after.recordings.length, ...counts };
}

/** A request to remove recordings from a case. */
export interface RemovalRequest {
  /** Ids, or prefixes of ids. */
  readonly ids: readonly string[];
  readonly reason: string;
}

/**
 * Removes recordings from a case, which keeps the reason for each removal. The recordings remain in the archive.
 * @throws LongplayError usage C106 if a recording is not in the case; U317 if the reason is too long
 */
export async function* removeFromCase(
  archiveDir: string,
  wanted: string,
  { ids, reason }: RemovalRequest,
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly removed: number; readonly recordings: number }> {
  const archive = await openCaseArchive(archiveDir);
  const why = { reason: reasonText(reason), at: tools.now(), by: tools.user() };
  let removed = 0;
  const after = await changeCase(
    archive,
    wanted,
    {
      action: 'recordings-removed',
      change: async (document) => {
        const gone = new Set(ids.map((id) => memberOf(document, id)));
        removed = gone.size;
        return withoutRecordings(document, gone, why);
      },
    },
    tools,
    signal,
  );
  return { id: after.id, removed, recordings: after.recordings.length };
}

/** Returns the recording of a case whose id begins with a prefix. @throws LongplayError usage C106 */
export function memberOf({ id, recordings }: CaseDocument, wanted: string): string {
  const found = recordings.filter(({ recordingId }) => recordingId.startsWith(wanted.toLowerCase()));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new LongplayError(
      'usage',
      'C106',
      `${found.length === 0 ? 'no recording' : agree`${found.length} recording[s]`} of case ${id} ${found.length === 0 ? 'has' : 'have'} an id that begins with '${wanted}'`,
      'see them with: longplay case show',
    );
  return only.recordingId;
}
