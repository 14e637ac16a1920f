import { existsSync } from 'node:fs';
import { caseFolder, casesFolder } from '../../archive/documents/case-json.ts';
import { removeErasedSets, syncErasedSets } from '../../archive/documents/erased-sets.ts';
import { readStoredCase, type StoredCase } from '../../archive/documents/stored-case.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { removeTemporaries, temporariesBelow } from '../../archive/files/temporaries.ts';
import { eraseFromCase } from '../../cases/store/erase-from-case.ts';
import { changedMessages, type ErasedMessages, type GoneMessage } from '../../cases/store/erase-messages.ts';
import { readCase } from '../../cases/store/open-case.ts';
import { caseIds } from '../../cases/store/store.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import { type KnownErasure, messagesErased } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { heldCases } from '../../policy/held-cases.ts';
import { requireCopies } from '../../sealing/keyring/keyring.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import type { ListedItems } from '../request/find.ts';
import type { ErasureTools } from '../request/request.ts';
import type { BagEraser } from './bag.ts';
import { caseLogTools, isClosed } from './cases.ts';
import { sessionOf } from './destroy-secrets.ts';
import { ledgerChunks } from './ledger-entries.ts';
import { lossOfCase } from './lost-cases.ts';

/** Result of erasing messages. */
export interface MessagesErased {
  readonly messages: number;
  /** Number of folders of cases that were erased before and existed again or still, e.g. because a run was stopped. */
  readonly folders: number;
  /** Ids of due requests of which a message stays; findings say why. */
  readonly left: ReadonlySet<string>;
}

/** Why messages of a case whose pages are lost for good stay, and what ends that. */
const lostWords =
  'no copy of the keyring has its secrets, as two persons acknowledged: its messages stay, and so does the request until the case is deleted';

/** Request ids by digest of a message, by case. */
type DueMessages = Map<string, Map<string, string>>;

/** Returns the messages of due requests. */
function dueMessages(items: ReadonlyMap<KnownErasure, ListedItems>): DueMessages {
  const due: DueMessages = new Map();
  for (const [{ request }, { parts }] of items)
    for (const part of parts) {
      if (part.kind !== 'message') continue;
      const own = due.get(part.caseId) ?? new Map<string, string>();
      due.set(part.caseId, own);
      if (!own.has(part.digest)) own.set(part.digest, request);
    }
  return due;
}

/** Returns the messages that are erased from cases. @param due messages of due requests; @param isGone erased recordings: messages that name them are erased */
export function erasedMessages(
  due: DueMessages,
  isGone: (recordingId: string) => boolean,
  {
    archive,
    log,
    marks,
    requestOf,
    enter,
    lostPages,
    deletedCases,
  }: Pick<BagEraser, 'archive' | 'log' | 'marks' | 'requestOf' | 'enter' | 'lostPages' | 'deletedCases'>,
  { now, temporary }: Pick<ErasureTools, 'now' | 'temporary'>,
): ErasedMessages {
  const at = now();
  const known = [...log.erasures().messages.values()].flatMap(({ caseId }) => (caseId === null ? caseIds(archive) : [caseId]));
  return {
    cases: new Set([...due.keys(), ...known]),
    erasureOf: (caseId, digest) => {
      const mark = marks.ofMessage(caseId, digest);
      const known = log.erasures().messages.get(mark);
      const request = due.get(caseId)?.get(digest) ?? known?.request;
      return request === undefined ? null : { mark, request, at: known?.at ?? at };
    },
    naming: (caseId, digest, recordingId) => ({ mark: marks.ofMessage(caseId, digest), request: requestOf(recordingId) ?? '', at }),
    isGone,
    enter: async (caseId, gone) => {
      const known = log.erasures().messages;
      const fresh = gone.filter(({ mark }) => !known.has(mark));
      if (fresh.length > 0) await enter(messageEntries(caseId, fresh));
    },
    lostPages,
    deletedCases,
    scratch: temporary,
  };
}

/** Returns the entries of the ledger for messages of a case. */
function messageEntries(caseId: string, gone: readonly Pick<GoneMessage, 'mark' | 'request' | 'isAsked'>[]): NewEntry[] {
  const groups = new Map<string, { readonly request: string; readonly isAsked: boolean; readonly marks: Set<string> }>();
  for (const { mark, request, isAsked } of gone) {
    const key = `${request} ${isAsked}`;
    const group = groups.get(key) ?? { request, isAsked, marks: new Set() };
    group.marks.add(mark);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ request, isAsked, marks }) =>
    ledgerChunks([...marks]).map((some) => ({
      type: messagesErased,
      detail: { request, case: caseId, messages: some.length, marks: some.join(' '), ...(isAsked ? {} : { named: true }) },
    })),
  );
}

/**
 * Erases messages of due requests, and messages of the ledger that a backup brought back. A message of a case on hold stays (E111), and so does one whose file
 * is damaged (E131); its request stays due. Afterwards no case has files that were erased from it.
 * @throws LongplayError incomplete C125 if a case of a sealed archive is in clear: its messages may have come back
 */
export async function* eraseMessages(
  items: ReadonlyMap<KnownErasure, ListedItems>,
  eraser: BagEraser,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, MessagesErased> {
  const { archive } = eraser;
  const due = dueMessages(items);
  const left = new Set<string>();
  const held = due.size === 0 ? null : await heldCases(archive, tools, signal);
  for (const [caseId, own] of due) {
    const stay = held?.of(caseId) ?? null;
    if (stay === null) continue;
    for (const request of new Set(own.values())) {
      left.add(request);
      yield findingEvent(finding('E111', `${casesFolder}/${caseId}`, `request ${request}: its messages stay: ${stay.why}`));
    }
    due.delete(caseId);
  }
  const erased = erasedMessages(due, () => false, eraser, tools);
  const from = {
    isGone: () => false,
    erasureOf: () => {
      throw new Error('no recording is erased here');
    },
    messages: erased,
  };
  let messages = 0;
  for (const caseId of erased.cases) {
    signal.throwIfAborted();
    const folder = caseFolder(archive.dir, caseId);
    if (!existsSync(folder)) continue;
    const asked = new Set(due.get(caseId)?.values());
    if (eraser.deletedCases.has(caseId)) {
      // Its messages stay until it is deleted again.
      for (const request of asked) left.add(request);
      continue;
    }
    try {
      if ((await changedMessages(readCase(archive, folder), erased, signal)).length === 0) continue;
      // If a copy of the keyring is away, nothing may be entered: the case cannot change.
      if (archive.page !== null) await requireCopies(sessionOf(openKeys().session));
      if (asked.size > 0) yield* handOversOf(caseId, eraser);
      const counts = await eraseFromCase(archive, { id: caseId, action: 'messages-erased' }, from, caseLogTools(eraser, tools), signal);
      messages += counts.messages;
      yield { type: 'result', of: 'case-erased', value: { case: caseId, ...counts } };
    } catch (error) {
      const isGone = error instanceof LongplayError && error.code === 'K204';
      const isDamaged = error instanceof UnsoundMessages || (error instanceof LongplayError && ['C101', 'C102'].includes(error.code));
      const isLost = lossOfCase(folder, error, eraser.lostPages) !== null;
      // The secrets of a whole case were destroyed: nobody reads its messages. One without secrets is reported with the recordings (K203).
      if (!isGone && !isDamaged && !isLost && !isClosed(error)) throw error;
      if (isGone) continue;
      for (const request of asked) left.add(request);
      if (isLost && asked.size > 0)
        yield findingEvent(finding('K203', `${casesFolder}/${caseId}`, `${lostWords}: longplay case delete ARCHIVE ${caseId} --reason TEXT`));
      if (isDamaged && error instanceof Error) yield findingEvent(finding('E131', `${casesFolder}/${caseId}`, error.message));
    }
  }
  // Not only of the cases that changed in this run: a stopped run may have replaced case.json, and a backup may have restored the files.
  return { messages, folders: await removeErased(eraser, signal), left };
}

/** Removes from all cases the files that were erased from them, and what killed changes left. @returns the number of their folders that existed */
async function removeErased({ archive, deletedCases }: Pick<BagEraser, 'archive' | 'deletedCases'>, signal: AbortSignal): Promise<number> {
  let folders = 0;
  for (const caseId of caseIds(archive)) {
    signal.throwIfAborted();
    if (deletedCases.has(caseId)) continue;
    const folder = caseFolder(archive.dir, caseId);
    const stored = readableCase(folder);
    if (stored === null) continue;
    folders += await removeErasedSets(folder, stored);
    await syncErasedSets(folder, stored);
    await removeUnfinished(folder, signal);
  }
  return folders;
}

/** Removes what a killed change of a case left under temporary names, e.g. a file of messages that it was adding. Leaves that of a running change. */
async function removeUnfinished(folder: string, signal: AbortSignal): Promise<void> {
  if ((await temporariesBelow(folder)).length === 0) return;
  try {
    await using _lock = await acquireLock(folder, signal);
    await removeTemporaries(folder);
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'A105') throw error;
  }
}

/** Reads case.json; returns null if it is damaged or of a later version, which a verification reports. */
function readableCase(folder: string): StoredCase | null {
  try {
    return readStoredCase(folder);
  } catch (error) {
    if (error instanceof LongplayError && ['C101', 'C102'].includes(error.code)) return null;
    throw error;
  }
}

/** Reports the hand-overs of a case from which messages are erased, because this program cannot reach those copies. */
async function* handOversOf(caseId: string, { entries }: Pick<BagEraser, 'entries'>): AsyncGenerator<PipelineEvent> {
  for await (const { type, seq, time, detail } of entries()) {
    if (type !== 'exported' || detail.case !== caseId) continue;
    const what = typeof detail.handOver === 'number' ? `hand-over ${detail.handOver}` : 'a hand-over';
    const next = 'may have messages that are erased now: ask whoever has it to destroy them';
    yield findingEvent(finding('E129', `log entry ${seq}`, `${what} of case ${caseId} of ${time.slice(0, 10)} ${next}`));
  }
}

/** Enters in the ledger the messages of a request that no longer exist, e.g. because their case was deleted. */
export async function enterMissingMessages(
  { request }: KnownErasure,
  parts: ListedItems['parts'],
  { log, marks, enter }: Pick<BagEraser, 'log' | 'marks' | 'enter'>,
): Promise<void> {
  const missing = new Map<string, GoneMessage[]>();
  for (const part of parts) {
    if (part.kind !== 'message') continue;
    const mark = marks.ofMessage(part.caseId, part.digest);
    if (log.erasures().messages.has(mark)) continue;
    missing.set(part.caseId, [...(missing.get(part.caseId) ?? []), { mark, request, at: '', key: part.key, isAsked: true }]);
  }
  for (const [caseId, gone] of missing) await enter(messageEntries(caseId, gone));
}
