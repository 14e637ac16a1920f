import type { TimeValue } from '../model/recording.ts';
import { edgeAt, isoMs, zoneClock } from './zone-clock.ts';

// Decides when a time may have been, for the catalog, the pages, cases and timelines.

/** Earliest and latest possible moment, epoch ms, both included. Equal if the time is exact. */
export interface TimeSpan {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A range of UTC, [from, to) in epoch ms; null: unbounded. */
export interface TimeWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Relation of a span to a window: inside, across one of its ends, or outside. */
export type InWindow = 'in' | 'perhaps' | 'out';

/** Largest differences of clocks from UTC, behind and ahead (IANA time zone database). */
export const zoneSpanMs = { behind: 12 * 3_600_000, ahead: 14 * 3_600_000 } as const;

/** A time written to the minute spans its seconds. A time written to the second is a moment. */
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Returns when a time may have been; null if unknown. A known UTC is that moment, a DST fold or gap both of its readings, local time of an unknown
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

/** Returns by how much a time may be later than its first moment. @param local local time, for a day of 23 or 25 hours */
function writtenMs({ precision, zone }: TimeValue, local: number | null): number {
  if (precision === 'min') return minuteMs - 1;
  if (precision !== 'day') return 0;
  const clock = zone === null ? null : zoneClock(zone);
  return clock === null || local === null ? dayMs - 1 : edgeAt(clock, local + dayMs, 'first') - edgeAt(clock, local, 'first') - 1;
}

/** Returns the relation of a span to a window. No span is in no window. */
export function inWindow(span: TimeSpan | null, { fromMs, toMs }: TimeWindow): InWindow {
  if (span === null) return 'out';
  const { earliestMs, latestMs } = span;
  if ((fromMs !== null && latestMs < fromMs) || (toMs !== null && earliestMs >= toMs)) return 'out';
  return (fromMs === null || earliestMs >= fromMs) && (toMs === null || latestMs < toMs) ? 'in' : 'perhaps';
}

/** How the calls of a result relate to a window. */
export interface WindowCounts {
  readonly in: number;
  /** Calls across one of its ends. */
  readonly perhaps: number;
  /** Calls that match otherwise, but have no time. */
  readonly withoutTime: number;
}
