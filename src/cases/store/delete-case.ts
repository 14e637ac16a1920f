import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { caseDraft } from '../../archive/documents/case-draft.ts';
import { caseFolder, casesFolder, deletingMark } from '../../archive/documents/case-json.ts';
import { cannotWrite, syncFolder, temporaryPrefix, writeDurable } from '../../archive/files/durable.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { caseDeleted, readCaseHistories } from '../../log/read/case-digests.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type KeyringPlaces, noteUnneededPages } from '../../pipeline/log/archive-keyring.ts';
import { unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { outdatedState } from './case-state.ts';
import { logCaseAction, logCaseChange } from './log.ts';
import { readCase } from './open-case.ts';
import { type CaseTools, findCaseId, matchCase } from './store.ts';

/** Tools for removing a case. */
export interface RemovalTools extends CaseTools, KeyringPlaces {
  /** Throws a `LongplayError` if the case must stay, e.g. because it is on hold. */
  readonly refuse: (archive: Archive, caseId: string) => Promise<void>;
}

/**
 * Deletes a case, even a damaged one: logs user and reason, then deletes the folder. If the run is killed in between, a repeated call finishes the deletion.
 * Recordings remain in the archive, and copies of the case remain in replicas.
 * @throws LongplayError usage C100, C117, U317; C115 if the deletion cannot be logged, and what `refuse` throws; the case then remains
 */
export async function* deleteCase(
  archiveDir: string,
  wanted: string,
  reason: string,
  tools: RemovalTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string }> {
  const archive = await openArchive(archiveDir);
  const given = givenReason(reason);
  const id = findCaseId(archive, wanted);
  const folder = caseFolder(archive.dir, id);
  await using _lock = await acquireLock(folder, signal);
  await tools.refuse(archive, id);
  const mark = join(folder, deletingMark);
  const known = (await readCaseHistories(archive, tools.keys, signal)).get(id);
  const isResumed = known?.deleted === true && existsSync(mark);
  if (!isResumed) await writeDurable(mark, '');
  // Also if the log has an earlier deletion: somebody restored the folder since, and who deletes it again, and why, is recorded.
  if (!isResumed)
    try {
      await enterDeleted(archive, { id, found: true, reason: given }, tools);
    } catch (error) {
      // The case stays as it was.
      await rm(mark, { force: true });
      throw error;
    }
  const gone = join(archive.dir, casesFolder, `${temporaryPrefix}${randomUUID()}`);
  await rename(folder, gone).catch((error: unknown) => Promise.reject(cannotWrite(folder, error)));
  await syncFolder(join(archive.dir, casesFolder));
  await rm(gone, { recursive: true, force: true }).catch((error: unknown) => Promise.reject(cannotWrite(gone, error)));
  await noteUnneededPages(archive, tools, signal);
  yield { type: 'result', of: 'case', value: { id, deleted: true } };
  return { id };
}

/**
 * Logs that somebody deleted a case by hand, or that it is permanently lost, or that its later states are, if its folder has an older one. Verification then no
 * longer reports it.
 * @throws LongplayError usage C117, C118, U317; C115 if this cannot be logged; what `refuse` throws
 */
export async function* forgetCase(
  archiveDir: string,
  wanted: string,
  reason: string,
  tools: RemovalTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly accepted?: true }> {
  const archive = await openArchive(archiveDir);
  const given = givenReason(reason);
  const entered = [...(await readCaseHistories(archive, tools.keys, signal))].filter(([, { deleted }]) => !deleted);
  const id = matchCase(
    entered.flatMap(([one]) => (existsSync(caseFolder(archive.dir, one)) ? [] : [one])),
    wanted,
  );
  const older = entered.filter(([one, history]) => id === null && outdatedState(archive, one, history) !== null).map(([one]) => one);
  const outdated = id === null ? matchCase(older, wanted) : null;
  for (const one of [outdated, id]) if (one !== null) await tools.refuse(archive, one);
  if (outdated !== null) return yield* acceptState(archive, outdated, given, tools, signal);
  if (id === null)
    throw new LongplayError(
      'usage',
      'C118',
      `no case '${wanted}' is missing or in an older state`,
      'delete an existing case with `longplay case delete ARCHIVE CASE --reason TEXT`; `longplay verify ARCHIVE` names the missing ones',
    );
  const draft = caseDraft(archive, new Map(entered).get(id)?.digests.at(-1));
  await enterDeleted(archive, { id, found: false, reason: given }, tools);
  // A stopped run has left this draft. It must not take the case's place later.
  if (draft !== null) await rm(join(archive.dir, draft), { recursive: true, force: true });
  await noteUnneededPages(archive, tools, signal);
  yield { type: 'result', of: 'case', value: { id, deleted: false } };
  return { id };
}

/**
 * Logs that the later states of a case are lost for good: the state in its folder, which was restored from a backup, is the newest from now on.
 * @throws LongplayError usage C118 if it has what was erased from the case since; K200, K203
 */
async function* acceptState(
  archive: Archive,
  id: string,
  reason: string,
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly accepted: true }> {
  await unlockArchive(archive);
  const folder = caseFolder(archive.dir, id);
  await using _lock = await acquireLock(folder, signal);
  const state = outdatedState(archive, id, (await readCaseHistories(archive, tools.keys, signal)).get(id));
  if (state?.hasErased === true)
    throw new LongplayError(
      'usage',
      'C118',
      `the folder of case ${id} has what was erased from the case since: this state cannot become the newest one`,
      `erase it again: longplay erase run ${shellWord(archive.dir)}`,
    );
  if (state !== null) {
    const { document, stored } = readCase(archive, folder);
    await logCaseChange(archive, { document, stored, action: 'accepted' }, tools, { reason });
  }
  yield { type: 'result', of: 'case', value: { id, accepted: true } };
  return { id, accepted: true };
}

async function enterDeleted(
  archive: Archive,
  { id, found, reason }: { readonly id: string; readonly found: boolean; readonly reason: string },
  tools: CaseTools,
): Promise<void> {
  const refusal = await logCaseAction(archive, caseDeleted, { case: id, found }, tools, { reason });
  if (refusal !== null)
    throw new LongplayError(
      'incomplete',
      'C115',
      `nothing was deleted, because the log cannot be written: ${refusal.reason}`,
      'fix that, or work on the machine that has the key of the archive; then repeat the command',
    );
}
