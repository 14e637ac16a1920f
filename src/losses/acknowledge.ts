import { randomBytes, sign } from 'node:crypto';
import { type Archive, openArchive } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import { readApproverKey } from '../erasure/request/approvers.ts';
import { approverName, whyNotApprove } from '../log/erasure/approvers.ts';
import {
  createLossRegister,
  type LossRegister,
  type LossRequest,
  lossApprovalText,
  lossApproved,
  lossRequested,
  pageTexts,
  setOfPages,
} from '../log/erasure/lost-pages.ts';
import { openLog } from '../log/log.ts';
import type { NeededPage } from '../log/needed-pages.ts';
import { noteKey, rawPublicKey } from '../log/tree/signed-note.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { wholeEntries } from '../pipeline/notes/forget-details.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { absentPages, lostPages, noteLostPages } from '../sealing/keyring/lost-pages.ts';
import type { KeyringSession } from '../sealing/keyring/session.ts';
import { unlockKeys } from '../sealing/open-keys.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';
import { neededPages } from '../verify/sealed/needed-pages.ts';

/** What was sealed with pages of a keyring that no copy has. */
export interface LostThings {
  readonly pages: number;
  /** Places of the bags, with the number of their recordings according to the log. */
  readonly bags: readonly { readonly place: string; readonly recordings: number }[];
  readonly recordings: number;
  /** Places of reports, cases and private details, without duplicates. */
  readonly others: readonly string[];
}

/** A request to acknowledge a loss, with what is lost. */
export interface RequestedLoss extends LostThings {
  readonly request: string;
}

/** State of a request. */
export interface ListedLoss {
  readonly request: string;
  readonly requestedAt: string;
  /** ISO time of the approval, and key id of the approver; null: it is not approved, and nothing is acknowledged. */
  readonly approvedAt: string | null;
  readonly approver: string | null;
  /** Number of pages that the request names. */
  readonly pages: number;
  /** Those of them that no verification has found since. */
  readonly lost: LostThings;
}

/** An archive, and what its log says about losses and pages. */
interface Losses {
  readonly archive: Archive;
  readonly register: LossRegister;
  readonly needed: ReadonlyMap<string, NeededPage>;
  /** Pages that nothing needs any more. */
  readonly unneeded: ReadonlySet<string>;
}

/** Returns the error for a step that is not permitted. */
function refused(message: string, hint: string): LongplayError {
  return new LongplayError('usage', 'K134', message, hint);
}

/** Opens a sealed archive. @throws LongplayError usage K134: the archive is open; incomplete L105 */
async function readLosses(archiveDir: string, tools: EntryTools, signal: AbortSignal): Promise<Losses> {
  const archive = await openArchive(archiveDir);
  if (archive.page === null) throw refused(`${archive.dir} is not a sealed archive`, 'an open archive needs no keyring');
  const entries = await wholeEntries(archive, tools, 'it is unknown which pages the archive needs', signal);
  const register = createLossRegister();
  for await (const entry of entries()) register.take(entry);
  return { archive, register, ...(await neededPages(archive, entries, signal)) };
}

/** Returns what needs these pages. */
function thingsOf(pages: Iterable<string>, needed: Losses['needed']): LostThings {
  const all = [...pages];
  const found = all.flatMap((page) => needed.get(page) ?? []);
  const bags = found.filter(({ of }) => of === 'bag').map(({ place, recordings }) => ({ place, recordings }));
  const others = new Set(found.filter(({ of }) => of !== 'bag').map(({ place }) => place));
  return { pages: all.length, bags, recordings: bags.reduce((sum, { recordings }) => sum + recordings, 0), others: [...others].sort() };
}

/** Returns the session of this process's keyring. */
async function openSessionOf(): Promise<KeyringSession> {
  const { session } = await unlockKeys();
  if (session === null) throw new Error('a process that has the keyring only by an agent acknowledges no loss');
  return session;
}

/** Finds the pages that no copy of the keyring has intact. Every copy must be there, because a copy that is away may have them. */
async function lostOf(archive: Archive, pages: Iterable<string>): Promise<string[]> {
  await unlockArchive(archive);
  return await lostPages(await openSessionOf(), pages);
}

/**
 * Looks for pages that the archive needs and no copy of the keyring has, and enters a request to acknowledge their loss. Acknowledges nothing: a second person
 * must approve the request.
 * @throws LongplayError usage K134: nothing is lost that was not acknowledged; C117; K100, K102, K104, K201; incomplete L105
 */
export async function* requestLoss(
  archiveDir: string,
  why: string,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RequestedLoss> {
  const reason = givenReason(why);
  const { archive, register, needed, unneeded } = await readLosses(archiveDir, tools, signal);
  const known = register.acknowledged(archive.id);
  const lost = await lostOf(
    archive,
    [...needed.keys()].filter((page) => !known.has(page)),
  );
  // Of what nothing needs any more, no loss has to be acknowledged.
  const session = await openSessionOf();
  await noteLostPages(session, absentPages(session, unneeded));
  if (lost.length === 0)
    throw refused(
      'the keyring has every page that the archive needs, except those whose loss is acknowledged already',
      'list them with: longplay keyring losses ARCHIVE',
    );
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const request = randomBytes(4).toString('hex');
  const set = setOfPages(lost);
  const entries = pageTexts(lost).map((pages, at) => ({
    type: lossRequested,
    detail: { request, count: lost.length, set, pages },
    ...(at === 0 ? { details: { reason } } : {}),
  }));
  await log.appendAll(entries);
  const made = { request, ...thingsOf(lost, needed) };
  yield { type: 'result', of: 'loss', value: { ...made } };
  return made;
}

/**
 * Approves a request with the key of a second person: from then on the loss is acknowledged. First looks again whether every page is lost.
 * @throws LongplayError usage K134, E102, E103; K100, K102, K104, K201; incomplete L105
 */
export async function* approveLoss(
  archiveDir: string,
  given: { readonly request: string; readonly keyFile: string },
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RequestedLoss & { readonly approver: string }> {
  const key = await readApproverKey(given.keyFile);
  const { archive, register, needed } = await readLosses(archiveDir, tools, signal);
  const asked = findRequest(register.requests(archive.id), given.request);
  const { id } = noteKey(approverName, rawPublicKey(key));
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const approver = log.erasures().approvers.get(id);
  const isNot = (why: string): LongplayError =>
    new LongplayError('usage', 'E102', `key ${id} ${why}`, 'let a second person approve it; `longplay erase add-approver` registers their key');
  if (approver === undefined) throw isNot('is not registered');
  const why = whyNotApprove(approver, asked);
  if (why !== null) throw isNot(why);
  const lost = await lostOf(archive, asked.pages);
  const there = asked.pages.size - lost.length;
  if (there > 0)
    throw refused(
      agree`the keyring has ${there} page[s] of request ${asked.request}, so [it|they] [is|are] not lost`,
      'request it again, for what is lost now: longplay keyring report-loss ARCHIVE --reason TEXT',
    );
  // Noted first: a run that is stopped here leaves a loss that `watch` still reports.
  await noteLostPages(await openSessionOf(), lost);
  const signature = sign(null, lossApprovalText(archive.id, asked), key).toString('base64');
  await log.append(lossApproved, { request: asked.request, approver: id, signature });
  const made = { request: asked.request, approver: id, ...thingsOf(asked.pages, needed) };
  yield { type: 'result', of: 'loss', value: { ...made } };
  return made;
}

/** Finds a request that can be approved by its id or a prefix of it. @throws LongplayError usage K134 */
function findRequest(requests: ReadonlyMap<string, LossRequest>, wanted: string): LossRequest {
  const found = [...requests.values()].filter(({ request }) => wanted !== '' && request.startsWith(wanted));
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw refused(
      one === undefined ? `no report of a loss has an id that begins with '${wanted}'` : `several reports begin with '${wanted}'`,
      'list them with: longplay keyring losses ARCHIVE',
    );
  if (one.approver !== null) throw refused(`report ${one.request} was approved already`, 'list what is lost with: longplay keyring losses ARCHIVE');
  if (setOfPages(one.pages) !== one.set)
    throw refused(`report ${one.request} lacks entries`, 'report the loss again: longplay keyring report-loss ARCHIVE --reason TEXT');
  return one;
}

/** Returns every request with its state, oldest first; an open archive has none. Reads the log and no keyring. @throws LongplayError incomplete L105 */
export async function* listLosses(archiveDir: string, tools: EntryTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, readonly ListedLoss[]> {
  if ((await openArchive(archiveDir)).page === null) return [];
  const { archive, register, needed } = await readLosses(archiveDir, tools, signal);
  const known = register.acknowledged(archive.id);
  const listed: ListedLoss[] = [];
  for (const { request, requestedAt, approvedAt, approver, pages } of register.requests(archive.id).values()) {
    const lost = approver === null ? pages : [...pages].filter((page) => known.get(page)?.request === request);
    const one = { request, requestedAt, approvedAt, approver, pages: pages.size, lost: thingsOf(lost, needed) };
    yield { type: 'result', of: 'loss', value: { ...one } };
    listed.push(one);
  }
  return listed;
}
