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

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
