import type { PageQuota } from '../../core/page/data.ts';
import type { Account } from './account.ts';

/** A recording whose audio is about to be served. */
export interface Sound {
  readonly recordingId: string;
  readonly durationMs: number | null;
}

/** Counts how much audio each user has got today. */
export interface DayQuotas {
  /**
   * Counts recordings towards the user's quota.
   * @param isTrial true: counts nothing
   * @returns null if the quota suffices; otherwise the exceeded quota, and nothing is counted
   */
  take(account: Account, sounds: readonly Sound[], isTrial?: boolean): OverQuota | null;
  /** Counts audio that a user got before the server started. */
  restore(user: string, sounds: Iterable<Sound>): void;
  /** Returns how much a user has got today; null if the role has no quota. */
  today(account: Account): PageQuota | null;
}

/** A quota that a request would exceed. */
export interface OverQuota {
  readonly of: 'recordings' | 'hours';
  readonly most: number;
  readonly used: number;
  /** Amount that was requested, as far as it is not counted yet. */
  readonly more: number;
  /** Time until the day ends, in ms. */
  readonly waitMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Largest number of recordings that are remembered per user. A recording beyond this number counts each time. */
const remembered = 100_000;

interface Day {
  readonly ids: Set<string>;
  recordings: number;
  ms: number;
}

/**
 * Creates quotas that count by UTC day. A recording counts once per user and day with its whole length, however much of it was played or downloaded; further
 * requests for it count nothing on that day.
 * @param now ISO time
 */
export function createDayQuotas(now: () => string): DayQuotas {
  let date = '';
  const days = new Map<string, Day>();
  const dayOf = (user: string): Day => {
    const today = now().slice(0, 10);
    if (today !== date) days.clear();
    date = today;
    const day = days.get(user) ?? { ids: new Set<string>(), recordings: 0, ms: 0 };
    days.set(user, day);
    return day;
  };
  const add = (day: Day, sounds: Iterable<Sound>): void => {
    for (const { recordingId, durationMs } of sounds) {
      if (day.ids.has(recordingId)) continue;
      if (day.ids.size < remembered) day.ids.add(recordingId);
      day.recordings++;
      day.ms += durationMs ?? 0;
    }
  };
  return {
    take: ({ user, role: { perDay } }, sounds, isTrial = false) => {
      if (perDay === undefined) return null;
      const day = dayOf(user);
      const others = sounds.filter(({ recordingId }) => !day.ids.has(recordingId));
      const ms = others.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
      const waitMs = dayMs - (Date.parse(now()) % dayMs);
      if (others.length > 0 && day.recordings + others.length > perDay.recordings)
        return { of: 'recordings', most: perDay.recordings, used: day.recordings, more: others.length, waitMs };
      if (others.length > 0 && day.ms + ms > perDay.hours * hourMs)
        return { of: 'hours', most: perDay.hours, used: hours(day.ms), more: hours(ms), waitMs };
      if (!isTrial) add(day, others);
      return null;
    },
    restore: (user, sounds) => add(dayOf(user), sounds),
    today: ({ user, role: { perDay } }) => {
      if (perDay === undefined) return null;
      const { recordings, ms } = dayOf(user);
      const most = (value: number): number | null => (Number.isFinite(value) ? value : null);
      return { recordings, mostRecordings: most(perDay.recordings), hours: hours(ms), mostHours: most(perDay.hours) };
    },
  };
}

/** Converts ms to hours, rounded up to hundredths. */
function hours(ms: number): number {
  return Math.ceil((ms / hourMs) * 100) / 100;
}
