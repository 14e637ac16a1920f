// Offsets of a zone's clocks from UTC, as a short table, so that a million starts can be compared fast. Pages, catalog and command line use the same
// table.

/** Offset of a zone's clocks from UTC from a moment on. */
export interface ZonePiece {
  /** Epoch ms; the first piece begins before all times. */
  readonly fromMs: number;
  readonly offsetMin: number;
}

/** The clock of a zone. */
export interface ZoneClock {
  /** IANA name. */
  readonly zone: string;
  /** In order; only one if the clocks never change. */
  readonly pieces: readonly ZonePiece[];
}

/** First and last year that are searched for changes of the offset. Before and after them the nearest offset applies. */
const firstYear = 1970;
const lastYear = 2050;
/** Step of the search: no zone has had two changes within fewer days (Morocco suspends summer time for a month). */
const stepMs = 14 * 86_400_000;
const minuteMs = 60_000;

const known = new Map<string, ZoneClock | null>();
const maxKnown = 100;

/** The clock of UTC. */
export const utcClock: ZoneClock = { zone: 'UTC', pieces: [{ fromMs: Number.NEGATIVE_INFINITY, offsetMin: 0 }] };

/** Returns the clock of a zone; null if there is no zone with this name. */
export function zoneClock(zone: string): ZoneClock | null {
  if (zone === 'UTC') return utcClock;
  const before = known.get(zone);
  if (before !== undefined) return before;
  const made = clockOf(zone);
  if (known.size >= maxKnown) known.clear();
  known.set(zone, made);
  return made;
}

function clockOf(zone: string): ZoneClock | null {
  // Names only: newer JavaScript engines accept an offset, e.g. +01:00, as a zone, older ones do not.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const offsetOf = (ms: number): number => {
    // E.g. `3/12/2019, GMT+01:00` or `3/12/2019, GMT`.
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{1,2})(?::(\d{2}))?)?/.exec(format.format(ms)) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  const pieces: ZonePiece[] = [{ fromMs: Number.NEGATIVE_INFINITY, offsetMin: offsetOf(Date.UTC(firstYear, 0, 1)) }];
  let [at, offsetMin] = [Date.UTC(firstYear, 0, 1), pieces[0]?.offsetMin ?? 0];
  for (const end = Date.UTC(lastYear, 0, 1); at < end; at += stepMs) {
    const next = offsetOf(at + stepMs);
    if (next === offsetMin) continue;
    // Binary search for the minute of the change.
    let [low, high] = [at / minuteMs, (at + stepMs) / minuteMs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetOf(middle * minuteMs) === offsetMin) low = middle;
      else high = middle;
    }
    offsetMin = next;
    pieces.push({ fromMs: high * minuteMs, offsetMin });
  }
  return { zone, pieces };
}

/** Returns the offset of a zone's clocks from UTC at a moment. */
export function offsetAt({ pieces }: ZoneClock, ms: number): number {
  let [low, high] = [0, pieces.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.fromMs ?? 0) <= ms) low = middle;
    else high = middle;
  }
  return pieces[low]?.offsetMin ?? 0;
}

/**
 * Returns the first or last moment at which a zone's clocks show a time, for the ends of windows. An ambiguous time (DST fold) has an earlier and a
 * later moment; for a nonexistent time (DST gap) both are the moment of the change.
 */
export function edgeAt(clock: ZoneClock, wallMs: number, which: 'first' | 'last'): number {
  const [before, after] = [offsetAt(clock, wallMs - 86_400_000), offsetAt(clock, wallMs + 86_400_000)];
  const shown = [before, after]
    .map((offset) => ({ offset, ms: wallMs - offset * minuteMs }))
    .filter(({ offset, ms }) => offsetAt(clock, ms) === offset);
  if (shown.length > 0) return shown.reduce((edge, { ms }) => (which === 'first' ? Math.min(edge, ms) : Math.max(edge, ms)), shown[0]?.ms ?? 0);
  const change = clock.pieces.find(({ fromMs }) => fromMs > wallMs - after * minuteMs);
  return change?.fromMs ?? wallMs - before * minuteMs;
}

/**
 * Parses an ISO time as UTC, whether it ends in Z or not, and returns epoch ms; null if invalid. A day that its month does not have continues in the
 * next month, as in SQLite.
 */
export function isoMs(text: string): number | null {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?)?)?)?Z?$/.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 59) return null;
  return daysBefore(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * minuteMs + second * 1_000 + Math.floor(fraction * 1_000);
}

/**
 * Returns the days since 1970-01-01 of a date in the Gregorian calendar, which applies to all years. Source:
 * howardhinnant.github.io/date_algorithms.html, days_from_civil.
 */
function daysBefore(civilYear: number, month: number, day: number): number {
  const year = month <= 2 ? civilYear - 1 : civilYear;
  const era = Math.floor(year / 400);
  const ofEra = year - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

/** Formats a moment by the clock of a zone, as ISO text without an offset, to the second. */
export function wallText(clock: ZoneClock, ms: number): string {
  return new Date(ms + offsetAt(clock, ms) * minuteMs).toISOString().slice(0, 19);
}
