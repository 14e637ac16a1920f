import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { Sound } from '../accounts/day-quotas.ts';
import { refusalAnswer } from './headers.ts';
import { type AskedInside, type House, turnAway } from './house.ts';

/**
 * The one question before sound is handed out, by whatever way. Null: it may be. A page that is about to have a browser save something asks with `trial` first: 204 says that it may
 * be had, nothing is counted, entered or handed out, and a refusal can be worded, which a browser that saves does not show.
 */
export function refuseOverQuota(house: House, asked: AskedInside, sounds: readonly Sound[]): Response | null {
  const isTrial = asked.url.searchParams.has('trial');
  const over = house.quotas.take(asked.session.account, sounds, isTrial);
  if (over === null) return isTrial ? new Response(null, { status: 204 }) : null;
  const { of, most, used, more, waitMs } = over;
  const minutes = Math.ceil(waitMs / 60_000);
  const numbers = { most, used, more, hours: Math.floor(minutes / 60), minutes: minutes % 60 };
  const code: RefusalCode = of === 'recordings' ? 'quota-recordings' : 'quota-hours';
  const answer = refusalAnswer(429, code, { 'Retry-After': String(Math.ceil(waitMs / 1_000)) }, numbers);
  return turnAway(house, asked, 'quota', answer, sounds.length === 1 ? (sounds[0]?.recordingId ?? null) : null);
}
