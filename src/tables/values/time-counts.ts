import { milliseconds, type WrittenTime } from './written-time.ts';

/** A moment that is written as a count. */
export interface CountedMoment {
  /** Epoch ms. */
  readonly ms: number;
  readonly precision: 'ms' | 's';
  /** True if the count is the smallest or largest of its kind, which programs write for "no time". */
  readonly isNoTime: boolean;
}

const dayMs = 86_400_000;

/** Returns the moment of an epoch time with or without decimals; null if the text is not one. Decimals beyond the millisecond are cut off. */
export function readEpoch(text: string, unit: 's' | 'ms' | 'us'): CountedMoment | null {
  const found = /^(-?)(\d{1,17})(?:[.,](\d{1,18}))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole = '', fraction] = found;
  const magnitude = unit === 's' ? Number(whole) * 1000 + milliseconds(fraction) : unit === 'ms' ? Number(whole) : Math.floor(Number(whole) / 1000);
  const ms = sign === '-' ? 0 - magnitude : magnitude;
  return { ms, precision: unit === 's' && fraction === undefined ? 's' : 'ms', isNoTime: ms === 0 };
}

/** Number of seconds from year 0 to 1970. Source: Erlang, stdlib, calendar:datetime_to_gregorian_seconds/1 of {{1970,1,1},{0,0,0}}. */
const gregorianSeconds = 62_167_219_200;

/**
 * Returns the moment of Gregorian seconds, the UTC seconds since year 0 that Erlang programs (Kazoo) write; null if the text is not one. Decimals may follow.
 */
export function readGregorianSeconds(text: string): CountedMoment | null {
  const count = text.startsWith('-') ? null : readEpoch(text, 's');
  if (count === null) return null;
  const ms = count.ms - gregorianSeconds * 1000;
  return { ...count, ms, isNoTime: count.ms === 0 || ms === 0 };
}

/** Intervals of 100 ns per millisecond, from 1601-01-01 to 1970, and from 0001-01-01 to 1970. Sources: Microsoft, FILETIME structure (MS-DTYP 2.3.3); .NET, DateTime.Ticks and DateTime.UnixEpoch. */
const ticks = { perMs: 10_000n, from1601: 116_444_736_000_000_000n, from0001: 621_355_968_000_000_000n } as const;
/** The largest FILETIME, "never" (Active Directory, accountExpires), and the ticks of DateTime.MaxValue. */
const largest = { fileTime: 9_223_372_036_854_775_807n, ticks: 3_155_378_975_999_999_999n } as const;

/** Returns the moment of a FILETIME, which counts 100 ns since 1601-01-01 UTC; null if the text is not one. Fractions of a millisecond are cut off. */
export function readFileTime(text: string): CountedMoment | null {
  const count = wholeNumber(text);
  if (count === null) return null;
  return { ms: msOf(count - ticks.from1601), precision: 'ms', isNoTime: count === 0n || count === largest.fileTime || count === ticks.from1601 };
}

/**
 * Returns the local time of .NET ticks, which count 100 ns since 0001-01-01; null if the text is not one. Ticks do not state whether they are local time or
 * UTC; the zone decides.
 */
export function readTicks(text: string): WrittenTime | null {
  const count = wholeNumber(text);
  return count === null || count > largest.ticks ? null : writtenAt(msOf(count - ticks.from0001), 'ms');
}

function wholeNumber(text: string): bigint | null {
  return /^\d{1,19}$/.test(text) ? BigInt(text) : null;
}

/** Returns whole milliseconds, rounded towards the past. */
function msOf(count: bigint): number {
  const rest = count % ticks.perMs;
  return Number((count - (rest < 0n ? rest + ticks.perMs : rest)) / ticks.perMs);
}

/** Number of a day that exists in Excel's 1900 system but not in the calendar: 29 February 1900. Source: ECMA-376 part 1, section 18.17.4.1. */
const leapFaultDay = 60;
/** 1970-01-01 as a serial day of the 1900 and 1904 systems. Source: as above; the systems differ by 1462 days. */
const epochDay = { '1900': 25_569, '1904': 24_107 } as const;

/**
 * Returns the local time of an Excel serial day; null if the text is not one. A time of day may follow the day, which happens if date and time have a column
 * each: `45356 0.5855`, `45356 14:03`. The 1900 system counts a day that did not exist: days before 1900-03-01 are one later than the rest of the count
 * suggests, and day 60 is no day. The number of decimals gives the precision: five or more for a second, eight for a millisecond. Source: ECMA-376 part 1,
 * section 18.17.4.
 */
export function readExcel(text: string, system: '1900' | '1904'): WrittenTime | null {
  const found = /^(\d{1,7})(?:[.,](\d{1,16}))?(?:\s+(?:0?[.,](\d{1,16})|(\d{1,2}):(\d{2})(?::(\d{2}))?))?$/.exec(text);
  if (found === null) return null;
  const [, whole, own, beside, hour, minute, second] = found;
  if ((beside ?? hour) !== undefined && Number(own ?? 0) !== 0) return null;
  const day = Number(whole);
  if (system === '1900' && day === leapFaultDay) return null;
  const early = system === '1900' && day > 0 && day < leapFaultDay ? 1 : 0;
  const days = (day + early - epochDay[system]) * dayMs;
  if (hour !== undefined) {
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null;
    return writtenAt(days + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second ?? 0)) * 1000, second === undefined ? 'min' : 's');
  }
  const fraction = beside ?? own;
  const decimals = fraction?.length ?? 0;
  const precision = decimals === 0 ? 'day' : decimals < 5 ? 'min' : decimals < 8 ? 's' : 'ms';
  const unit = precision === 'ms' ? 1 : 1_000;
  return writtenAt(days + Math.round((Number(`0.${fraction ?? 0}`) * dayMs) / unit) * unit, precision);
}

/** Returns a local time as its fields. @param ms the local time as if it were UTC, epoch ms */
function writtenAt(ms: number, precision: WrittenTime['precision']): WrittenTime {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    offsetMin: null,
    precision,
  };
}
