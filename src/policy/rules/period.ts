import { edgeAt, isoMs, wallText, type ZoneClock } from '../../core/time/zone-clock.ts';

/** A period of the calendar. */
export interface CalendarPeriod {
  readonly days: number;
  readonly months: number;
}

const unitsOf: Readonly<Record<string, (count: number) => CalendarPeriod>> = {
  d: (days) => ({ days, months: 0 }),
  w: (weeks) => ({ days: 7 * weeks, months: 0 }),
  mo: (months) => ({ days: 0, months }),
  y: (years) => ({ days: 0, months: 12 * years }),
};

/** Longest period in years: a call is kept for at most this long, or forever. */
const mostYears = 200;

/** Parses a period such as `90d`, `12w`, `18mo` or `5y`. Returns null if the text is not a period, or is longer than 200 years. */
export function parseCalendarPeriod(text: string): CalendarPeriod | null {
  const [, count = '', unit = ''] = /^(\d{1,6})(d|w|mo|y)$/.exec(text.trim()) ?? [];
  const period = unitsOf[unit]?.(Number(count)) ?? null;
  return period === null || period.months > 12 * mostYears || period.days > 366 * mostYears ? null : period;
}

/**
 * Returns the end of a period that begins with an event: the end of its last day by the clock of a zone. The day of the event does not count, and the last day
 * counts in full. A period of months or years ends on the day with the same date, or on the last day of a month that has no such date. Source: Regulation (EEC,
 * Euratom) No 1182/71, Article 3(1) and (2)(c).
 * @param ms epoch ms of the event
 * @returns epoch ms of the first moment after the period
 */
export function endOfPeriod({ days, months }: CalendarPeriod, ms: number, clock: ZoneClock): number {
  const [year = 0, month = 1, day = 1] = wallText(clock, ms).slice(0, 10).split('-').map(Number);
  const whole = year * 12 + (month - 1) + months;
  const [lastYear, lastMonth] = [Math.floor(whole / 12), (whole % 12) + 1];
  const lastDay = Math.min(day, daysInMonth(lastYear, lastMonth));
  const midnight = isoMs(`${String(lastYear).padStart(4, '0')}-${two(lastMonth)}-${two(lastDay)}`);
  if (midnight === null) throw new Error('a date that does not exist');
  return edgeAt(clock, midnight + (days + 1) * 86_400_000, 'last');
}

/**
 * Returns true if the first of two periods that begin with the same event ends no later than the second, whatever the day of the event. False also if that
 * depends on the day, as for `30d` and `1mo`.
 */
export function neverLonger(first: CalendarPeriod, second: CalendarPeriod): boolean {
  return hasSameUnit(first, second) ? first.days + first.months <= second.days + second.months : daysOf(first).most <= daysOf(second).least;
}

/** Returns true if the first of two periods that begin with the same event ends before the second, whatever the day of the event. */
export function alwaysShorter(first: CalendarPeriod, second: CalendarPeriod): boolean {
  return hasSameUnit(first, second) ? first.days + first.months < second.days + second.months : daysOf(first).most < daysOf(second).least;
}

function hasSameUnit(first: CalendarPeriod, second: CalendarPeriod): boolean {
  return (first.months === 0 && second.months === 0) || (first.days === 0 && second.days === 0);
}

/** Returns bounds of the number of days in a period. Months differ by three days; the Gregorian calendar has 146,097 days in 4,800 months. */
function daysOf({ days, months }: CalendarPeriod): { readonly least: number; readonly most: number } {
  const mean = (months * 146_097) / 4_800;
  return months === 0 ? { least: days, most: days } : { least: days + Math.floor(mean) - 3, most: days + Math.ceil(mean) + 3 };
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
