import { randomBytes, sign, verify } from 'node:crypto';
import { type Archive, openArchive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import { readApproverKey } from '../erasure/request/approvers.ts';
import type { EntryType } from '../log/entries/entry-types.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { approverName, createApprovers, type Requester, whyNotApprove } from '../log/erasure/approvers.ts';
import { openLog } from '../log/log.ts';
import { noteKey, publicKeyOf, rawPublicKey } from '../log/tree/signed-note.ts';
import { claimedMember, whoMember } from '../log/who/entry-details.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { wholeEntries } from '../pipeline/notes/forget-details.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';

const unsealRequested: EntryType = 'unseal-requested';
const unsealApproved: EntryType = 'unseal-approved';
/** Types of the entries made before the first plain file is written, and after the last. */
export const unsealBegun: EntryType = 'unseal-begun';
export const unsealEnded: EntryType = 'unsealed';

/** A request to unseal an archive, as stated in the log. */
export interface UnsealRequest extends Requester {
  readonly request: string;
  /** Key id of the second person who approved the request; null: it is not approved. */
  readonly approver: string | null;
  /** True: everything was written, so the request permits nothing further. */
  readonly isDone: boolean;
}

/** Returns the text that an approver signs. */
function approvalText(archiveId: string, request: string): Uint8Array {
  return Buffer.from(`longplay unseal approval\n${archiveId}\n${request}\n`, 'utf8');
}

/** Reads the requests from entries in order. An approval counts only if it was signed with a registered key of a person other than the requester. */
async function requestsIn(archiveId: string, entries: AsyncIterable<LogEntry>): Promise<ReadonlyMap<string, UnsealRequest>> {
  const approvers = createApprovers();
  const requests = new Map<string, UnsealRequest>();
  for await (const entry of entries) {
    approvers.take(entry);
    const { type, detail, time } = entry;
    const { request, approver, signature } = detail;
    if (typeof request !== 'string') continue;
    const { [whoMember]: who, [claimedMember]: login } = detail;
    const known = requests.get(request);
    if (type === unsealRequested && known === undefined)
      requests.set(request, {
        request,
        requestedAt: time,
        requestedBy: typeof who === 'string' ? who : null,
        requestedLogin: typeof login === 'string' ? login : null,
        approver: null,
        isDone: false,
      });
    if (known === undefined) continue;
    const by = typeof approver === 'string' ? approvers.known.get(approver) : undefined;
    if (type === unsealApproved && by !== undefined && whyNotApprove(by, known) === null && typeof signature === 'string')
      if (verify(null, approvalText(archiveId, request), publicKeyOf(by.key), Buffer.from(signature, 'base64')))
        requests.set(request, { ...known, approver: by.key.id });
    if (type === unsealEnded && detail.complete === true) requests.set(request, { ...known, isDone: true });
  }
  return requests;
}

/** Finds a request in the log by its id or a prefix of it. @throws LongplayError usage K212; incomplete L105 */
export async function findUnsealRequest(archive: Archive, wanted: string, tools: EntryTools, signal: AbortSignal): Promise<UnsealRequest> {
  const entries = await wholeEntries(archive, tools, 'it is unknown who approved what', signal);
  const found = [...(await requestsIn(archive.id, entries())).values()].filter(({ request }) => wanted !== '' && request.startsWith(wanted));
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  throw refused(
    one === undefined ? `no request to unseal has an id that begins with '${wanted}'` : `several requests begin with '${wanted}'`,
    'make a request: longplay unseal request ARCHIVE --reason TEXT',
  );
}

/** Returns the error for a step that is not permitted. */
export function refused(message: string, hint: string): LongplayError {
  return new LongplayError('usage', 'K212', message, hint);
}

/** Opens a sealed archive with its keyring. @throws LongplayError usage K212: the archive is open; K100, K200, K201 */
export async function openSealed(archiveDir: string): Promise<Archive> {
  const archive = await openArchive(archiveDir);
  if (archive.page === null) throw refused(`${archive.dir} is not a sealed archive`, 'its bags are plain: copy the folder');
  await unlockArchive(archive);
  return archive;
}

/**
 * Enters a request to unseal an archive in the log. Writes nothing in clear: a second person must approve the request.
 * @throws LongplayError K212, C117, K100, K201
 */
export async function* requestUnsealing(
  archiveDir: string,
  why: string,
  tools: EntryTools,
): AsyncGenerator<PipelineEvent, { readonly request: string }> {
  const reason = givenReason(why);
  const archive = await openSealed(archiveDir);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const request = randomBytes(4).toString('hex');
  await log.append(unsealRequested, { request }, { reason });
  yield { type: 'result', of: 'unsealing', value: { request } };
  return { request };
}

/** Approves a request with the key of a second person. @throws LongplayError usage K212, E102, E103; incomplete L105 */
export async function* approveUnsealing(
  archiveDir: string,
  given: { readonly request: string; readonly keyFile: string },
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly request: string; readonly approver: string }> {
  const archive = await openSealed(archiveDir);
  const key = await readApproverKey(given.keyFile);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const asked = await findUnsealRequest(archive, given.request, tools, signal);
  if (asked.approver !== null)
    throw refused(`request ${asked.request} was approved already`, 'run it: longplay unseal run ARCHIVE REQUEST --out FOLDER');
  const { id } = noteKey(approverName, rawPublicKey(key));
  const approver = log.erasures().approvers.get(id);
  const isNot = (why: string): LongplayError =>
    new LongplayError('usage', 'E102', `key ${id} ${why}`, 'let a second person approve it, whose key `longplay erase add-approver` has registered');
  if (approver === undefined) throw isNot('is not registered');
  const why = whyNotApprove(approver, asked);
  if (why !== null) throw isNot(why);
  const signature = sign(null, approvalText(archive.id, asked.request), key).toString('base64');
  await log.append(unsealApproved, { request: asked.request, approver: id, signature });
  yield { type: 'result', of: 'unsealing', value: { request: asked.request, approver: id } };
  return { request: asked.request, approver: id };
}
