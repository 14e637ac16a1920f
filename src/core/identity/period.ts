import { inWindow, type TimeSpan, type TimeWindow } from '../time/time-span.ts';
import { edgeAt, isoMs, type ZoneClock } from '../time/zone-clock.ts';

/** Period of ownership, `[fromMs, toMs)`; null: unbounded on that side. */
export type Period = TimeWindow;

/** Relation of a time to a period. `perhaps`: the time crosses a bound of the period, or is unknown. */
export type Within = 'inside' | 'outside' | 'perhaps';

/** Compares a span with a period. @param span null: its time is unknown */
export function within(period: Period, span: TimeSpan | null): Within {
  if (span === null) return period.fromMs === null && period.toMs === null ? 'inside' : 'perhaps';
  const found = inWindow(span, period);
  return found === 'in' ? 'inside' : found === 'out' ? 'outside' : 'perhaps';
}

/** Returns the intersection of two periods; null: none. */
export function commonPeriod(one: Period, other: Period): Period | null {
  const fromMs = one.fromMs === null ? other.fromMs : other.fromMs === null ? one.fromMs : Math.max(one.fromMs, other.fromMs);
  const toMs = one.toMs === null ? other.toMs : other.toMs === null ? one.toMs : Math.min(one.toMs, other.toMs);
  return fromMs !== null && toMs !== null && fromMs >= toMs ? null : { fromMs, toMs };
}

/** Subtracts one period from another; the rest is in order. */
export function withoutPeriod(whole: Period, taken: Period): Period[] {
  if (commonPeriod(whole, taken) === null) return [whole];
  const before = taken.fromMs === null ? null : commonPeriod(whole, { fromMs: null, toMs: taken.fromMs });
  const after = taken.toMs === null ? null : commonPeriod(whole, { fromMs: taken.toMs, toMs: null });
  return [before, after].filter((one) => one !== null);
}

/** Parses a moment that has an offset or `Z`, or is local time of a zone. Null: invalid, or without an offset although no zone is given. */
export function readMoment(text: string, clock: ZoneClock | null): number | null {
  const [, wall = '', sign = '', hours = '', minutes = ''] =
    /^(\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?)?)(?:Z|([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
  const ms = wall === '' ? null : isoMs(wall);
  // A day that its month does not have, e.g. 30 February, is an error here, not a day of the next month.
  if (ms === null || new Date(ms).toISOString().slice(0, 10) !== wall.slice(0, 10)) return null;
  if (sign !== '') return ms - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (text.endsWith('Z')) return ms;
  return clock === null ? null : edgeAt(clock, ms, 'first');
}

/** Formats a period for people: `2025-09-01T00:00Z to 2025-10-26T01:00Z`. */
export function periodText({ fromMs, toMs }: Period): string {
  const text = (ms: number | null, open: string): string => (ms === null ? open : `${new Date(ms).toISOString().slice(0, 16)}Z`);
  return fromMs === null && toMs === null ? 'at all times' : `${text(fromMs, 'the beginning')} to ${text(toMs, 'today')}`;
}
