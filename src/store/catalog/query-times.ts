import { type TimeRange, windowOf } from '../../core/search/call-filter.ts';
import { type InWindow, type TimeWindow, zoneSpanMs } from '../../core/time/time-span.ts';
import { type Condition, windowCondition } from './filter-sql.ts';
import { datedPositions, endOfBeyond, type Positions, positionAt, undatedPositions, widestSpanMs } from './position.ts';

// A call's position follows from its written start, which is a UTC time for most calls and a local time for the others. If calls with a local time may be among
// the positions of a window, these positions are searched and the possible starts of each row are tested.

/** Positions to search, [low, high), and conditions on time that their rows must meet where positions alone do not decide. */
export interface Stretch extends Positions {
  readonly times: readonly Condition[];
}

/** Tests whether a range of positions has a call with an ambiguous start. */
export type HasUnsure = (places: Positions) => boolean;

/** Time conditions of a query. */
interface AskedTimes extends TimeRange {
  readonly zone?: string;
  readonly inRange?: Exclude<InWindow, 'out'>;
  readonly starts?: TimeRange;
}

/** Returns the positions to search for a query within a scope; a scope counts certain starts only. Empty: a bound is not a time, or nothing can match. */
export function timesOf(query: AskedTimes, scope: TimeRange, hasUnsure: HasUnsure): Stretch[] {
  const ranges = [
    { range: query, zone: query.zone, asked: query.inRange ?? ('any' as const) },
    { range: scope, zone: undefined, asked: 'in' as const },
  ].filter(({ range: { from, to } }) => from !== undefined || to !== undefined);
  const windows = ranges.flatMap(({ range, zone, asked }) => {
    const window = windowOf(range, zone);
    return window === null ? [] : [{ window, asked }];
  });
  const order = orderOf(query.starts);
  if (order === null || windows.length < ranges.length) return [];
  // A call without a start is in no range.
  const dated = ranges.length === 0 && query.starts === undefined ? everywhere : datedPositions;
  const exact = common([dated, order, ...windows.map(({ window }) => placesOf(window).exact)]);
  const wide = common([dated, order, ...windows.map(({ window }) => placesOf(window).wide)]);
  const isPerhaps = windows.some(({ asked }) => asked === 'perhaps');
  const needsRows = windows.some(({ window }) => placesOf(window).isBeyond) || (windows.length > 0 && isFilled(wide) && hasUnsure(wide));
  if (!needsRows) return isPerhaps || !isFilled(exact) ? [] : [{ ...exact, times: order.times }];
  const times = [...order.times, ...windows.map(({ window, asked }) => windowCondition(window, asked))];
  const [own] = windows;
  const looked = isPerhaps && own !== undefined ? edgesOf(own.window).map((edge) => common([wide, edge])) : [wide];
  return looked.filter(isFilled).map((places) => ({ ...places, times }));
}

const everywhere: Positions = { low: datedPositions.low, high: undatedPositions.high };

function isFilled({ low, high }: Positions): boolean {
  return low < high;
}

function common(all: readonly Positions[]): Positions {
  return { low: Math.max(...all.map(({ low }) => low)), high: Math.min(...all.map(({ high }) => high)) };
}

/** Returns a range of the sort order. For bounds beyond the range of positions, the rows' texts are compared. */
function orderOf(range: TimeRange | undefined): Stretch | null {
  const window = windowOf(range ?? {});
  if (window === null) return null;
  const { exact, isBeyond } = placesOf(window);
  const { from, to } = range ?? {};
  if (!isBeyond) return { ...(range === undefined ? everywhere : exact), times: [] };
  const bounds = [
    ...(from === undefined ? [] : [{ sql: 'r.start >= ?', values: [from] }]),
    ...(to === undefined ? [] : [{ sql: 'r.start < ?', values: [to] }]),
  ];
  return { ...exact, times: bounds };
}

/** Returns the positions of starts in a window (`exact`), and those of all calls that may have begun in it (`wide`). */
function placesOf({ fromMs, toMs }: TimeWindow): { readonly exact: Positions; readonly wide: Positions; readonly isBeyond: boolean } {
  const [from, to] = [fromMs, toMs].map((ms) => (ms === null ? null : positionAt(ms)));
  return {
    exact: { low: from?.position ?? datedPositions.low, high: endAt(toMs) },
    wide: {
      low: fromMs === null ? datedPositions.low : positionAt(fromMs - widestSpanMs).position,
      high: endAt(toMs === null ? null : toMs + zoneSpanMs.ahead + 1),
    },
    isBeyond: from?.beyond === true || to?.beyond === true,
  };
}

function endAt(ms: number | null): number {
  if (ms === null) return datedPositions.high;
  const { position, beyond } = positionAt(ms);
  return beyond ? endOfBeyond(position) : position;
}

/** Returns the positions of calls that possibly began in a window: those around its ends. Calls between them need no test. */
function edgesOf({ fromMs, toMs }: TimeWindow): Positions[] {
  const around = (ms: number): Positions => ({ low: positionAt(ms - widestSpanMs).position, high: endAt(ms + zoneSpanMs.ahead + 1) });
  const [first, last] = [fromMs, toMs].map((ms) => (ms === null ? null : around(ms)));
  if (first == null || last == null) return [first, last].flatMap((edge) => edge ?? []);
  return first.high >= last.low ? [{ low: Math.min(first.low, last.low), high: Math.max(first.high, last.high) }] : [first, last];
}
