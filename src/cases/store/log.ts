import { existsSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { type CaseDocument, type CaseMessages, caseFileName, deletingMark, pendingCaseName } from '../../archive/documents/case-json.ts';
import { removeErasedSets } from '../../archive/documents/erased-sets.ts';
import { oldDocuments, pendingCase, readStoredCase, setsOfCase, storedCaseBytes } from '../../archive/documents/stored-case.ts';
import { cannotWrite, syncFolder, writeDurable } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { caseChanged, lackingMember, readCaseHistories } from '../../log/read/case-digests.ts';
import { type EntryTools, enterOne, type NotEntered } from '../../pipeline/open/enter-one.ts';
import type { NextStored } from './case-change.ts';

/** Tools for logging actions on cases. */
export interface CaseLogTools extends EntryTools {
  /**
   * Writes an entry; provided by a server that keeps the log open and knows the user. Returns null if the entry was written; else the reason why not. Absent:
   * the log is opened for each entry.
   */
  readonly enter?: (type: EntryType, detail: LogDetail, details?: PrivateDetail) => Promise<string | null>;
}

/** An action on a case, as its entry names it. */
export type CaseAction =
  | 'opened'
  | 'recordings-added'
  | 'recordings-removed'
  | 'recordings-erased'
  | 'messages-erased'
  | 'messages-added'
  | 'compared'
  | 'decided'
  | 'reviewed'
  | 'deadline-set'
  | 'accepted'
  | 'sealed';

/** Logs an action on a case. @returns null if the entry was written; else the reason why not */
export async function logCaseAction(
  archive: Archive,
  type: EntryType,
  detail: LogDetail,
  tools: CaseLogTools,
  details: PrivateDetail = {},
): Promise<NotEntered | null> {
  if (tools.enter === undefined) return enterOne(archive, type, detail, tools, details);
  const reason = await tools.enter(type, detail, details);
  return reason === null ? null : { reason, isFault: true };
}

/** Logs a file of messages of a case. @returns null if the entry was written; else the reason why not */
export async function logMessages(
  archive: Archive,
  id: string,
  { set, messages, files: [original] }: CaseMessages,
  tools: CaseLogTools,
): Promise<NotEntered | null> {
  // The digest is not logged for a sealed case, because it would confirm a guess at a message; there, case.json has a commitment.
  const detail: LogDetail = { case: id, set, messages, ...(archive.page === null ? { sha256: original?.sha256 ?? null } : {}) };
  return await logCaseAction(archive, 'case-messages', detail, tools);
}

/** Logs that a case was handed over, and which recordings were. @returns null if the entry was written; else the reason why not */
export async function logExport(
  archive: Archive,
  detail: LogDetail & { readonly case: string },
  recordings: readonly string[],
  tools: CaseLogTools,
): Promise<NotEntered | null> {
  const most = limits.logDetailRecordings;
  if (recordings.length <= most) return await logCaseAction(archive, 'exported', detail, tools, { recordings });
  for (let at = 0; at < recordings.length; at += most) {
    const part = recordings.slice(at, at + most);
    const refusal = await logCaseAction(archive, 'export-begun', { case: detail.case, recordings: part.length }, tools, { recordings: part });
    if (refusal !== null) return refusal;
  }
  return await logCaseAction(archive, 'exported', detail, tools);
}

/** Logs that a hand-over has its final name. @returns null if the entry was written; else the reason why not */
export async function logHandOver(
  archive: Archive,
  detail: { readonly case: string; readonly handOver: number },
  tools: CaseLogTools,
): Promise<NotEntered | null> {
  return await logCaseAction(archive, 'handed-over', detail, tools);
}

/** Logs the next case.json. @throws LongplayError C115 if it cannot be logged; the case must then remain unchanged */
export async function logCaseChange(
  archive: Archive,
  { document, stored, action, lacking }: Pick<NextCase, 'document' | 'stored' | 'action' | 'lacking'>,
  tools: CaseLogTools,
  details: PrivateDetail = {},
): Promise<void> {
  const detail: LogDetail = {
    case: document.id,
    deed: action,
    recordings: document.recordings.length,
    messages: document.messages.reduce((sum, one) => sum + one.messages, 0),
    sha256: sha256Hex(storedCaseBytes(stored)),
    // If case.json is lost, an erasure of the case finds its secrets by this page.
    ...(stored.version === 2 ? { page: stored.document.page } : {}),
    ...(lacking === undefined ? {} : { [lackingMember]: lacking }),
  };
  const refusal = await logCaseAction(archive, caseChanged, detail, tools, details);
  if (refusal !== null)
    throw new LongplayError(
      'incomplete',
      'C115',
      `the case was not changed, because the log cannot be written: ${refusal.reason}`,
      'fix that, or work on the machine that has the key of the archive; then repeat the command',
    );
}

/** The next state of a case. */
interface NextCase extends NextStored {
  readonly document: CaseDocument;
  readonly action: CaseAction;
  /** Number of earlier changes, without erasures, that the state lacks from which something was erased; absent: it lacks none. */
  readonly lacking?: number;
}

/**
 * Replaces case.json in four steps: writes the new one beside the old one as a pending change, writes the files that only the new one names, logs its digest,
 * and renames it. If the run is killed before the log entry, the case is unchanged. If it is killed after the entry, the pending file is the logged one, and
 * the next change finishes it.
 * @throws LongplayError C115, A107
 */
export async function writeCaseEntered(archive: Archive, folder: string, next: NextCase, tools: CaseLogTools): Promise<void> {
  await writeDurable(join(folder, pendingCaseName), storedCaseBytes(next.stored));
  for (const work of next.works) await work();
  // If this fails, the pending file remains: an entry that took too long may still be written, and would make it the logged one.
  await logCaseChange(archive, next, tools);
  await land(folder);
  await removeOldDocuments(folder);
}

/** Finishes a change that a killed run had logged, and removes one that it had not logged. The caller must have locked the case. @throws LongplayError A107 */
export async function settleCase(archive: Archive, folder: string, id: string, tools: CaseLogTools, signal: AbortSignal): Promise<void> {
  // A deletion was stopped before it was logged.
  rmSync(join(folder, deletingMark), { force: true });
  const pending = join(folder, pendingCaseName);
  if (!existsSync(pending)) return await removeOldDocuments(folder);
  const bytes = readTagFile(pending, limits.caseJsonBytes);
  if ((await readCaseHistories(archive, tools.keys, signal)).get(id)?.digests.at(-1) === sha256Hex(bytes)) {
    await land(folder);
    return await removeOldDocuments(folder);
  }
  // The files of the change are removed before the pending case.json, because without that nothing shows that a run was killed.
  const kept = new Set(setsOfCase(readStoredCase(folder)));
  const coming = pendingCase(folder);
  for (const set of coming === null ? [] : setsOfCase(coming)) if (!kept.has(set)) rmSync(join(folder, set), { recursive: true, force: true });
  await removeOldDocuments(folder);
  rmSync(pending, { force: true });
}

/** Removes sealed documents that case.json does not name, i.e. the previous one or that of a change that did not happen, and files that were erased. */
async function removeOldDocuments(folder: string): Promise<void> {
  const stored = readStoredCase(folder);
  await removeErasedSets(folder, stored);
  for (const name of oldDocuments(readdirSync(folder), stored)) rmSync(join(folder, name), { force: true });
}

async function land(folder: string): Promise<void> {
  try {
    renameSync(join(folder, pendingCaseName), join(folder, caseFileName));
    // A sync copies newer files to replicas. This one was written before it was renamed, and the old one may have been copied in between.
    utimesSync(join(folder, caseFileName), new Date(), new Date());
  } catch (error) {
    throw cannotWrite(join(folder, caseFileName), error);
  }
  await syncFolder(folder);
}
