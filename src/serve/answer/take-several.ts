import { canonicalJson } from '../../core/base/canonical-json.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { PrivateDetail } from '../../log/entries/actor.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import type { Account } from '../accounts/account.ts';
import type { OverQuota, Sound } from '../accounts/day-quotas.ts';
import { type ExportWish, personOf, requestLimits } from '../accounts/export-requests.ts';
import { jsonAnswer, refusalAnswer } from './headers.ts';
import { type AskedInside, enterFor, type House, notEntered, turnAway } from './house.ts';
import { refuseOverQuota } from './over-quota.ts';
import { saidJson } from './said-json.ts';

/** Characters of a reason, and bytes of the request that has it. */
const reasonChars = 500;
const askBytes = 8 * 1_024;

/** What tells one export from another, but for its recordings. */
export type WishHead = Omit<ExportWish, 'key' | 'recordings' | 'setSha256' | 'hours'>;

/** An export that may be begun, and what its entries say of a second person. */
export interface Leave {
  readonly detail: LogDetail;
  readonly details: PrivateDetail;
  /** Who allowed it; null: nobody had to. */
  readonly of: string | null;
  /** Nothing was handed out: what was allowed may be taken again. */
  giveBack(): void;
}

/** What is to leave, as it is asked for and allowed. @param state of what stands beside the recordings: of a case all of it */
export function wishOfExport(head: WishHead, sounds: readonly Sound[], state = ''): ExportWish {
  const recordings = sounds.map(({ recordingId }) => recordingId);
  const setSha256 = sha256Hex(Buffer.from([...recordings].sort().join('\n'), 'utf8'));
  const { kind, case: id, masked, take, query } = head;
  const key = sha256Hex(Buffer.from(canonicalJson({ kind, case: id, masked, take, query, setSha256, state }), 'utf8'));
  const ms = sounds.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  return { ...head, key, recordings, setSha256, hours: Math.ceil(ms / 36_000) / 100 };
}

/** Why one person may not have it; null: they may. */
function needsSecond(house: House, { account }: AskedInside['session'], sounds: readonly Sound[]): OverQuota | null {
  const most = house.twoPersons();
  return most === null ? null : house.exportedAlone.take(asOnePerson(account, most), sounds, true);
}

function asOnePerson(account: Account, perDay: NonNullable<Account['role']['perDay']>): Account {
  return { ...account, user: personOf(account.user), role: { ...account.role, perDay } };
}

/**
 * The one question before several recordings are handed out, by whatever way: whether a second person has to allow it, and then whether the day's quota holds. What was allowed is
 * used up by this, without anything between that waits, so that of two at once one gets it.
 */
export function leaveForSeveral(house: House, asked: AskedInside, wish: ExportWish, sounds: readonly Sound[]): Leave | Response {
  const { account } = asked.session;
  const over = needsSecond(house, asked.session, sounds);
  const request = over === null ? null : house.exportRequests.open(account.user, wish.key);
  // Over the quota nobody's leave would help.
  if (over !== null && request?.state !== 'allowed' && house.quotas.take(account, sounds, true) === null) {
    const { most, used, more } = over;
    const code: RefusalCode = request !== null ? 'second-waits' : over.of === 'recordings' ? 'second-recordings' : 'second-hours';
    return turnAway(house, asked, 'second-person', refusalAnswer(403, code, {}, request === null ? { most, used, more } : {}));
  }
  const refused = refuseOverQuota(house, asked, sounds);
  if (refused !== null) return refused;
  if (request === null) {
    const infinite = { recordings: Number.POSITIVE_INFINITY, hours: Number.POSITIVE_INFINITY };
    house.exportedAlone.take(asOnePerson(account, infinite), sounds);
    return { detail: {}, details: {}, of: null, giveBack: () => undefined };
  }
  house.exportRequests.move(request.id, 'allowed', 'taken');
  return {
    detail: { request: request.id },
    details: request.decidedBy === null ? {} : { allowedBy: request.decidedBy },
    of: request.decidedBy,
    giveBack: () => void house.exportRequests.move(request.id, 'taken', 'allowed'),
  };
}

/** Keeps an export that needs a second person as a request, once the log has it. */
export async function askForSecond(house: House, asked: AskedInside, wish: ExportWish, sounds: readonly Sound[]): Promise<Response> {
  const { user } = asked.session.account;
  const reason = reasonIn((await saidJson(asked, askBytes))?.reason);
  if (reason === null) return turnAway(house, asked, 'body', refusalAnswer(400, 'second-reason', {}, { n: reasonChars }));
  if (needsSecond(house, asked.session, sounds) === null) return refusalAnswer(409, 'second-not-needed');
  const overQuota = house.quotas.take(asked.session.account, sounds, true) === null ? null : refuseOverQuota(house, asked, sounds);
  if (overQuota !== null) return overQuota;
  const open = house.exportRequests.open(user, wish.key);
  if (open !== null) return refusalAnswer(409, open.state === 'allowed' ? 'second-allowed' : 'second-waits');
  const request = house.exportRequests.add(user, wish, reason);
  if (request === null)
    return turnAway(
      house,
      asked,
      'too-often',
      refusalAnswer(429, 'second-full', { 'Retry-After': '600' }, { own: requestLimits.ofOneUser, all: requestLimits.ofAll }),
    );
  const { kind, case: id, masked, take, recordings, setSha256, hours, query } = wish;
  const of: LogDetail = id === null ? { by: kind } : { case: id, masked };
  const detail: LogDetail = { request: request.id, ...of, ...(take === null ? {} : { take }), recordings: recordings.length, hours, setSha256 };
  const refusal = await enterFor(house, asked, 'export-asked', detail, { reason, query, recordings });
  if (refusal !== null) {
    house.exportRequests.remove(request.id);
    return notEntered(house, refusal);
  }
  house.exportRequests.move(request.id, 'entering', 'waits');
  return jsonAnswer({ request: request.id }, 201);
}

function reasonIn(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.length > reasonChars || /\p{Cc}/u.test(text) ? null : text;
}
