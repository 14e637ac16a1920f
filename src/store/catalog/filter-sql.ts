import type { FaultyCalls } from '../../core/page/call-fault.ts';
import type { CallFilter } from '../../core/search/call-filter.ts';
import type { InWindow, TimeWindow } from '../../core/time/time-span.ts';
import { type ZonePiece, zoneClock } from '../../core/time/zone-clock.ts';

// The rules of src/core/search/call-filter.ts as SQL on `r`, a row of `recording`.

/** A condition with its bound values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | bigint)[];
}

/** Returns conditions for duration, weekday and time of day. */
export function filterConditions({ minLengthMs, maxLengthMs, weekdays, timeOfDay, zone }: CallFilter): Condition[] {
  const conditions: Condition[] = [];
  const add = (sql: string, ...values: (string | bigint)[]): void => void conditions.push({ sql, values });
  if (minLengthMs !== undefined) add('round(r.durationMs) >= ?', BigInt(minLengthMs));
  if (maxLengthMs !== undefined) add('round(r.durationMs) <= ?', BigInt(maxLengthMs));
  if (weekdays === undefined && timeOfDay === undefined) return conditions;
  const minutes = clockMinutesSql(zone);
  // 1970-01-01 was a Thursday; the added whole weeks keep every day positive.
  if (weekdays !== undefined) add(`((${minutes} + ${weeksMin}) / 1440 + 3) % 7 + 1 IN (${weekdays.map((day) => Math.trunc(day)).join(', ')})`);
  if (timeOfDay !== undefined) {
    const { fromMin, toMin } = timeOfDay;
    const ofDay = `(${minutes} + ${weeksMin}) % 1440`;
    if (fromMin < toMin) add(`${ofDay} BETWEEN ? AND ?`, BigInt(fromMin), BigInt(toMin - 1));
    else add(`${ofDay} NOT BETWEEN ? AND ?`, BigInt(toMin), BigInt(fromMin - 1));
  }
  return conditions;
}

/** Minutes in whole weeks, enough to reach back before the year 0. */
const weeksMin = 7 * 1_440 * 110_000;

/** Returns the SQL for the minutes since 1970 in a zone's local time; null if the start is not a time. */
function clockMinutesSql(zone: string | undefined): string {
  const utc = "CAST(strftime('%s', substr(r.start, 1, 16)) AS INTEGER) / 60";
  const offset = offsetSql(zone);
  return offset === null ? `(${utc})` : `(${utc} + ${offset})`;
}

/** Returns the SQL for a zone's UTC offset at the start of a recording, in minutes; null if it is always zero. */
function offsetSql(zone: string | undefined): string | null {
  const pieces = zoneClock(zone ?? 'UTC')?.pieces ?? [];
  if (pieces.every(({ offsetMin }) => offsetMin === 0)) return null;
  return `CASE WHEN substr(r.start, -1) <> 'Z' THEN 0 ELSE ${choose(pieces)} END`;
}

/** Builds a decision tree that needs few comparisons per row, however many clock changes the zone had. */
function choose(pieces: readonly ZonePiece[]): string {
  const [only] = pieces;
  if (pieces.length <= 1) return String(only?.offsetMin ?? 0);
  const middle = pieces.length >> 1;
  const at = new Date(pieces[middle]?.fromMs ?? 0).toISOString().slice(0, 16);
  return `CASE WHEN r.start < '${at}' THEN ${choose(pieces.slice(0, middle))} ELSE ${choose(pieces.slice(middle))} END`;
}

/**
 * Returns the condition for a call's relation to a time window, like `inWindow` of src/core/time/time-span.ts. A call without a time is in no window.
 * @param asked `any`: certainly or possibly in the window
 */
export function windowCondition({ fromMs, toMs }: TimeWindow, asked: Exclude<InWindow, 'out'> | 'any'): Condition {
  const compare = (term: string, ms: number | null): string[] => (ms === null ? [] : [`${term} ${Math.trunc(ms)}`]);
  const touching = ['r.earliest IS NOT NULL', ...compare('r.latest >=', fromMs), ...compare('r.earliest <', toMs)];
  const inside = ['r.earliest IS NOT NULL', ...compare('r.earliest >=', fromMs), ...compare('r.latest <', toMs)];
  const all = (terms: readonly string[]): string => `(${terms.join(' AND ')})`;
  const sql = asked === 'in' ? all(inside) : asked === 'any' ? all(touching) : `(r.latest > r.earliest AND ${all(touching)} AND NOT ${all(inside)})`;
  return { sql, values: [] };
}

/** Returns the condition for damaged or lost calls. The condition uses the indexes of bags and ids. */
export function faultyCondition({ bags, calls, ids }: FaultyCalls): Condition {
  const idsOfCalls = [...new Set([...ids, ...calls.map((call) => call.slice(call.lastIndexOf('/') + 1))])];
  const values = [bags, idsOfCalls, calls, ids].map((list) => JSON.stringify(list));
  const among = '(SELECT value FROM json_each(?))';
  return {
    sql: `(r.bag IN ${among} OR (r.recordingId IN ${among} AND (r.bag || '/' || r.recordingId IN ${among} OR r.recordingId IN ${among})))`,
    values,
  };
}

/** Returns the SQL for the month of a start in the zone's local time, `undated` without a start, like `monthByClock` of src/core/search/call-filter.ts. */
export function monthSql(zone: string | undefined): string {
  const utc = "coalesce(substr(r.start, 1, 7), 'undated')";
  if (offsetSql(zone) === null) return utc;
  return `CASE WHEN r.start < '1900' OR r.start >= '2101' OR substr(r.start, 9, 2) BETWEEN '02' AND '27' THEN ${utc} ELSE coalesce(substr(${daySql(zone)}, 1, 7), 'undated') END`;
}

/** Returns the SQL for the day of a start in the zone's local time. */
export function daySql(zone: string | undefined): string {
  if (offsetSql(zone) === null) return 'substr(r.start, 1, 10)';
  return `coalesce(date(${clockMinutesSql(zone)} * 60, 'unixepoch'), substr(r.start, 1, 10))`;
}
