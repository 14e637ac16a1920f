import { join } from 'node:path';
import { fileSha256 } from '../../archive/documents/case-draft.ts';
import { caseFileName, caseFolder, casesFolder, pendingCaseName } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import {
  aheadNext,
  aheadWords,
  type CaseHistories,
  type CaseHistory,
  changesAhead,
  changesSince,
  isBeforeCaseErasure,
  lackingNext,
  lackingWords,
  readCaseHistories,
  returnedNext,
  returnedWords,
} from '../../log/read/case-digests.ts';

/** A case whose folder has an older state than the log records, or had one when something was erased from it. */
export interface OutdatedCase {
  /** Number of changes of the case that are missing in the state. */
  readonly changes: number;
  /** Number of these changes without erasures. */
  readonly lacking: number;
  /** True if it is the newest state: something was erased from an older one. */
  readonly isNewest: boolean;
  /** True if something was erased from the case since this state. */
  readonly hasErased: boolean;
  /** Number of changes that it has and the newest state lacks. */
  readonly ahead: number;
}

/**
 * Returns how old the state of a case is whose folder was restored from a backup; null if it is the state of the last change in the log and lacks no earlier
 * one, or a state that the log does not know, which a verification reports.
 */
export function outdatedState({ dir }: Pick<Archive, 'dir'>, id: string, history: CaseHistory | undefined): OutdatedCase | null {
  const { digests = [], deleted = false } = history ?? {};
  const last = digests.at(-1);
  const folder = caseFolder(dir, id);
  const found = fileSha256(join(folder, caseFileName));
  const lacking = history === undefined || deleted || found === null ? null : changesSince(history, found);
  if (history === undefined || found === null || lacking === null) return null;
  if (found === last) return lacking === 0 ? null : { changes: lacking, lacking, isNewest: true, hasErased: false, ahead: 0 };
  // A run entered a change and was stopped, or is about to put it in place.
  if (last !== undefined && fileSha256(join(folder, pendingCaseName)) === last) return null;
  return {
    ...{ changes: digests.length - 1 - digests.lastIndexOf(found), lacking, isNewest: false },
    hasErased: isBeforeCaseErasure(history, found),
    ahead: changesAhead(history, found),
  };
}

/** Says that a case is outdated, as the end of a sentence about its case.json. */
function wordsOf({ changes, isNewest, hasErased, ahead }: OutdatedCase): string {
  if (ahead > 0) return aheadWords(ahead);
  if (isNewest) return lackingWords(changes);
  const erased = hasErased ? ', and has what was erased from the case since' : '';
  return `is an older state of the case: it lacks the last ${changes === 1 ? 'change' : agree`${changes} change[s]`} that the log records${erased}`;
}

function nextOf({ isNewest, hasErased, ahead }: OutdatedCase): string {
  if (ahead > 0) return aheadNext;
  if (isNewest) return lackingNext;
  return `restore the newest state: longplay replica repair ARCHIVE; if no copy has it: ${hasErased ? 'longplay erase run ARCHIVE' : 'longplay case forget ARCHIVE CASE --reason TEXT'}`;
}

/** Returns C125 if a case is outdated according to these histories; null if not. */
export function outdatedFinding(archive: Pick<Archive, 'dir'>, id: string, histories: CaseHistories): Finding | null {
  const outdated = outdatedState(archive, id, histories.get(id));
  return outdated === null ? null : finding('C125', `${casesFolder}/${id}/${caseFileName}`, `${wordsOf(outdated)}; ${nextOf(outdated)}`);
}

/** Reads the log, and returns C125 if a case is outdated. Returns null if it is not, or if the log cannot be read, which other commands report. */
export async function findOutdated(archive: Archive, id: string, keys: string, signal: AbortSignal): Promise<Finding | null> {
  try {
    return await firstTwice(async () => outdatedFinding(archive, id, await readCaseHistories(archive, keys, signal)));
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/**
 * Refuses work that would build on an outdated case: a change would make its state the newest one, and lose what was added since.
 * @throws LongplayError incomplete C125
 */
export async function refuseOutdated(archive: Archive, id: string, keys: string, signal: AbortSignal): Promise<void> {
  const outdated = await outdatedNow(archive, id, keys, signal);
  if (outdated !== null)
    throw new LongplayError(
      'incomplete',
      'C125',
      `${join(caseFolder(archive.dir, id), caseFileName)} ${wordsOf(outdated)}; nothing was changed`,
      nextOf(outdated),
    );
}

/** Reads the log, and returns how old the state of a case is; null if it is not outdated. */
export async function outdatedNow(archive: Archive, id: string, keys: string, signal: AbortSignal): Promise<OutdatedCase | null> {
  return await firstTwice(async () => outdatedState(archive, id, (await readCaseHistories(archive, keys, signal)).get(id)));
}

/**
 * Returns C125 in place of K204 if a case does not open because its folder has a state from before an erasure, whose secrets were destroyed; else returns the
 * error as it is.
 */
export async function explainErased(archive: Archive, id: string, error: unknown, keys: string, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof LongplayError) || error.code !== 'K204') return error;
  const outdated = outdatedState(archive, id, (await readCaseHistories(archive, keys, signal)).get(id));
  if (outdated === null) return error;
  return new LongplayError(
    'incomplete',
    'C125',
    `${join(caseFolder(archive.dir, id), caseFileName)} ${wordsOf(outdated)}; its secrets were destroyed with that erasure, so nobody can open it`,
    'restore the newest state: longplay replica repair ARCHIVE; if no copy has it: longplay case delete ARCHIVE CASE --reason TEXT',
    error,
  );
}

/** Returns the ids of the cases that the log records as deleted; none if the log cannot be read, which other commands report. */
export async function deletedCases(archive: Archive, keys: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  try {
    return deletedAmong(await readCaseHistories(archive, keys, signal));
  } catch (error) {
    if (error instanceof LongplayError) return new Set();
    throw error;
  }
}

/** Returns the ids of the cases that were deleted. */
export function deletedAmong(histories: CaseHistories): ReadonlySet<string> {
  return new Set([...histories].flatMap(([id, { deleted }]) => (deleted ? [id] : [])));
}

/** Returns C129 for a deleted case whose folder exists. @param then what follows for the command, e.g. `its messages were not searched` */
export function returnedFinding(id: string, then?: string): Finding {
  return finding('C129', `${casesFolder}/${id}`, `${returnedWords}${then === undefined ? '' : `; ${then}`}; ${returnedNext(id)}`);
}

/** Returns the error for a command that was to read or change a deleted case whose folder exists. */
export function returnedError(archive: Pick<Archive, 'dir'>, id: string): LongplayError {
  return new LongplayError('incomplete', 'C129', `${caseFolder(archive.dir, id)} ${returnedWords}; nothing was read or changed`, returnedNext(id));
}

/** Looks a second time before it returns something: another run may have changed the case between the log and the file. */
async function firstTwice<Found>(look: () => Promise<Found | null>): Promise<Found | null> {
  return (await look()) === null ? null : await look();
}
