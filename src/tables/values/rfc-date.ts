import type { WrittenTime } from './written-time.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/**
 * Zones that have a name, in minutes from UTC. Military letters are left out, because they were used with both signs according to RFC 2822. Source: RFC 2822,
 * section 4.3.
 */
const zones: ReadonlyMap<string, number> = new Map([
  ['ut', 0],
  ['utc', 0],
  ['gmt', 0],
  ['z', 0],
  ['edt', -240],
  ['est', -300],
  ['cdt', -300],
  ['cst', -360],
  ['mdt', -360],
  ['mst', -420],
  ['pdt', -420],
  ['pst', -480],
]);

/** Matches `[Fri, ]14 Oct 2016 21:56[:34] [+0000]`, with one or two comments at the end (RFC 2822, section 3.3). */
const date =
  /^(?:([a-z]{3})[a-z]{0,6}\s?,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}\.?[\s-]+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([+-])(\d{2}):?(\d{2})|\s+([a-z]{1,3}))?(?:\s*\([^()]{0,64}\)){0,2}$/i;

/**
 * Parses a date in the form of mail and HTTP (RFC 2822, section 3.3, with its obsolete forms; RFC 1123); null if the text is not one. Also returns null if
 * weekday and date contradict each other, because one of them is wrong. A text without a zone is local time.
 */
export function readRfc2822(text: string): WrittenTime | null {
  const found = date.exec(text);
  if (found === null) return null;
  const [, weekday, day, monthName = '', yearText = '', hour, minute, second, sign, hours, minutes, zone] = found;
  const month = months.indexOf(monthName.toLowerCase()) + 1;
  if (month === 0) return null;
  const year = fullYear(yearText);
  const named = zone === undefined ? null : zones.get(zone.toLowerCase());
  if (named === undefined) return null;
  if (weekday !== undefined && weekdays.indexOf(weekday.toLowerCase()) !== new Date(Date.UTC(year, month - 1, Number(day))).getUTCDay()) return null;
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return {
    year,
    month,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    millisecond: 0,
    offsetMin: sign === undefined ? named : sign === '-' ? 0 - offset : offset,
    precision: second === undefined ? 'min' : 's',
  };
}

/** Returns the full year: two digits mean 1950 to 2049, three digits count from 1900 (RFC 2822, section 4.3). */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return text.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}
