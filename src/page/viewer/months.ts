import type { PageQuery } from '../../core/page/data.ts';
import { undated, type ViewerIndex, type ViewerMonth } from '../../core/page/viewer-data.ts';
import { monthAfter, windowOf } from '../../core/search/call-filter.ts';
import { type TimeWindow, zoneSpanMs } from '../../core/time/time-span.ts';
import { isoMs } from '../../core/time/zone-clock.ts';
import type { Part } from './counts.ts';
import { asksTimeOnly } from './rows.ts';

/** Returns the shards that may contain results of a query. */
export function partsFor(months: ViewerIndex['months'], query: PageQuery): Part[] {
  const window = askedWindow(query);
  return months.filter((month) => window === 'all' || (window !== null && reaches(month, window))).flatMap(partsOf);
}

/** Returns the shards of a month. */
export function partsOf({ month, durationMs, shards, edges, unsure }: ViewerMonth): Part[] {
  return shards.map((shard, at) => ({ ...shard, month, unsure, ...(at === 0 ? { monthMs: durationMs, edges } : { monthMs: 0, edges: [] }) }));
}

/** Returns true if every row of a shard matches a query, judged by the shard's month alone. */
export function isWhole({ month, unsure }: Part, query: PageQuery): boolean {
  if (!asksTimeOnly(query)) return false;
  const window = askedWindow(query);
  const span = window === 'all' ? null : spanOfMonth({ month, unsure });
  if (window === 'all' || window === null || span === null) return window === 'all';
  return (window.fromMs === null || window.fromMs <= span.fromMs) && (window.toMs === null || window.toMs >= span.toMs);
}

/** Returns the time window of a query; `all`: the query has none; null: it is invalid. */
function askedWindow({ from, to, zone }: PageQuery): TimeWindow | 'all' | null {
  if (from === undefined && to === undefined) return 'all';
  return windowOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, zone);
}

/** Returns true if a call of a month may have begun within a window. Calls without a start are in no window. */
function reaches(month: Pick<ViewerMonth, 'month' | 'unsure'>, { fromMs, toMs }: TimeWindow): boolean {
  const span = spanOfMonth(month);
  return span !== null && (fromMs === null || span.toMs > fromMs) && (toMs === null || span.fromMs < toMs);
}

/** Returns when calls of a month may have begun, [fromMs, toMs); null: they have no start. */
function spanOfMonth({ month, unsure }: Pick<ViewerMonth, 'month' | 'unsure'>): { readonly fromMs: number; readonly toMs: number } | null {
  const [first, next] = [isoMs(month), month === undated ? null : isoMs(monthAfter(month, 1))];
  if (first === null) return null;
  // The last representable year has no successor.
  const toMs = next === null || next <= first ? Number.POSITIVE_INFINITY : next;
  return unsure === 0 ? { fromMs: first, toMs } : { fromMs: first - zoneSpanMs.ahead, toMs: toMs + zoneSpanMs.behind + longestDayMs };
}

/** A time that is given only to the day may be this much later. */
const longestDayMs = 26 * 3_600_000;
