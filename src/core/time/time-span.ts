import type { TimeValue } from '../model/recording.ts';
import { edgeAt, isoMs, zoneClock } from './zone-clock.ts';

// Determines the span in which a time lies, for the catalog, the pages, cases and timelines.

/** Earliest and latest possible moment, epoch ms, both inclusive; equal if the time is exact. */
export interface TimeSpan {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A range of UTC, [from, to) in epoch ms; null: unbounded. */
export interface TimeWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Relation of a span to a window. `perhaps`: the span crosses an end of the window. */
export type InWindow = 'in' | 'perhaps' | 'out';

/** Largest differences of clocks from UTC, behind and ahead (IANA time zone database). */
export const zoneSpanMs = { behind: 12 * 3_600_000, ahead: 14 * 3_600_000 } as const;

/** A time written to the minute spans 60 s; a time written to the second is a moment. */
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Returns the span in which a time lies; null if unknown. A known UTC value is a moment. A DST fold or gap spans both its readings. Local time of an
 * unknown zone spans more than a day. A time written to the minute or the day spans that minute or day.
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

/** Returns how many ms after its first moment a time may be. @param local local time, for a day of 23 or 25 hours */
function writtenMs({ precision, zone }: TimeValue, local: number | null): number {
  if (precision === 'min') return minuteMs - 1;
  if (precision !== 'day') return 0;
  const clock = zone === null ? null : zoneClock(zone);
  return clock === null || local === null ? dayMs - 1 : edgeAt(clock, local + dayMs, 'first') - edgeAt(clock, local, 'first') - 1;
}

/** Returns the relation of a span to a window; an unknown span is in no window. */
export function inWindow(span: TimeSpan | null, { fromMs, toMs }: TimeWindow): InWindow {
  if (span === null) return 'out';
  const { earliestMs, latestMs } = span;
  if ((fromMs !== null && latestMs < fromMs) || (toMs !== null && earliestMs >= toMs)) return 'out';
  return (fromMs === null || earliestMs >= fromMs) && (toMs === null || latestMs < toMs) ? 'in' : 'perhaps';
}

/** How the calls of a result relate to a window. */
export interface WindowCounts {
  readonly in: number;
  /** Number of calls whose span crosses an end of the window. */
  readonly perhaps: number;
  /** Number of calls that match otherwise but have no time. */
  readonly withoutTime: number;
}
