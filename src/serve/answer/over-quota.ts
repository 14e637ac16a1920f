import type { RefusalCode } from '../../core/page/refusal-texts.ts';
import type { Sound } from '../accounts/day-quotas.ts';
import { refusalAnswer } from './headers.ts';
import { refuse, type ServerContext, type SignedInRequest } from './server-context.ts';

/**
 * Makes the only quota check before audio is served. Returns null if the audio may be served. With the parameter `trial`, nothing is counted, logged or served,
 * and the answer 204 means that the audio would be served. The page uses this before a download, because a browser that saves a file does not show a refusal.
 */
export function checkQuota(context: ServerContext, request: SignedInRequest, sounds: readonly Sound[]): Response | null {
  const isTrial = request.url.searchParams.has('trial');
  const over = context.quotas.take(request.session.account, sounds, isTrial);
  if (over === null) return isTrial ? new Response(null, { status: 204 }) : null;
  const { of, most, used, more, waitMs } = over;
  const minutes = Math.ceil(waitMs / 60_000);
  const numbers = { most, used, more, hours: Math.floor(minutes / 60), minutes: minutes % 60 };
  const code: RefusalCode = of === 'recordings' ? 'quota-recordings' : 'quota-hours';
  const answer = refusalAnswer(429, code, { 'Retry-After': String(Math.ceil(waitMs / 1_000)) }, numbers);
  return refuse(context, request, 'quota', answer, sounds.length === 1 ? (sounds[0]?.recordingId ?? null) : null);
}
