import { Temporal } from 'temporal-polyfill';
import type { TimeBasis, TimeValue } from '../../core/model/recording.ts';
import type { TimeSpec } from '../text/types.ts';
import type { CountedMoment } from './time-counts.ts';
import { momentFormats, writtenFormats } from './time-formats.ts';
import { readPattern } from './time-text.ts';
import type { WrittenTime } from './written-time.ts';

/** Raw values that mean "no time" in every export. */
const sentinelTexts: ReadonlySet<string> = new Set(['', '\\N', 'null', 'none', 'nil', 'n/a', '-', '0000-00-00', '0000-00-00 00:00:00']);

/**
 * Midnights that programs write for "no time": the zero of .NET, FILETIME, Access and Excel (both systems), SQL Server and Unix, and the largest date of SQL
 * Server. Source: recorder facts 3.1 (NICE, Sonus); documentation of the types for the others.
 */
const sentinelDates: ReadonlySet<string> = new Set([
  '0001-01-01',
  '1601-01-01',
  '1753-01-01',
  '1899-12-30',
  '1899-12-31',
  '1900-01-01',
  '1904-01-01',
  '9999-12-31',
]);

/**
 * Parses a time, with its basis and uncertainty. Never throws because of the text: an unreadable text gives `unreadable`, and a text that means "no time" gives
 * `sentinel`, both without `utc`. An ambiguous (DST fold) or nonexistent (DST gap) local time gives candidates, and `utc` null.
 * @throws RangeError if `spec.zone` is not a zone; settings should be checked with `zoneExists`.
 */
export function parseTime(raw: string, spec: TimeSpec): TimeValue {
  const text = raw.trim();
  if (sentinelTexts.has(text) || sentinelTexts.has(text.toLowerCase()) || spec.sentinels?.includes(raw) || spec.sentinels?.includes(text)) {
    return noTime(raw, 'sentinel', spec.basis);
  }
  const moment = momentFormats.get(spec.format);
  if (moment !== undefined) return countedTime(raw, moment(text), spec);
  const named = writtenFormats.get(spec.format);
  const written = named === undefined ? readPattern(text, spec.format) : named(text);
  return written === null ? noTime(raw, 'unreadable', spec.basis) : writtenTime(raw, written, spec);
}

function countedTime(raw: string, moment: CountedMoment | null, { basis }: TimeSpec): TimeValue {
  if (moment === null || Math.abs(moment.ms) > 8.64e15) return noTime(raw, 'unreadable', basis);
  if (moment.isNoTime) return noTime(raw, 'sentinel', basis);
  return {
    raw,
    utc: new Date(moment.ms).toISOString(),
    local: null,
    offsetMin: null,
    zone: null,
    precision: moment.precision,
    basis: basis ?? 'epoch',
    certainty: 'exact',
    candidates: [],
  };
}

function writtenTime(raw: string, written: WrittenTime, spec: TimeSpec): TimeValue {
  const { hour, minute, precision } = written;
  // Checked here, because a date object would silently repair the year 0099 and 24:00.
  const localMs = wallClockMs(written);
  if (localMs === null) return noTime(raw, 'unreadable', spec.basis);
  const local = wallClockText(written);
  if (localMs === 0 || (sentinelDates.has(local.slice(0, 10)) && isMidnightOr2359(hour, minute))) return noTime(raw, 'sentinel', spec.basis);
  if (written.offsetMin !== null && spec.overrideOffset !== true) {
    const utcMs = localMs - written.offsetMin * 60_000;
    if (utcMs === 0) return noTime(raw, 'sentinel', spec.basis);
    const basis = spec.basis ?? 'explicit-offset';
    const utc = new Date(utcMs).toISOString();
    return { raw, local, precision, candidates: [], utc, offsetMin: written.offsetMin, zone: null, basis, certainty: 'exact' };
  }
  // Members are listed by name: there are millions of times, and spreading an object costs more than parsing one.
  if (spec.zone === null) {
    const basis = spec.basis ?? 'unknown';
    return { raw, local, precision, candidates: [], utc: null, offsetMin: null, zone: null, basis, certainty: 'unzoned' };
  }
  if (spec.zone === 'UTC') {
    const basis = spec.basis ?? 'utc-column';
    return { raw, local, precision, candidates: [], utc: `${local}Z`, offsetMin: 0, zone: 'UTC', basis, certainty: 'exact' };
  }
  const basis = spec.basis ?? 'zone-assumed';
  const steady = steadyHour(localMs, spec.zone);
  // Minutes, seconds and milliseconds of UTC are those of the local time, and the hour is known.
  if (steady !== null && steady.utcHour !== null && localMs !== steady.offsetMs) {
    const offsetMin = steady.offsetMs / 60_000;
    const utc = `${steady.utcHour}${local.slice(13)}Z`;
    return { raw, local, precision, candidates: [], utc, offsetMin, zone: spec.zone, basis, certainty: 'assumed' };
  }
  const [first, last, exists] = steady === null ? zoneInstants(localMs, spec.zone) : [localMs - steady.offsetMs, localMs - steady.offsetMs, true];
  if (first === 0 && last === 0) return noTime(raw, 'sentinel', spec.basis);
  if (first === last) {
    const offsetMin = (localMs - first) / 60_000;
    const utc = new Date(first).toISOString();
    return { raw, local, precision, candidates: [], utc, offsetMin, zone: spec.zone, basis, certainty: 'assumed' };
  }
  const candidates = [first, last].map((ms) => new Date(ms).toISOString());
  const certainty = exists ? 'ambiguous-fold' : 'nonexistent';
  return { raw, local, precision, candidates, utc: null, offsetMin: null, zone: spec.zone, basis, certainty };
}

function isMidnightOr2359(hour: number, minute: number): boolean {
  return (hour === 0 && minute === 0) || (hour === 23 && minute === 59);
}

/** Returns the local time as if it were UTC, in epoch ms; null if there is no such date or time of day. */
function wallClockMs(written: WrittenTime): number | null {
  const { year, month, day, hour, minute, second, millisecond, offsetMin } = written;
  if (hour > 23 || minute > 59 || second > 59 || (offsetMin !== null && Math.abs(offsetMin) > 18 * 60)) return null;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (isLeap ? leapDays : commonDays)[month - 1] ?? 0;
  if (day < 1 || day > days) return null;
  // Date.UTC maps the years 0 to 99 to the 20th century. Adding 400 years is safe, because they are a whole number of days.
  return Date.UTC(year + 400, month - 1, day, hour, minute, second, millisecond) - fourCenturiesMs;
}

const commonDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const leapDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const fourCenturiesMs = 146_097 * 86_400_000;

/** Formats a local time like `toISOString` without Z, but from its fields: creating millions of date objects costs more than everything else. */
function wallClockText({ year, month, day, hour, minute, second, millisecond }: WrittenTime): string {
  const years = year < 1_000 ? String(year).padStart(4, '0') : year;
  const thousandths = millisecond === 0 ? '000' : String(millisecond).padStart(3, '0');
  return `${years}-${twoDigits(month)}-${twoDigits(day)}T${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}.${thousandths}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

/** A whole clock hour of a zone without a clock change. */
interface SteadyHour {
  readonly offsetMs: number;
  /** The hour in UTC, e.g. `2024-01-31T23`; null if the offset is not a number of hours, or the year does not have four digits. */
  readonly utcHour: string | null;
}

/** Clock hours by zone and start; null for hours with a clock change. Cached, because the times in a column repeat them. */
const steadyHours = new Map<string, Map<number, SteadyHour | null>>();
/** Number of cached hours of all zones, and its limit: 22 years of one zone. */
let cachedHours = 0;
const hoursMax = 200_000;
const hourMs = 3_600_000;

/** Returns the clock hour of a local time; null if the clocks changed in it. */
function steadyHour(localMs: number, zone: string): SteadyHour | null {
  const hour = Math.floor(localMs / hourMs) * hourMs;
  const kept = steadyHours.get(zone)?.get(hour);
  if (kept !== undefined) return kept;
  const [from, until, exists] = zoneInstants(hour, zone);
  const [nextFrom, nextUntil] = zoneInstants(hour + hourMs, zone);
  // If both ends of the hour are unambiguous and an hour apart, there is no clock change between them.
  const isSteady = exists && from === until && nextFrom === nextUntil && nextFrom - from === hourMs;
  const made = isSteady ? { offsetMs: hour - from, utcHour: utcHourOf(from) } : null;
  if (cachedHours++ >= hoursMax) {
    steadyHours.clear();
    cachedHours = 1;
  }
  const hours = steadyHours.get(zone);
  if (hours === undefined) steadyHours.set(zone, new Map([[hour, made]]));
  else hours.set(hour, made);
  return made;
}

function utcHourOf(ms: number): string | null {
  const text = new Date(ms).toISOString();
  return ms % hourMs === 0 && text.length === 24 ? text.slice(0, 13) : null;
}

/**
 * Returns the earliest and latest moment at which a zone's clocks showed a local time, and whether they ever did. For a nonexistent time (DST gap), returns the
 * two neighbouring moments.
 */
function zoneInstants(localMs: number, zone: string): readonly [first: number, last: number, exists: boolean] {
  const plain = Temporal.PlainDateTime.from(new Date(localMs).toISOString().slice(0, -1));
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const first = earlier.epochMilliseconds;
  const last = plain.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
  return [Math.min(first, last), Math.max(first, last), first + earlier.offsetNanoseconds / 1e6 === localMs];
}

function noTime(raw: string, certainty: 'sentinel' | 'unreadable', basis: TimeBasis | undefined): TimeValue {
  return { raw, utc: null, local: null, offsetMin: null, zone: null, precision: 's', basis: basis ?? 'unknown', certainty, candidates: [] };
}

/**
 * Resolves an ambiguous or nonexistent local time by a related time that is certain, e.g. the epoch time in a call's id. The related time must be near one of
 * the candidates: within a quarter of the distance between them (15 minutes for an hour). Returns the value unchanged if it is not, or if nothing needs to be
 * resolved.
 */
export function resolveFold(value: TimeValue, evidence: { readonly utc: string; readonly by: TimeBasis }): TimeValue {
  const [first, last] = value.candidates.map((candidate) => Date.parse(candidate));
  const at = Date.parse(evidence.utc);
  if (first === undefined || last === undefined || Number.isNaN(at)) return value;
  const nearest = Math.abs(at - first) <= Math.abs(at - last) ? first : last;
  return Math.abs(at - nearest) <= (last - first) / 4 ? settled(value, nearest, evidence.by) : value;
}

/**
 * Resolves the fold of a start, an end or both by the duration between them, if exactly one choice of candidates matches that duration to within two seconds
 * and the precision. Returns the values unchanged if no choice or several choices match.
 */
export function resolveFoldByDuration(start: TimeValue, end: TimeValue, durationMs: number): { readonly start: TimeValue; readonly end: TimeValue } {
  if (start.candidates.length === 0 && end.candidates.length === 0) return { start, end };
  const tolerance = 2_000 + precisionMs(start) + precisionMs(end);
  const fitting = possibleMs(start)
    .flatMap((from) => possibleMs(end).map((to) => ({ from, to })))
    .filter(({ from, to }) => Math.abs(to - from - durationMs) <= tolerance);
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) return { start, end };
  return {
    start: start.candidates.length === 0 ? start : settled(start, only.from, start.basis),
    end: end.candidates.length === 0 ? end : settled(end, only.to, end.basis),
  };
}

function possibleMs(value: TimeValue): readonly number[] {
  return (value.utc === null ? value.candidates : [value.utc]).map((utc) => Date.parse(utc));
}

function precisionMs(value: TimeValue): number {
  return { ms: 0, s: 0, min: 60_000, day: 86_400_000 }[value.precision];
}

/** Marks the fold as resolved. The certainty depends on the evidence that resolved it, and the zone itself may still be assumed. */
function settled(value: TimeValue, utcMs: number, by: TimeBasis): TimeValue {
  const sure = by === 'epoch' || by === 'utc-column' || by === 'explicit-offset';
  return {
    ...value,
    utc: new Date(utcMs).toISOString(),
    offsetMin: value.local === null ? null : (Date.parse(`${value.local}Z`) - utcMs) / 60_000,
    basis: by,
    certainty: sure ? 'exact' : 'assumed',
    candidates: [],
  };
}

/** Calendar units of a zone. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'year';

/**
 * Returns the moment that has the same local time a number of calendar units earlier, in epoch ms. A day may have 23 or 25 hours; if a month lacks the day, its
 * last day counts. A local time in a DST gap moves later by the length of the gap.
 * @throws RangeError if `zone` is not a zone
 */
export function unitsBefore(ms: number, zone: string, unit: CalendarUnit, count: number): number {
  const clock = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return clock.subtract({ [`${unit}s`]: count }).epochMilliseconds;
}

/**
 * Returns the first moment of the day, ISO week, month or year that lies `count` units before the one that contains `ms`, in epoch ms. This is not midnight if
 * a DST gap skips midnight.
 * @throws RangeError if `zone` is not a zone
 */
export function startOfUnit(ms: number, zone: string, unit: CalendarUnit, count: number): number {
  const day = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
  const first = {
    day: () => day,
    week: () => day.subtract({ days: day.dayOfWeek - 1 }),
    month: () => day.with({ day: 1 }),
    year: () => day.with({ month: 1, day: 1 }),
  }[unit]();
  return first.subtract({ [`${unit}s`]: count }).toZonedDateTime(zone).epochMilliseconds;
}

/** Formats a moment as the local time of a zone, e.g. `2026-11-28T00:00:00+01:00`. @throws RangeError if `zone` is not a zone */
export function clockText(ms: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

const zones = new Map<string, boolean>();

/** Returns true if a name is an IANA zone that this system knows, `UTC`, or a fixed offset, e.g. `+01:00`. */
export function zoneExists(name: string): boolean {
  const kept = zones.get(name);
  if (kept !== undefined) return kept;
  const exists = tryZone(name);
  if (zones.size < 1_000) zones.set(name, exists);
  return exists;
}

function tryZone(name: string): boolean {
  try {
    return new Temporal.PlainDateTime(2020, 1, 1).toZonedDateTime(name).epochMilliseconds !== 0;
  } catch {
    return false; // the only possible cause is a wrong name
  }
}

/**
 * Orders times for display: by UTC if known, else by the first candidate, else by the local time; times without any of these come last. The order is total, but
 * only times with `utc` are certainly in sequence.
 */
export function compareTimes(a: TimeValue | null, b: TimeValue | null): number {
  const x = orderKey(a);
  const y = orderKey(b);
  return x === y ? 0 : x < y ? -1 : 1;
}

function orderKey(value: TimeValue | null): number {
  const text = value?.utc ?? value?.candidates[0] ?? (value?.local == null ? null : `${value.local}Z`);
  return text === null ? Number.POSITIVE_INFINITY : Date.parse(text);
}

/**
 * Decides from all values of a column whether its times begin with the day or the month. A number above 12 decides. Null if there is none, or if such numbers
 * contradict each other; the user must then specify the order.
 */
export function decideDayMonth(samples: Iterable<string>): 'DMY' | 'MDY' | null {
  let dayFirst = false;
  let monthFirst = false;
  for (const sample of samples) {
    const found = /^\s*(\d{1,2})([./-])(\d{1,2})\2\d{2,4}(?!\d)/.exec(sample);
    if (found === null) continue;
    if (Number(found[1]) > 12) dayFirst = true;
    if (Number(found[3]) > 12) monthFirst = true;
  }
  return dayFirst === monthFirst ? null : dayFirst ? 'DMY' : 'MDY';
}
