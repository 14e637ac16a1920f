import { byCodePoint } from '../../core/base/order.ts';
import { monthAfter } from '../../core/search/call-filter.ts';
import { isoMs, zoneClock } from '../../core/time/zone-clock.ts';
import type { Db } from '../database/database.ts';
import type { MonthTotals } from './bag-summary.ts';
import { monthSql } from './filter-sql.ts';
import { datedPositions, endOfBeyond, firstPosition, type Positions } from './position.ts';

// Bag summaries contain totals by UTC month. In another zone, only recordings near the ends of a month fall into another month.

/** Converts UTC months to months of a zone, newest first and `undated` last. @param zone absent: UTC */
export function monthsByClock(db: Db, months: readonly MonthTotals[], zone: string | undefined): MonthTotals[] {
  const found = new Map(months.map((one) => [one.month, one]));
  const add = (month: string, recordings: number, durationMs: number): void => {
    const before = found.get(month);
    found.set(month, { month, recordings: (before?.recordings ?? 0) + recordings, durationMs: (before?.durationMs ?? 0) + durationMs });
  };
  const offsets = (zoneClock(zone ?? 'UTC')?.pieces ?? []).map(({ offsetMin }) => offsetMin);
  const [least, most] = [Math.min(0, ...offsets), Math.max(0, ...offsets)];
  if (least < 0 || most > 0) {
    const moved = db.prepare<[bigint, bigint], MonthTotals & { readonly utc: string }>(
      `SELECT coalesce(substr(r.start, 1, 7), 'undated') AS utc, ${monthSql(zone)} AS month, count(*) AS recordings, coalesce(sum(r.audioMs), 0) AS durationMs
       FROM recording r WHERE r.place >= ? AND r.place < ? GROUP BY 1, 2 HAVING utc <> month`,
    );
    for (const begin of beginnings(months)) {
      const places = placesAround(begin, -most, -least);
      if (places === null) continue;
      for (const { utc, month, recordings, durationMs } of moved.all(BigInt(places.low), BigInt(places.high))) {
        add(utc, -recordings, -durationMs);
        add(month, recordings, durationMs);
      }
    }
  }
  const all = [...found.values()].filter(({ recordings }) => recordings > 0);
  return all.sort((a, b) => Number(a.month === 'undated') - Number(b.month === 'undated') || byCodePoint(b.month, a.month));
}

/** Largest offsets of zones behind and ahead of UTC, in minutes. */
const mostBehindMin = 12 * 60;
const mostAheadMin = 14 * 60;

/**
 * Returns the calls of a UTC month that fall into another month in some zone, as pairs: a minute, and the number of calls that began in it. A minute counts
 * from the beginning of the month or, if negative, back from its end.
 */
export function monthEdges(db: Db, month: string): number[] {
  const edges: number[] = [];
  const starts = db.prepare<[bigint, bigint, string], { readonly minute: string; readonly calls: number }>(
    `SELECT substr(start, 1, 16) AS minute, count(*) AS calls FROM recording
     WHERE place >= ? AND place < ? AND substr(start, -1) = 'Z' AND substr(start, 1, 7) = ? GROUP BY 1 ORDER BY 1`,
  );
  for (const [begin, from, to] of [
    [month, 0, mostBehindMin],
    [monthAfter(month, 1), -mostAheadMin, 0],
  ] as const) {
    const places = placesAround(begin, from, to);
    const beginMs = isoMs(begin);
    if (places === null || beginMs === null) continue;
    for (const { minute, calls } of starts.all(BigInt(places.low), BigInt(places.high), month)) {
      const ms = isoMs(minute);
      const at = ms === null ? null : (ms - beginMs) / 60_000;
      if (at !== null && at >= from && at < to) edges.push(at, calls);
    }
  }
  return edges;
}

/** Returns the number of calls of a UTC month whose start is ambiguous. */
export function unsureIn(db: Db, month: string): number {
  const [low, high] = [firstPosition(month), firstPosition(monthAfter(month, 1))];
  const end = high === null ? datedPositions.high : high.beyond ? endOfBeyond(high.position) : high.position;
  const row = db
    .prepare<[bigint, bigint, string], { calls: number }>(
      `SELECT count(*) AS calls FROM recording INDEXED BY recording_unsure
       WHERE latest > earliest AND place >= ? AND place < ? AND substr(start, 1, 7) = ?`,
    )
    .get(BigInt(low?.position ?? datedPositions.low), BigInt(end), month);
  return row?.calls ?? 0;
}

/** Returns the beginnings of the months and of the months after them, each once. */
function beginnings(months: readonly MonthTotals[]): ReadonlySet<string> {
  return new Set(months.flatMap(({ month }) => (/^\d{4}-\d{2}$/.test(month) ? [month, monthAfter(month, 1)] : [])));
}

/** Returns the positions of starts within a range of minutes around the beginning of a month; null if positions there cannot distinguish them. */
function placesAround(month: string, fromMin: number, toMin: number): Positions | null {
  const begin = isoMs(month);
  if (begin === null) return null;
  const [low, high] = [fromMin, toMin].map((minutes) => firstPosition(new Date(begin + minutes * 60_000).toISOString()));
  // The range continues after the last start, where recordings with crowded starts may be placed.
  return low == null || high == null || low.beyond || high.beyond ? null : { low: low.position, high: endOfBeyond(high.position) };
}
