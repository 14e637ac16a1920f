import { sign } from 'node:crypto';
import { acquireLock } from '../../archive/files/lock.ts';
import { openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { approverName, whyNotApprove } from '../../log/erasure/approvers.ts';
import { approvalText, erasureApproved, erasureWithdrawn, type KnownErasure } from '../../log/erasure/known-erasures.ts';
import { openLog } from '../../log/log.ts';
import { noteKey, rawPublicKey } from '../../log/tree/signed-note.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';
import { readApproverKey } from './approvers.ts';
import { findRequest, stateOf, wrongState } from './find.ts';

/** An approval of a request. */
export interface NewApproval {
  /** Id of the request, or a prefix of it. */
  readonly request: string;
  /** File of the approver's private key. */
  readonly keyFile: string;
  /** Why the waiting time is waived; null: it is not waived. */
  readonly now: string | null;
}

/** A request that was approved, and what it names. */
export interface Approved extends Pick<KnownErasure, 'request' | 'recordings' | 'parts'> {
  /** Earliest ISO time of its execution. */
  readonly from: string;
}

/**
 * Approves a request with the key of a second person. With a reason to waive the waiting time also one that was approved and waits: the second approval ends the waiting time, e.g. on a court order.
 * @throws LongplayError usage E100, E102, E103, C117, U317
 */
export async function* approveErasure(archiveDir: string, given: NewApproval, tools: EntryTools): AsyncGenerator<PipelineEvent, Approved> {
  const reason = given.now === null ? null : givenReason(given.now);
  const archive = await openArchive(archiveDir);
  const key = await readApproverKey(given.keyFile);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const asked = findRequest(log.erasures(), given.request);
  const now = tools.now();
  const state = stateOf(asked, now);
  if (state === 'approved' && reason === null)
    throw new LongplayError(
      'usage',
      'E100',
      `request ${asked.request} is already approved; it can be executed from ${asked.from ?? ''}`,
      'to end the waiting time: longplay erase approve ARCHIVE REQUEST --key-file KEY --now REASON',
    );
  if (state !== 'requested' && state !== 'approved') throw wrongState(asked, state);
  const { id } = noteKey(approverName, rawPublicKey(key));
  const approver = log.erasures().approvers.get(id);
  const refused = (why: string): LongplayError =>
    new LongplayError('usage', 'E102', `key ${id} ${why}`, 'let a second person approve it; `longplay erase add-approver` registers their key');
  if (approver === undefined) throw refused('is not registered');
  const why = whyNotApprove(approver, asked);
  if (why !== null) throw refused(why);
  const from = reason === null ? new Date(Date.parse(now) + asked.waitMs).toISOString() : now;
  const signature = sign(null, approvalText(archive.id, asked, from), key).toString('base64');
  const detail = { request: asked.request, approver: id, from, signature, now: reason !== null };
  await log.append(erasureApproved, detail, reason === null ? {} : { reason });
  yield { type: 'result', of: 'erasure', value: { request: asked.request, approver: id, from } };
  return { request: asked.request, recordings: asked.recordings, parts: asked.parts, from };
}

/** Withdraws a request that has not been executed. @throws LongplayError usage E100, C117, U317; incomplete E105 */
export async function* withdrawErasure(
  archiveDir: string,
  given: { readonly request: string; readonly why: string },
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly request: string }> {
  const reason = givenReason(given.why);
  const archive = await openArchive(archiveDir);
  // A run that executes the request holds the lock.
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const asked = findRequest(log.erasures(), given.request);
  const state = stateOf(asked, tools.now());
  if (state === 'withdrawn' || state === 'executed') throw wrongState(asked, state);
  const { open, intended, intendedFiles, files } = log.erasures();
  const marked = [intended, intendedFiles, files].flatMap((some) => [...some.values()]);
  const begun = asked.erased > 0 || asked.lastSeq > 0 || open.size > 0 || marked.some(({ request }) => request === asked.request);
  if (begun) throw new LongplayError('incomplete', 'E105', `request ${asked.request} is being executed`, 'finish it: longplay erase run ARCHIVE');
  await log.append(erasureWithdrawn, { request: asked.request }, { reason });
  yield { type: 'result', of: 'erasure', value: { request: asked.request, withdrawn: true } };
  return { request: asked.request };
}
