import type { TimeValue } from '../model/recording.ts';
import { edgeAt, isoMs, zoneClock } from './zone-clock.ts';

// The one place that decides when a time may have been. The catalog, the pages, cases and time lines ask it.

/** Earliest and latest moment at which something may have been, epoch ms, both included. Equal where the time is sure. */
export interface TimeSpan {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A range of UTC, [from, to) in epoch ms; null: no bound. */
export interface TimeWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** How a span lies to a window: inside of it, across one of its ends, or outside. */
export type InWindow = 'in' | 'perhaps' | 'out';

/** Clocks run at most this far behind and ahead of UTC (IANA time zone database). */
export const zoneSpanMs = { behind: 12 * 3_600_000, ahead: 14 * 3_600_000 } as const;

/** How long a time may be later than what is written: a minute spans its seconds. A time to the second is a moment. */
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * When a time may have been; null where nothing is known of it. A known UTC is that moment, an hour that occurred twice or never both of its readings, a clock of an unknown
 * zone more than a day; a time written to the minute or the day spans it.
 */
export function spanOf(time: TimeValue | null): TimeSpan | null {
  if (time === null) return null;
  const known = time.utc === null ? null : isoMs(time.utc);
  const local = time.local === null ? null : isoMs(time.local);
  if (known !== null) return { earliestMs: known, latestMs: known + writtenMs(time, local) };
  const candidates = time.candidates.flatMap((text) => isoMs(text) ?? []).slice(0, 2);
  const rest = time.precision === 'day' ? dayMs - 1 : writtenMs(time, null);
  if (candidates.length === 2) return { earliestMs: Math.min(...candidates), latestMs: Math.max(...candidates) + rest };
  return local === null ? null : { earliestMs: local - zoneSpanMs.ahead, latestMs: local + zoneSpanMs.behind + rest };
}

/** By how much a time may be later than its first moment. @param local the clock's reading, for a day of 23 or 25 hours */
function writtenMs({ precision, zone }: TimeValue, local: number | null): number {
  if (precision === 'min') return minuteMs - 1;
  if (precision !== 'day') return 0;
  const clock = zone === null ? null : zoneClock(zone);
  return clock === null || local === null ? dayMs - 1 : edgeAt(clock, local + dayMs, 'first') - edgeAt(clock, local, 'first') - 1;
}

/** How a span lies to a window. Nothing is in no window. */
export function inWindow(span: TimeSpan | null, { fromMs, toMs }: TimeWindow): InWindow {
  if (span === null) return 'out';
  const { earliestMs, latestMs } = span;
  if ((fromMs !== null && latestMs < fromMs) || (toMs !== null && earliestMs >= toMs)) return 'out';
  return (fromMs === null || earliestMs >= fromMs) && (toMs === null || latestMs < toMs) ? 'in' : 'perhaps';
}

/** What an answer over a window says of its calls. */
export interface WindowCounts {
  readonly in: number;
  /** Across one of its ends. */
  readonly perhaps: number;
  /** Match in all else, and have no time. */
  readonly withoutTime: number;
}
