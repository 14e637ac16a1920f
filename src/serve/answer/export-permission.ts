import { canonicalJson } from '../../core/base/canonical-json.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { Account } from '../accounts/account.ts';
import type { OverQuota, Sound } from '../accounts/day-quotas.ts';
import { personOf, type RequestedExport, requestLimits } from '../accounts/export-requests.ts';
import { jsonAnswer, refusalAnswer } from './headers.ts';
import { jsonBody } from './json-body.ts';
import { checkQuota } from './over-quota.ts';
import { logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from './server-context.ts';

/** Largest length of a reason in characters and, below, of a request body in bytes. */
const reasonChars = 500;
const askBytes = 8 * 1_024;

/** Everything that distinguishes exports except their recordings. */
export type ExportHead = Omit<RequestedExport, 'key' | 'recordings' | 'setSha256' | 'hours'>;

/** Permission to start an export, with what log entries say about the second person. */
export interface ExportPermission {
  readonly detail: LogDetail;
  readonly details: PrivateDetail;
  /** User who allowed the export; null: no permission was needed. */
  readonly of: string | null;
  /** Returns an unused permission, so that the export can be requested again. */
  giveBack(): void;
}

/**
 * Describes an export exactly, so that the export that was allowed can be recognised.
 * @param state further content that defines it: the whole document of a case
 */
export function requestedExportOf(head: ExportHead, sounds: readonly Sound[], state = ''): RequestedExport {
  const recordings = sounds.map(({ recordingId }) => recordingId);
  const setSha256 = sha256Hex(Buffer.from([...recordings].sort().join('\n'), 'utf8'));
  const { kind, case: id, masked, take, query } = head;
  const key = sha256Hex(Buffer.from(canonicalJson({ kind, case: id, masked, take, query, setSha256, state }), 'utf8'));
  const ms = sounds.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  return { ...head, key, recordings, setSha256, hours: Math.ceil(ms / 36_000) / 100 };
}

/** Returns the limit that one person alone would exceed; null if no second person is needed. */
function quotaThatNeedsSecond(context: ServerContext, { account }: SignedInRequest['session'], sounds: readonly Sound[]): OverQuota | null {
  const most = context.twoPersons();
  return most === null ? null : context.exportedAlone.take(asOnePerson(account, most), sounds, true);
}

function asOnePerson(account: Account, perDay: NonNullable<Account['role']['perDay']>): Account {
  return { ...account, user: personOf(account.user), role: { ...account.role, perDay } };
}

/**
 * Makes the only check before several recordings are exported: first whether a second person must allow the export, then whether the daily quota suffices. Uses
 * up a permission without waiting in between, so that only one of two simultaneous requests succeeds.
 */
export function permitExport(
  context: ServerContext,
  request: SignedInRequest,
  requested: RequestedExport,
  sounds: readonly Sound[],
): ExportPermission | Response {
  const { account } = request.session;
  const over = quotaThatNeedsSecond(context, request.session, sounds);
  const exportRequest = over === null ? null : context.exportRequests.open(account.user, requested.key);
  // If the daily quota does not suffice, a permission would not help.
  if (over !== null && exportRequest?.state !== 'allowed' && context.quotas.take(account, sounds, true) === null) {
    const { most, used, more } = over;
    const code: RefusalCode = exportRequest !== null ? 'second-waits' : over.of === 'recordings' ? 'second-recordings' : 'second-hours';
    return refuse(context, request, 'second-person', refusalAnswer(403, code, {}, exportRequest === null ? { most, used, more } : {}));
  }
  const refused = checkQuota(context, request, sounds);
  if (refused !== null) return refused;
  if (exportRequest === null) {
    const infinite = { recordings: Number.POSITIVE_INFINITY, hours: Number.POSITIVE_INFINITY };
    context.exportedAlone.take(asOnePerson(account, infinite), sounds);
    return { detail: {}, details: {}, of: null, giveBack: () => undefined };
  }
  context.exportRequests.move(exportRequest.id, 'allowed', 'taken');
  return {
    detail: { request: exportRequest.id },
    details: exportRequest.decidedBy === null ? {} : { allowedBy: exportRequest.decidedBy },
    of: exportRequest.decidedBy,
    giveBack: () => void context.exportRequests.move(exportRequest.id, 'taken', 'allowed'),
  };
}

/** Adds a request for a second person's permission after logging it. */
export async function requestSecondPerson(
  context: ServerContext,
  request: SignedInRequest,
  requested: RequestedExport,
  sounds: readonly Sound[],
): Promise<Response> {
  const { user } = request.session.account;
  const reason = reasonIn((await jsonBody(request, askBytes))?.reason);
  if (reason === null) return refuse(context, request, 'body', refusalAnswer(400, 'second-reason', {}, { n: reasonChars }));
  if (quotaThatNeedsSecond(context, request.session, sounds) === null) return refusalAnswer(409, 'second-not-needed');
  const overQuota = context.quotas.take(request.session.account, sounds, true) === null ? null : checkQuota(context, request, sounds);
  if (overQuota !== null) return overQuota;
  const open = context.exportRequests.open(user, requested.key);
  if (open !== null) return refusalAnswer(409, open.state === 'allowed' ? 'second-allowed' : 'second-waits');
  const exportRequest = context.exportRequests.add(user, requested, reason);
  if (exportRequest === null)
    return refuse(
      context,
      request,
      'too-often',
      refusalAnswer(429, 'second-full', { 'Retry-After': '600' }, { own: requestLimits.ofOneUser, all: requestLimits.ofAll }),
    );
  const { kind, case: id, masked, take, recordings, setSha256, hours, query } = requested;
  const of: LogDetail = id === null ? { by: kind } : { case: id, masked };
  const detail: LogDetail = { request: exportRequest.id, ...of, ...(take === null ? {} : { take }), recordings: recordings.length, hours, setSha256 };
  const refusal = await logAction(context, request, 'export-asked', detail, { reason, query, recordings });
  if (refusal !== null) {
    context.exportRequests.remove(exportRequest.id);
    return logUnavailable(context, refusal);
  }
  context.exportRequests.move(exportRequest.id, 'entering', 'waits');
  return jsonAnswer({ request: exportRequest.id }, 201);
}

function reasonIn(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.length > reasonChars || /\p{Cc}/u.test(text) ? null : text;
}
