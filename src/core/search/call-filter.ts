import type { TimeWindow } from '../time/time-span.ts';
import { edgeAt, isoMs, offsetAt, utcClock, type ZoneClock, zoneClock } from '../time/zone-clock.ts';

// What calls can be chosen by beside words and values: range of time, length, weekday, time of day. `src/store/catalog/filter-sql.ts` says the same in SQL; a property test
// holds both together. A range of time asks when a call may have begun (src/core/time/time-span.ts). For weekday and time of day a start that ends in Z is a moment, and a zone's clock is
// asked for its day; any other is what a clock showed, and is taken as it stands.

/** Weekdays as they are written, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** What narrows calls; members are joined by "and", an absent one asks nothing. */
export interface CallFilter {
  /** Of the sound, in whole ms; both ends count. What has no length is neither short nor long. */
  readonly minLengthMs?: number;
  readonly maxLengthMs?: number;
  /** Of the start: 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly weekdays?: readonly number[];
  /** Of the start, in minutes: [from, to); over midnight where `from` is the larger one. */
  readonly timeOfDay?: TimeOfDay;
  /** IANA name of the zone whose clock tells weekday and time of day. Absent: UTC. */
  readonly zone?: string;
}

/** Members that choose by time. */
export interface TimeRange {
  /** ISO times or beginnings of them: [from, to). */
  readonly from?: string;
  readonly to?: string;
}

/** Minutes since midnight. */
export interface TimeOfDay {
  readonly fromMin: number;
  readonly toMin: number;
}

/**
 * The window that two readings of a zone's clock mean: of an hour that occurred twice the whole. Beyond the years 1900 to 2100 stand signs for no time at all, which are no zone's.
 * @param zone absent: UTC @returns null where a bound is no time
 */
export function windowOf({ from, to }: TimeRange, zone?: string): TimeWindow | null {
  const clock = clockNamed(zone);
  const edge = (text: string | undefined, which: 'first' | 'last'): number | null | undefined => {
    if (text === undefined) return null;
    const ms = isoMs(text);
    if (ms === null) return undefined;
    const year = Number(text.slice(0, 4));
    return clock === utcClock || year < 1900 || year > 2100 ? ms : edgeAt(clock, ms, which);
  };
  const [fromMs, toMs] = [edge(from, 'first'), edge(to, 'last')];
  return fromMs === undefined || toMs === undefined ? null : { fromMs, toMs };
}

/** Minutes since 1970 by the clock that a start is read by; null where it is no time. */
export function clockMinutes(start: string, clock: ZoneClock): number | null {
  const ms = isoMs(start);
  if (ms === null || start.length < 16) return null;
  return Math.floor(ms / 60_000) + (start.endsWith('Z') ? offsetAt(clock, ms) : 0);
}

/** The day (`2019-03-12`) on which a call began, by the clock that its start is read by. */
export function dayOf(start: string, zone?: string): string {
  const clock = clockNamed(zone);
  const minutes = clock === utcClock ? null : clockMinutes(start, clock);
  return minutes === null ? start.slice(0, 10) : new Date(minutes * 60_000).toISOString().slice(0, 10);
}

/** The month (`2019-03`) on which a call began, by the same clock. Only near the ends of months does it depend on that, and not where signs for no time stand. */
export function monthByClock(start: string, zone?: string): string {
  const day = start.slice(8, 10);
  const isSign = start < '1900' || start >= '2101';
  return isSign || (day > '01' && day < '28') ? start.slice(0, 7) : dayOf(start, zone).slice(0, 7);
}

/** The month that is so many months behind another; not of the years before 1000 or behind 9999. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** True where a range, by whatever clock, lies within one month. */
export function isOneMonth({ from, to }: TimeRange): boolean {
  const endMs = to === undefined ? null : isoMs(to);
  return from !== undefined && from.length >= 7 && endMs !== null && new Date(endMs - 1).toISOString().startsWith(from.slice(0, 7));
}

/** Tells of a call whether a filter lets it through. @param zone of weekdays and time of day that the filter has */
export function filterTest({
  minLengthMs,
  maxLengthMs,
  weekdays: days,
  timeOfDay,
  zone,
}: CallFilter): (start: string | null, lengthMs: number | null) => boolean {
  const clock = clockNamed(zone);
  return (start, lengthMs) => {
    if (minLengthMs !== undefined || maxLengthMs !== undefined) {
      if (lengthMs === null) return false;
      const length = Math.round(lengthMs);
      if (length < (minLengthMs ?? 0) || length > (maxLengthMs ?? Number.POSITIVE_INFINITY)) return false;
    }
    if (days === undefined && timeOfDay === undefined) return true;
    const minutes = start === null ? null : clockMinutes(start, clock);
    if (minutes === null) return false;
    const day = Math.floor(minutes / dayMin);
    // 1970-01-01 was a Thursday.
    if (days !== undefined && !days.includes(modulo(day + 3, 7) + 1)) return false;
    if (timeOfDay === undefined) return true;
    const { fromMin, toMin } = timeOfDay;
    const minute = minutes - day * dayMin;
    return fromMin < toMin ? minute >= fromMin && minute < toMin : minute >= fromMin || minute < toMin;
  };
}

const dayMin = 1_440;

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** @throws Error where there is no such zone: whoever takes one from outside asks `zoneClock` first */
function clockNamed(zone = 'UTC'): ZoneClock {
  const clock = zoneClock(zone);
  if (clock === null) throw new Error(`there is no time zone ${zone}`);
  return clock;
}

/** Longer sounds are none. */
const mostLengthMs = 1_000 * 3_600_000;

/** A length as people write it: `90` and `90s` are seconds, `5m`, `1h30m`, `1:30`, `1:02:03`; in ms. Null: it is none. */
export function parseLength(text: string): number | null {
  const written = text.trim().toLowerCase();
  const clock = /^(?:(\d{1,4}):)?(\d{1,5}):([0-5]\d)$/.exec(written);
  const units = /^(?:(\d{1,4})\s*h)?\s*(?:(\d{1,6})\s*m(?:in)?)?\s*(?:(\d{1,8}(?:[.,]\d{1,3})?)\s*s?)?$/.exec(written);
  const [, hours = '0', minutes = '0', seconds = '0'] = clock ?? units ?? [];
  if (written === '' || (clock === null && units === null)) return null;
  const ms = Math.round((Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))) * 1_000);
  return ms <= mostLengthMs ? ms : null;
}

/** Weekdays as `mon`, `mon,wed`, `mon-fri` or `fri-mon`, in their order, each once; null where they are none. */
export function parseWeekdays(text: string): readonly number[] | null {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [, first, last] = /^\s*([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s*$/.exec(part) ?? [];
    // What is none of them is nowhere in the list.
    const [from, to] = [first, last ?? first].map((name) => (weekdays as readonly (string | undefined)[]).indexOf(name));
    if (from === undefined || to === undefined || from < 0 || to < 0) return null;
    for (let at = from; ; at = (at + 1) % 7) {
      found.add(at + 1);
      if (at === to) break;
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** The same written: `mon,tue`. */
export function weekdayText(days: readonly number[]): string {
  return days.map((day) => weekdays[day - 1] ?? '').join(',');
}

/** A time of day as `09:00-17:30` or, over midnight, `22:00-06:00`; minutes may be left out. Null: it is none, or from a minute to itself. */
export function parseTimeOfDay(text: string): TimeOfDay | null {
  const [, ...parts] = /^\s*(\d{1,2})(?::([0-5]\d))?\s*-\s*(\d{1,2})(?::([0-5]\d))?\s*$/.exec(text) ?? [];
  const [fromHour, fromMinute = 0, toHour, toMinute = 0] = parts.map((part) => (part === undefined ? undefined : Number(part)));
  if (fromHour === undefined || toHour === undefined) return null;
  const [fromMin, toMin] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  return fromMin >= dayMin || toMin > dayMin || fromMin === toMin ? null : { fromMin, toMin };
}
