import type { PageQuota } from '../../core/page/data.ts';
import type { Account } from './account.ts';

/** A recording whose sound is about to be handed out. */
export interface Sound {
  readonly recordingId: string;
  readonly durationMs: number | null;
}

/** Counts what each user had of the archive's sound today. */
export interface DayQuotas {
  /** Null: they may have it, and it is counted. Else why not, and nothing is counted. @param isTrial nothing is counted either way */
  take(account: Account, sounds: readonly Sound[], isTrial?: boolean): OverQuota | null;
  /** Counts what was handed out before. */
  restore(user: string, sounds: Iterable<Sound>): void;
  /** What somebody had today; null: their role has no quota. */
  today(account: Account): PageQuota | null;
}

/** A quota that would not hold. */
export interface OverQuota {
  readonly of: 'recordings' | 'hours';
  readonly most: number;
  readonly used: number;
  /** What was asked for and is not counted yet. */
  readonly more: number;
  /** Until the day is over. */
  readonly waitMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Recordings of one user that are remembered; of one beyond, each time counts. */
const remembered = 100_000;

interface Day {
  readonly ids: Set<string>;
  recordings: number;
  ms: number;
}

/**
 * Counts by UTC days. A recording counts once a day for a user, with its whole length, whatever of it was heard or taken and however often: parts of it are free from then on.
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

/** In hundredths, upwards. */
function hours(ms: number): number {
  return Math.ceil((ms / hourMs) * 100) / 100;
}
