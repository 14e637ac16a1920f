import { randomBytes } from 'node:crypto';
import { casesFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { deletedCases, findOutdated } from '../../cases/store/case-state.ts';
import { namingFiles } from '../../cases/store/naming-messages.ts';
import { caseIds, findCaseId } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import { type ErasureGround, erasureRequested, type KnownErasure } from '../../log/erasure/known-erasures.ts';
import { type ErasureMarks, openErasureMarks } from '../../log/keys/erasure-marks.ts';
import { type ArchiveLog, openLog } from '../../log/log.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { reportHeldMessages, reportProtected } from './due-recordings.ts';
import { selectFiles } from './files.ts';
import { reportHeldRows } from './held-rows.ts';
import { selectMessages } from './messages.ts';
import { partText } from './parts.ts';
import { type PersonMessages, personMessages } from './person-messages.ts';
import { type Selection, selectRecordings } from './recordings.ts';
import { remainingDocuments } from './remaining-documents.ts';
import { selectRows } from './rows.ts';
import { sharedDocuments } from './shared-documents.ts';

/** A request to erase recordings. */
export interface NewErasure extends Selection {
  readonly ground: ErasureGround;
  /** Files to be erased alone, as `selectFiles` reads them; empty: the recordings are erased completely. */
  readonly only: readonly string[];
  /** Reason in one sentence. It is kept beside the log and erased with the recordings. */
  readonly why: string;
  /** Time between approval and execution. */
  readonly waitMs: number;
  /** Day by which the request is to be executed, `YYYY-MM-DD`; null: one month from now. */
  readonly due: string | null;
}

/** Tools for the steps of an erasure. */
export interface ErasureTools extends EntryTools {
  readonly temporary: string;
}

/** A request that was entered. */
export interface Requested {
  readonly request: string;
  readonly recordings: number;
  /** Number of rows, files and messages. */
  readonly parts: number;
  readonly due: string;
}

/** A request to erase that was entered. */
export interface RequestedErasure extends Requested, Pick<PersonMessages, 'unsearched'> {
  /** Number of messages among the parts. */
  readonly messages: number;
  /** Number of these messages that a hold on their case protects now. */
  readonly heldMessages: number;
  /** Number of rows among the parts that must not be erased now. */
  readonly heldRows: number;
  /** Number of recordings that are not due by retention, if that is the ground. */
  readonly notDue: number;
  /** Number of recordings that a hold or a rule protects now, if the ground is another. */
  readonly kept: number;
  /** Number of recordings and messages of the case that were left out because nobody has decided whether they concern the person. */
  readonly undecided: number;
}

/**
 * Enters a request to erase recordings. Erases nothing: a second person must approve it.
 * @throws LongplayError usage C117, E101, E127, E132, E136, U130, U131, U317; incomplete E106, and those of `openLog`
 */
export async function* requestErasure(
  archiveDir: string,
  asked: NewErasure,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RequestedErasure> {
  const reason = givenReason(asked.why);
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive } = opened;
  const selected = yield* selectRecordings(opened, asked, tools.keys, signal);
  const { ids, undecided } = selected;
  // If only files are erased, the recordings stay.
  const whole = asked.only.length > 0 ? [] : ids;
  const chosen = asked.only.length > 0 ? selectFiles(opened, ids, asked.only, signal) : [];
  for (const [id, only] of selected.parts) chosen.push(...selectFiles(opened, [id], only, signal));
  const shared = sharedDocuments(opened, { whole, files: chosen }, signal);
  const files = [...chosen, ...shared.parts];
  const remaining = remainingDocuments(opened, { whole, files }, signal);
  const named = await selectMessages(archive, asked.messages, tools.keys, signal);
  const found = asked.caseId === null || asked.only.length > 0 ? null : yield* personMessages(archive, asked.caseId, tools.keys, signal);
  const messages = new Map([...named, ...(found?.parts ?? [])].map((part) => [`${part.caseId} ${part.digest}`, part]));
  const rows = await selectRows(archive, asked.rows, signal);
  const parts = [...rows.map(({ part }) => part), ...messages.values(), ...files];
  if (ids.length + parts.length === 0)
    throw new LongplayError(
      'usage',
      'E101',
      'no recording was chosen',
      'give ids, options of `longplay list`, --from-case, --row or --message; see longplay list ARCHIVE',
    );
  const kept = yield* reportProtected(opened, { ids, touched: files.map(({ recordingId }) => recordingId) }, asked.ground, tools, signal);
  const heldMessages = yield* reportHeldMessages(archive, messages.values(), tools, signal);
  const heldRows = yield* reportHeldRows(opened, rows, asked.ground, tools, signal);
  for (const one of [...shared.findings, ...remaining]) yield findingEvent(one);
  for (const id of new Set([
    ...(asked.caseId === null ? [] : [findCaseId(archive, asked.caseId)]),
    ...parts.flatMap((one) => (one.kind === 'message' ? [one.caseId] : [])),
  ])) {
    const outdated = await findOutdated(archive, id, tools.keys, signal);
    if (outdated !== null) yield findingEvent(outdated);
  }
  yield* messagesAbout(archive, new Set(whole), await deletedCases(archive, tools.keys, signal));
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const marks = await openErasureMarks(tools.keys, archive.id, log.erasures());
  const due = asked.due ?? oneMonthAfter(tools.now());
  const texts = parts.map(partText);
  const made = yield* enterRequest(log, {
    ids: whole,
    texts,
    reason,
    ground: asked.ground,
    marks,
    due,
    waitMs: asked.waitMs,
  });
  return {
    ...made,
    messages: messages.size,
    heldMessages,
    heldRows,
    ...(asked.ground === 'retention' ? { notDue: kept, kept: 0 } : { notDue: 0, kept }),
    unsearched: found?.unsearched ?? 0,
    undecided: undecided + (found?.undecided ?? 0),
  };
}

/** Reports files of messages that name recordings of a request: these messages are erased with them. */
function* messagesAbout(archive: Archive, ids: ReadonlySet<string>, deleted: ReadonlySet<string>): Generator<PipelineEvent> {
  if (ids.size === 0) return;
  const cases = caseIds(archive).filter((id) => !deleted.has(id));
  for (const { caseId, set, ids: named } of namingFiles(archive, cases, (id) => ids.has(id)))
    yield findingEvent(
      finding(
        'E133',
        `${casesFolder}/${caseId}/messages/${set}`,
        agree`messages in it name ${named.size} recording[s] of the request, and are erased with [it|them]`,
      ),
    );
}

/** Members of a request that are entered. */
interface EnteredRequest extends Pick<KnownErasure, 'ground' | 'due' | 'waitMs'> {
  /** Marks of the archive's ledger; the request names their secret. */
  readonly marks: ErasureMarks;
  readonly ids: readonly string[];
  /** Parts, as texts. */
  readonly texts: readonly string[];
  readonly reason: string;
}

/** Enters a request with the list of the recordings and parts to which it refers. */
export async function* enterRequest(
  log: ArchiveLog,
  { ids, texts, reason, ground, marks, due, waitMs }: EnteredRequest,
): AsyncGenerator<PipelineEvent, Requested> {
  const request = randomBytes(4).toString('hex');
  const counts = { recordings: ids.length, ...(texts.length > 0 ? { parts: texts.length } : {}) };
  const detail = { request, ground, ...counts, set: marks.ofSet([...ids, ...texts]), ledger: marks.key, due, waitMs };
  const entries: NewEntry[] = [];
  const size = limits.logDetailRecordings;
  for (let at = 0; at < Math.max(ids.length, texts.length); at += size) {
    const some = texts.slice(at, at + size);
    const details = { ...(at === 0 ? { reason } : {}), recordings: ids.slice(at, at + size), ...(some.length > 0 ? { parts: some } : {}) };
    entries.push({ type: erasureRequested, detail, details });
  }
  await log.appendAll(entries);
  yield { type: 'result', of: 'erasure', value: { request, ...counts, due } };
  return { request, recordings: ids.length, parts: texts.length, due };
}

/** Returns the day one month after a time: Regulation (EU) 2016/679, Article 12(3), counted as in Regulation (EEC) 1182/71, Article 3(2)(c). */
export function oneMonthAfter(time: string): string {
  const from = new Date(time);
  const year = from.getUTCFullYear();
  const month = from.getUTCMonth() + 1;
  // If the month has no such day, its last day counts.
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(from.getUTCDate(), last))).toISOString().slice(0, 10);
}
