import { type AgeingRule, ageingRules, weakFromMs } from './ageing.ts';
import type { StampAlgorithm } from './algorithms.ts';
import type { Evidence } from './evidence-verify.ts';

/** What the calendar needs of a stored stamp: its newest time stamp, and the digests that the proof depends on. */
export interface CalendarStamp {
  readonly size: number;
  /** ISO times. */
  readonly stampedAt: string;
  readonly certificateEnds: string;
  readonly algorithms: readonly StampAlgorithm[];
  /** Like `Evidence.digests`. */
  readonly digests: readonly string[];
}

/** Creates the calendar's data from verified evidence. */
export function calendarStamp(size: number, { stamps, digests }: Evidence): CalendarStamp {
  const { stampedAt, certificateEnds, algorithms } = stamps.at(-1) ?? stamps[0];
  return { size, stampedAt, certificateEnds, algorithms, digests };
}

/** A renewal, its deadline, and the reason. */
export interface StampRenewal {
  readonly size: number;
  /** `time-stamp`: a new stamp over the last one. `hash-tree`: the log is read again and stamped with a stronger digest. */
  readonly renewal: 'time-stamp' | 'hash-tree';
  /** `later`: nothing to do yet; `due`: now; `lost`: the deadline has passed, and the proof is lost. */
  readonly state: 'later' | 'due' | 'lost';
  /** ISO time from which it is due. */
  readonly dueFrom: string;
  /** ISO time after which it is too late. */
  readonly dueBy: string;
  /** Reason for people, half a sentence. */
  readonly reason: string;
}

/** How long before its end a stamp is renewed by default: a year. */
export const renewalAheadMs = 365 * 24 * 3_600_000;

/**
 * Lists the coming renewals, the most urgent first. Each stamp has one for its certificates, or for anything else under its signatures that ends
 * earlier, and one for its digests if their end is known. A stamp whose certificates are valid for less than two years is renewed in the second half
 * of that time: an authority uses the same certificate for a new stamp, so with a whole year a renewal would always be due.
 * @param options.aheadMs replaces the year
 */
export function stampCalendar(
  stamps: readonly CalendarStamp[],
  nowMs: number,
  options: { readonly aheadMs?: number; readonly ageing?: readonly AgeingRule[] } = {},
): StampRenewal[] {
  const rules = options.ageing ?? ageingRules;
  const ahead = options.aheadMs ?? renewalAheadMs;
  const renewals: StampRenewal[] = [];
  for (const stamp of stamps) {
    const { size, digests } = stamp;
    const stampedMs = Date.parse(stamp.stampedAt);
    const plan = (renewal: StampRenewal['renewal'], byMs: number, reason: string): void => {
      // Whole milliseconds, as the result states them.
      const fromMs = byMs - Math.ceil(Math.max(0, Math.min(ahead, (byMs - stampedMs) / 2)));
      const state = nowMs > byMs ? 'lost' : nowMs >= fromMs ? 'due' : 'later';
      renewals.push({ size, renewal, state, dueFrom: new Date(fromMs).toISOString(), dueBy: new Date(byMs).toISOString(), reason });
    };
    const signature = earliest(
      stamp.algorithms.filter(({ name }) => !digests.includes(name)),
      rules,
    );
    const endsMs = Date.parse(stamp.certificateEnds);
    if (signature === null || signature.ms > endsMs) plan('time-stamp', endsMs, 'its certificates expire');
    else plan('time-stamp', signature.ms - 1, `${signature.name} under its signature becomes weak`);
    const digest = earliest(
      digests.map((name) => ({ name, bits: null })),
      rules,
    );
    if (digest !== null) plan('hash-tree', digest.ms - 1, `${digest.name} grows weak`);
  }
  return renewals.sort((a, b) => Date.parse(a.dueBy) - Date.parse(b.dueBy) || a.size - b.size || (a.renewal < b.renewal ? -1 : 1));
}

/** Returns the algorithm with the earliest known end. */
function earliest(algorithms: readonly StampAlgorithm[], rules: readonly AgeingRule[]): { readonly name: string; readonly ms: number } | null {
  const known = algorithms.flatMap((one) => {
    const ms = weakFromMs(one, rules);
    return ms === null ? [] : [{ name: one.bits === null ? one.name : `${one.name} ${one.bits}`, ms }];
  });
  return known.sort((a, b) => a.ms - b.ms)[0] ?? null;
}
