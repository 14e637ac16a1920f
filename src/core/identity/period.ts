import { inWindow, type TimeSpan, type TimeWindow } from '../time/time-span.ts';
import { edgeAt, isoMs, type ZoneClock } from '../time/zone-clock.ts';

/** When something was somebody's, `[fromMs, toMs)`; null: without an end on that side. */
export type Period = TimeWindow;

/** Where something lies to a period. `perhaps`: it goes over a bound of it, or its time is not known. */
export type Within = 'inside' | 'outside' | 'perhaps';

/** Compares a span with a period. @param span null: nothing is known of its time */
export function within(period: Period, span: TimeSpan | null): Within {
  if (span === null) return period.fromMs === null && period.toMs === null ? 'inside' : 'perhaps';
  const found = inWindow(span, period);
  return found === 'in' ? 'inside' : found === 'out' ? 'outside' : 'perhaps';
}

/** What two periods have in common; null: nothing. */
export function commonPeriod(one: Period, other: Period): Period | null {
  const fromMs = one.fromMs === null ? other.fromMs : other.fromMs === null ? one.fromMs : Math.max(one.fromMs, other.fromMs);
  const toMs = one.toMs === null ? other.toMs : other.toMs === null ? one.toMs : Math.min(one.toMs, other.toMs);
  return fromMs !== null && toMs !== null && fromMs >= toMs ? null : { fromMs, toMs };
}

/** What is left of a period without another one, in order. */
export function withoutPeriod(whole: Period, taken: Period): Period[] {
  if (commonPeriod(whole, taken) === null) return [whole];
  const before = taken.fromMs === null ? null : commonPeriod(whole, { fromMs: null, toMs: taken.fromMs });
  const after = taken.toMs === null ? null : commonPeriod(whole, { fromMs: taken.toMs, toMs: null });
  return [before, after].filter((one) => one !== null);
}

/** Reads a moment: with an offset or `Z`, or by the clock of a zone. Null: it is none, or it has no offset and no zone is given. */
export function readMoment(text: string, clock: ZoneClock | null): number | null {
  const [, wall = '', sign = '', hours = '', minutes = ''] =
    /^(\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?)?)(?:Z|([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
  const ms = wall === '' ? null : isoMs(wall);
  // A day that its month lacks is a mistake here, and not the next one.
  if (ms === null || new Date(ms).toISOString().slice(0, 10) !== wall.slice(0, 10)) return null;
  if (sign !== '') return ms - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (text.endsWith('Z')) return ms;
  return clock === null ? null : edgeAt(clock, ms, 'first');
}

/** A period for people: `2025-09-01T00:00Z to 2025-10-26T01:00Z`. */
export function periodText({ fromMs, toMs }: Period): string {
  const text = (ms: number | null, open: string): string => (ms === null ? open : `${new Date(ms).toISOString().slice(0, 16)}Z`);
  return fromMs === null && toMs === null ? 'at all times' : `${text(fromMs, 'the beginning')} to ${text(toMs, 'today')}`;
}
