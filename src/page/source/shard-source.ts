import { faultOf } from '../../core/page/call-fault.ts';
import type { CallRow, DataSource, PageQuery, PageResult } from '../../core/page/data.ts';
import { isDefaultOrder, orderColumns, orderText, type PageOrder } from '../../core/page/order.ts';
import {
  type DetailScript,
  type Shard,
  type ShardPlace,
  undated,
  type ViewerIndex,
  type ViewerMonth,
  viewerVersion,
} from '../../core/page/viewer-data.ts';
import { isOneMonth, monthAfter, windowOf } from '../../core/search/call-filter.ts';
import { type TimeWindow, type WindowCounts, zoneSpanMs } from '../../core/time/time-span.ts';
import { isoMs } from '../../core/time/zone-clock.ts';
import { yieldToBrowser } from '../base/rest.ts';
import { createDataScripts } from './data-scripts.ts';
import { createCounts, type Part } from './shard-counts.ts';
import { latestFirst, orderedBy, type Places, sizeOf } from './shard-order.ts';
import { asksTimeOnly, decoded, type IsFaulty, indexOfId, matchingRows, perhapsAmong, rowFor, rowOf, termsOfPage } from './shard-rows.ts';

/** Number of recordings whose shards stay in memory: some hundred megabytes. Not a number of shards: each search reads all of them in one order, so that with one more than are kept all would be reloaded. */
const recordingsKept = 3_000_000;
/** Shards that are loaded at once: a browser takes longer to start a script than to read it. */
const readAtOnce = 12;
/** Larger archives are not loaded before a search, because they take much memory. */
const mostPrepared = 300_000;
/** Interval at which the page yields, and the time of the first partial answer. */
const sliceMs = 60;
/** Interval of later partial answers: drawing one takes longer than searching a month. */
const toldMs = 300;

/** Rows of a shard that match a query; `all`: every row, known without reading the shard. */
interface PartAnswer {
  readonly part: Part;
  readonly rows: Int32Array | 'all';
  readonly durationMs: number;
  /** Number of the rows that are only possibly within the range. */
  readonly perhaps: number;
}

/** Opens the data source of a page inside an archive: scripts beside it. */
export function openShards(): DataSource {
  const scripts = createDataScripts();
  let index: Promise<ViewerIndex> | null = null;
  const shards = new Map<string, Promise<Shard>>();
  /** Recordings per shard, least recently used first. */
  const kept = new Map<string, number>();
  let answered: { readonly question: string; readonly parts: PartAnswer[]; readonly result: Omit<PageResult, 'rows'> } | null = null;
  let ordered: { readonly of: string; readonly places: Places } | null = null;

  const indexed = (): Promise<ViewerIndex> => {
    index ??= scripts.load('index').then((value) => checked<ViewerIndex>(value, 'index'));
    return index;
  };
  const shardOf = (part: ShardPlace): Promise<Shard> => {
    const there = shards.get(part.script) ?? scripts.load(part.script).then((value) => checked<Shard>(value, part.script));
    for (const map of [shards, kept]) map.delete(part.script);
    shards.set(part.script, there);
    there.catch(() => {
      for (const map of [shards, kept]) map.delete(part.script);
    });
    kept.set(part.script, part.recordings);
    let sum = [...kept.values()].reduce((all, recordings) => all + recordings, 0);
    for (const [oldest, recordings] of kept) {
      if (sum <= recordingsKept) break;
      sum -= recordings;
      kept.delete(oldest);
      shards.delete(oldest);
    }
    return there;
  };
  /** Returns shards in order, while the next ones are being loaded. */
  const inTurn = (parts: readonly ShardPlace[]): ((part: ShardPlace) => Promise<Shard>) => {
    let begun = 0;
    let given = 0;
    return (part) => {
      // A failure is thrown when the shard is used.
      for (const next of parts.slice(begun, given + readAtOnce)) void shardOf(next);
      begun = Math.max(begun, given + readAtOnce);
      given++;
      return shardOf(part);
    };
  };
  /** Yields shards in memory first: a call opened from the list is in one of them. */
  async function* nearestFirst(places: readonly ShardPlace[]): AsyncGenerator<Shard> {
    const others = places.filter(({ script }) => !shards.has(script));
    for (const place of places.filter(({ script }) => shards.has(script))) yield await shardOf(place);
    const read = inTurn(others);
    for (const place of others) yield await read(place);
  }
  const rowsOf = async (parts: readonly PartAnswer[], query: PageQuery, offset: number, limit: number): Promise<CallRow[]> => {
    const rows: CallRow[] = [];
    const terms = termsOfPage(query) ?? [];
    const { verified } = await indexed();
    let before = 0;
    for (const { part, rows: matching } of parts) {
      const size = matching === 'all' ? part.recordings : matching.length;
      const first = Math.max(0, offset - before);
      before += size;
      if (first >= size) continue;
      const shard = await shardOf(part);
      for (let at = first; at < size && rows.length < limit; at++)
        rows.push(withFault(rowFor(shard, matching === 'all' ? at : (matching[at] ?? 0), terms), verified));
      if (rows.length >= limit) break;
    }
    return rows;
  };

  /** Returns the positions of an answer's rows in an order; null: as in the shards. */
  const placesOf = async (parts: readonly PartAnswer[], question: string, order: PageOrder): Promise<Places | null> => {
    if (isDefaultOrder(order)) return null;
    const language = document.documentElement.lang;
    const of = `${orderText(order)} ${language} ${question}`;
    if (ordered?.of === of) return ordered.places;
    const { by, descending } = order;
    const lying = parts.map(({ part, rows }) => ({ ...part, rows }));
    const places = by === 'start' ? latestFirst(lying) : await orderedBy(lying, { by, descending }, inTurn(lying), language);
    ordered = { of, places };
    return places;
  };
  const orderedRows = async (parts: readonly PartAnswer[], query: PageQuery, places: Places | null, offset: number, limit: number) => {
    if (places === null) return await rowsOf(parts, query, offset, limit);
    const size = sizeOf(parts.map(({ part, rows }) => ({ ...part, rows })));
    const rows: CallRow[] = [];
    for (let at = offset; at < Math.min(size, offset + limit); at++) rows.push(...(await rowsOf(parts, query, places(at), 1)));
    return rows;
  };

  return {
    orders: orderColumns,
    overview: async (signal) => {
      const { overview } = await indexed();
      signal.throwIfAborted();
      return overview;
    },
    search: async function* (query, order, offset, limit, signal) {
      const { months, verified } = await indexed();
      const isFaulty = (bag: string, id: string): boolean => Object.hasOwn(verified, bag) && faultOf(verified[bag], id) !== null;
      signal.throwIfAborted();
      const question = JSON.stringify(query);
      if (answered?.question === question) {
        const { parts, result } = answered;
        const rows = await orderedRows(parts, query, await placesOf(parts, question, order), offset, limit);
        signal.throwIfAborted();
        yield { ...result, rows };
        return;
      }
      const asked = partsFor(months, query).map((part) => ({ part, whole: isWhole(part, query) }));
      const read = inTurn(asked.flatMap(({ part, whole }) => (whole ? [] : [part])));
      const parts: PartAnswer[] = [];
      const counts = createCounts(query.zone);
      let slice = performance.now();
      let told = Number.NEGATIVE_INFINITY;
      let rows: CallRow[] = [];
      for (const { part, whole } of asked) {
        const answer = whole ? ({ part, rows: 'all', durationMs: 0, perhaps: 0 } as const) : answerOf(part, await read(part), query, isFaulty);
        signal.throwIfAborted();
        parts.push(answer);
        if (answer.rows === 'all') counts.whole(part);
        else counts.some(part, await shardOf(part), answer.rows, answer.durationMs);
        if (performance.now() - slice < sliceMs) continue;
        if (performance.now() - told >= toldMs) {
          const inOrder = isDefaultOrder(order);
          if (inOrder && rows.length < limit) rows = await rowsOf(parts, query, offset, limit);
          signal.throwIfAborted();
          yield { ...counts.result(), rows, searched: parts.length / asked.length, ...(inOrder ? {} : { unordered: true }) };
          told = performance.now();
        }
        await yieldToBrowser();
        signal.throwIfAborted();
        slice = performance.now();
      }
      // If there is only one month, it is counted by days.
      const dated = new Set(parts.map(({ part }) => part.month));
      // A month in another time zone overlaps two UTC months.
      if (dated.size > 0 && !dated.has(undated) && (dated.size === 1 || isOneMonth(query))) {
        for (const { part, rows: matching } of parts) counts.days(await shardOf(part), matching);
      }
      const window = await windowOfAnswer(query, parts, months, (part) => shardOf(part), isFaulty);
      signal.throwIfAborted();
      const result = { ...counts.result(), searched: 1, ...(window === null ? {} : { window }) };
      rows = await orderedRows(parts, query, await placesOf(parts, question, order), offset, limit);
      signal.throwIfAborted();
      answered = { question, parts, result };
      yield { ...result, rows };
    },
    prepare: () => {
      void indexed()
        .then(async ({ overview, months }) => {
          if (overview.recordings > mostPrepared) return;
          const places = months.flatMap((month) => month.shards);
          const read = inTurn(places);
          for (const part of places) await read(part);
        })
        // The search that needs the shard reports the error.
        .catch(() => undefined);
    },
    detail: async (id, signal) => {
      const { months, verified } = await indexed();
      for await (const shard of nearestFirst(months.flatMap((month) => month.shards))) {
        signal.throwIfAborted();
        const at = indexOfId(shard, id);
        if (at < 0) continue;
        const row = withFault(rowOf(shard, at), verified);
        const { documents, codes } = checked<DetailScript>(await scripts.load(decoded(shard.detail, at) ?? ''), 'detail');
        signal.throwIfAborted();
        const document = documents.find(({ recordingId }) => recordingId === row.id);
        return document === undefined
          ? null
          : { row, document, codes, proof: 'command', verified: Object.hasOwn(verified, row.bag) ? (verified[row.bag] ?? null) : null };
      }
      return null;
    },
    address: (row, file) => `../bags/${row.bag}/data/${row.id}/${encodeURIComponent(file)}`,
  };
}

/** Returns the counts for a time range; null: no range was requested. */
async function windowOfAnswer(
  query: PageQuery,
  parts: readonly PartAnswer[],
  months: ViewerIndex['months'],
  shardOf: (part: Part) => Promise<Shard>,
  isFaulty: IsFaulty,
): Promise<WindowCounts | null> {
  const { from, to, ...anyTime } = query;
  if (from === undefined && to === undefined) return null;
  const [perhaps, all] = [parts.reduce((sum, one) => sum + one.perhaps, 0), sizeOf(parts.map(({ part, rows }) => ({ ...part, rows })))];
  let withoutTime = 0;
  for (const part of months.filter(({ month }) => month === undated).flatMap(partsOf))
    withoutTime += asksTimeOnly(anyTime) ? part.recordings : matchingRows(await shardOf(part), anyTime, isFaulty).length;
  return { in: all - perhaps, perhaps, withoutTime };
}

/** Adds the faults from the last verification of the bag to a row. */
function withFault(row: CallRow, verified: ViewerIndex['verified']): CallRow {
  const fault = Object.hasOwn(verified, row.bag) ? faultOf(verified[row.bag], row.id) : null;
  return fault === null ? row : { ...row, fault };
}

/** Returns the content of a script of this page's version; both are written together. @throws Error if its version differs */
function checked<Value extends { readonly version: number }>(value: unknown, name: string): Value {
  const known = value as Value; // written by longplay beside this page; its version is what could differ
  if (known?.version !== viewerVersion) throw new Error(`data/${name}.js is of another version than this page: run longplay viewer`);
  return known;
}

function partsFor(months: ViewerIndex['months'], query: PageQuery): Part[] {
  const window = askedWindow(query);
  return months.filter((month) => window === 'all' || (window !== null && reaches(month, window))).flatMap(partsOf);
}

function partsOf({ month, durationMs, shards, edges, unsure }: ViewerMonth): Part[] {
  return shards.map((shard, at) => ({ ...shard, month, unsure, ...(at === 0 ? { monthMs: durationMs, edges } : { monthMs: 0, edges: [] }) }));
}

/** Returns true if every row of a shard matches, judging by its month. */
function isWhole({ month, unsure }: Part, query: PageQuery): boolean {
  if (!asksTimeOnly(query)) return false;
  const window = askedWindow(query);
  const span = window === 'all' ? null : spanOfMonth({ month, unsure });
  if (window === 'all' || window === null || span === null) return window === 'all';
  return (window.fromMs === null || window.fromMs <= span.fromMs) && (window.toMs === null || window.toMs >= span.toMs);
}

/** Returns the time window of a query; `all`: none; null: invalid. */
function askedWindow({ from, to, zone }: PageQuery): TimeWindow | 'all' | null {
  if (from === undefined && to === undefined) return 'all';
  return windowOf({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, zone);
}

/** Returns true if a call of a month may have begun within a window. Calls without a start are in none. */
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

/** A time written to the day may be this much later. */
const longestDayMs = 26 * 3_600_000;

function answerOf(part: Part, shard: Shard, query: PageQuery, isFaulty: IsFaulty): PartAnswer {
  const rows = matchingRows(shard, query, isFaulty);
  let durationMs = 0;
  for (const row of rows) durationMs += shard.durationsMs[row] ?? 0;
  return { part, rows, durationMs, perhaps: perhapsAmong(shard, query, rows) };
}
