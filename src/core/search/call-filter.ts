import type { TimeWindow } from '../time/time-span.ts';
import { edgeAt, isoMs, offsetAt, utcClock, type ZoneClock, zoneClock } from '../time/zone-clock.ts';

// Filters for calls by time range, length, weekday and time of day; other modules filter by words and values. `src/store/catalog/filter-sql.ts`
// expresses the same in SQL; a property test compares both. A time range applies to the possible starts of a call (src/core/time/time-span.ts). For
// weekday and time of day a start that ends in Z is a moment and is converted to the zone's clock; any other start is local time and is used as it
// is.

/** Weekdays as they are written, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A filter for calls. A call must match all members; an absent member matches every call. */
export interface CallFilter {
  /** Shortest and longest audio in whole ms, both inclusive. A call without a length matches neither limit. */
  readonly minLengthMs?: number;
  readonly maxLengthMs?: number;
  /** Weekdays of the start: 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly weekdays?: readonly number[];
  /** Time of day of the start, in minutes: [from, to); a range across midnight if `from` is larger. */
  readonly timeOfDay?: TimeOfDay;
  /** IANA name of the zone for weekday and time of day. Absent: UTC. */
  readonly zone?: string;
}

/** A time range of a query. */
export interface TimeRange {
  /** ISO times, or beginnings of ISO times; the range is [from, to). */
  readonly from?: string;
  readonly to?: string;
}

/** Minutes since midnight. */
export interface TimeOfDay {
  readonly fromMin: number;
  readonly toMin: number;
}

/**
 * Returns the window between two local times of a zone. An ambiguous hour (DST fold) is included whole. Values outside the years 1900 to 2100 mark
 * missing times and do not depend on a zone.
 * @param zone absent: UTC
 * @returns null if a bound is not a time
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

/** Returns the minutes since 1970 by the clock to which a start refers; null if the start is not a time. */
export function clockMinutes(start: string, clock: ZoneClock): number | null {
  const ms = isoMs(start);
  if (ms === null || start.length < 16) return null;
  return Math.floor(ms / 60_000) + (start.endsWith('Z') ? offsetAt(clock, ms) : 0);
}

/** Returns the day (`2019-03-12`) on which a call began, by the clock to which its start refers. */
export function dayOf(start: string, zone?: string): string {
  const clock = clockNamed(zone);
  const minutes = clock === utcClock ? null : clockMinutes(start, clock);
  return minutes === null ? start.slice(0, 10) : new Date(minutes * 60_000).toISOString().slice(0, 10);
}

/**
 * Returns the month (`2019-03`) in which a call began, by the clock to which its start refers. The zone matters only near the ends of months, and not
 * for values that mark missing times.
 */
export function monthByClock(start: string, zone?: string): string {
  const day = start.slice(8, 10);
  const isSign = start < '1900' || start >= '2101';
  return isSign || (day > '01' && day < '28') ? start.slice(0, 7) : dayOf(start, zone).slice(0, 7);
}

/** Returns the month that follows a month by a number of months; not for years before 1000 or after 9999. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Returns true if a range is within one month, whatever the clock. */
export function isOneMonth({ from, to }: TimeRange): boolean {
  const endMs = to === undefined ? null : isoMs(to);
  return from !== undefined && from.length >= 7 && endMs !== null && new Date(endMs - 1).toISOString().startsWith(from.slice(0, 7));
}

/** Returns a test of calls against a filter. The zone is that of the filter, for weekdays and time of day. */
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

/** Returns the clock of a zone that is known to exist: check names from outside with `zoneClock` first. @throws Error if there is no such zone */
function clockNamed(zone = 'UTC'): ZoneClock {
  const clock = zoneClock(zone);
  if (clock === null) throw new Error(`there is no time zone ${zone}`);
  return clock;
}

/** Largest length that can be searched for; no recording is longer. */
const mostLengthMs = 1_000 * 3_600_000;

/** Parses a length and returns it in ms; null: invalid. `90` and `90s` are seconds; other forms are `5m`, `1h30m`, `1:30` and `1:02:03`. */
export function parseLength(text: string): number | null {
  const written = text.trim().toLowerCase();
  const clock = /^(?:(\d{1,4}):)?(\d{1,5}):([0-5]\d)$/.exec(written);
  const units = /^(?:(\d{1,4})\s*h)?\s*(?:(\d{1,6})\s*m(?:in)?)?\s*(?:(\d{1,8}(?:[.,]\d{1,3})?)\s*s?)?$/.exec(written);
  const [, hours = '0', minutes = '0', seconds = '0'] = clock ?? units ?? [];
  if (written === '' || (clock === null && units === null)) return null;
  const ms = Math.round((Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))) * 1_000);
  return ms <= mostLengthMs ? ms : null;
}

/** Parses weekdays, e.g. `mon`, `mon,wed`, `mon-fri` or `fri-mon`. Returns them in their order, without duplicates; null: invalid. */
export function parseWeekdays(text: string): readonly number[] | null {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [, first, last] = /^\s*([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s*$/.exec(part) ?? [];
    // An unknown name gives index -1.
    const [from, to] = [first, last ?? first].map((name) => (weekdays as readonly (string | undefined)[]).indexOf(name));
    if (from === undefined || to === undefined || from < 0 || to < 0) return null;
    for (let at = from; ; at = (at + 1) % 7) {
      found.add(at + 1);
      if (at === to) break;
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Formats weekdays: `mon,tue`. */
export function weekdayText(days: readonly number[]): string {
  return days.map((day) => weekdays[day - 1] ?? '').join(',');
}

/** Parses a time of day, e.g. `09:00-17:30` or, across midnight, `22:00-06:00`; minutes are optional. Null: invalid, or of zero length. */
export function parseTimeOfDay(text: string): TimeOfDay | null {
  const [, ...parts] = /^\s*(\d{1,2})(?::([0-5]\d))?\s*-\s*(\d{1,2})(?::([0-5]\d))?\s*$/.exec(text) ?? [];
  const [fromHour, fromMinute = 0, toHour, toMinute = 0] = parts.map((part) => (part === undefined ? undefined : Number(part)));
  if (fromHour === undefined || toHour === undefined) return null;
  const [fromMin, toMin] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  return fromMin >= dayMin || toMin > dayMin || fromMin === toMin ? null : { fromMin, toMin };
}
