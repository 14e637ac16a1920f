import { faultOf } from '../../core/page/call-fault.ts';
import type { CallRow, PageQuery, PageResult } from '../../core/page/data.ts';
import { isDefaultOrder, type PageOrder } from '../../core/page/order.ts';
import { type Shard, undated, type ViewerIndex } from '../../core/page/viewer-data.ts';
import { isOneMonth } from '../../core/search/call-filter.ts';
import type { WindowCounts } from '../../core/time/time-span.ts';
import { yieldToBrowser } from '../base/rest.ts';
import type { AnswerRows, PartAnswer, RowSpan } from './answer.ts';
import type { ShardCache } from './cache.ts';
import { type Counts, createCounts, type Part } from './counts.ts';
import { isWhole, partsFor, partsOf } from './months.ts';
import { asksTimeOnly, type IsFaulty, matchingRows, perhapsAmong } from './rows.ts';
import { sizeOf } from './sort.ts';

/** Interval in ms at which the page yields to the browser, and the time of the first partial answer. */
const sliceMs = 60;
/** Interval in ms of later partial answers: drawing one takes longer than searching a month. */
const toldMs = 300;

/** The complete answer to a query, without its rows. */
export interface ShardAnswer {
  readonly parts: readonly PartAnswer[];
  readonly result: Omit<PageResult, 'rows'>;
}

/** A search of an archive. */
export interface ShardSearch {
  readonly query: PageQuery;
  readonly order: PageOrder;
  /** Rows that partial answers include. */
  readonly span: RowSpan;
  readonly index: Pick<ViewerIndex, 'months' | 'verified'>;
  readonly signal: AbortSignal;
}

/** Searches shard by shard. Yields partial answers and returns the complete one. @throws the reason of the signal */
export async function* searchShards(search: ShardSearch, shards: ShardCache, reader: AnswerRows): AsyncGenerator<PageResult, ShardAnswer> {
  const { query, order, span, index, signal } = search;
  const isFaulty: IsFaulty = (bag, id) => Object.hasOwn(index.verified, bag) && faultOf(index.verified[bag], id) !== null;
  const asked = partsFor(index.months, query).map((part) => ({ part, whole: isWhole(part, query) }));
  const read = shards.inTurn(asked.flatMap(({ part, whole }) => (whole ? [] : [part])));
  const parts: PartAnswer[] = [];
  const counts = createCounts(query.zone);
  const inOrder = isDefaultOrder(order);
  let slice = performance.now();
  let told = Number.NEGATIVE_INFINITY;
  let rows: CallRow[] = [];
  for (const { part, whole } of asked) {
    const answer = whole ? ({ part, rows: 'all', durationMs: 0, perhaps: 0 } as const) : answerOf(part, await read(part), query, isFaulty);
    signal.throwIfAborted();
    parts.push(answer);
    if (answer.rows === 'all') counts.whole(part);
    else counts.some(part, await shards.of(part), answer.rows, answer.durationMs);
    if (performance.now() - slice < sliceMs) continue;
    if (performance.now() - told >= toldMs) {
      if (inOrder && rows.length < span.limit) rows = await reader.lying(parts, query, span);
      signal.throwIfAborted();
      yield { ...counts.result(), rows, searched: parts.length / asked.length, ...(inOrder ? {} : { unordered: true }) };
      told = performance.now();
    }
    await yieldToBrowser();
    signal.throwIfAborted();
    slice = performance.now();
  }
  await countDays(parts, query, counts, shards);
  const window = await windowOfAnswer(query, parts, index.months, shards, isFaulty);
  signal.throwIfAborted();
  return { parts, result: { ...counts.result(), searched: 1, ...(window === null ? {} : { window }) } };
}

/** Counts an answer by days if all of it lies in one month. */
async function countDays(parts: readonly PartAnswer[], query: PageQuery, counts: Counts, shards: ShardCache): Promise<void> {
  const dated = new Set(parts.map(({ part }) => part.month));
  // A month in another time zone overlaps two UTC months.
  if (dated.size === 0 || dated.has(undated) || (dated.size > 1 && !isOneMonth(query))) return;
  for (const { part, rows } of parts) counts.days(await shards.of(part), rows);
}

/** Returns the counts for a time range; null: no range was requested. */
async function windowOfAnswer(
  query: PageQuery,
  parts: readonly PartAnswer[],
  months: ViewerIndex['months'],
  shards: ShardCache,
  isFaulty: IsFaulty,
): Promise<WindowCounts | null> {
  const { from, to, ...anyTime } = query;
  if (from === undefined && to === undefined) return null;
  const [perhaps, all] = [parts.reduce((sum, one) => sum + one.perhaps, 0), sizeOf(parts.map(({ part, rows }) => ({ ...part, rows })))];
  let withoutTime = 0;
  for (const part of months.filter(({ month }) => month === undated).flatMap(partsOf))
    withoutTime += asksTimeOnly(anyTime) ? part.recordings : matchingRows(await shards.of(part), anyTime, isFaulty).length;
  return { in: all - perhaps, perhaps, withoutTime };
}

function answerOf(part: Part, shard: Shard, query: PageQuery, isFaulty: IsFaulty): PartAnswer {
  const rows = matchingRows(shard, query, isFaulty);
  let durationMs = 0;
  const erased = new Map(shard.erasedMs);
  for (const row of rows) durationMs += (shard.durationsMs[row] ?? 0) - (erased.get(row) ?? 0);
  return { part, rows, durationMs, perhaps: perhapsAmong(shard, query, rows) };
}
