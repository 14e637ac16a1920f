import { faultOf } from '../core/call-fault.ts';
import { isOneMonth, startBounds, type TimeRange } from '../core/call-filter.ts';
import type { CallRow, DataSource, PageQuery, PageResult } from '../core/page-data.ts';
import { isDefaultOrder, orderColumns, orderText, type PageOrder } from '../core/page-order.ts';
import { type DetailScript, type Shard, type ShardPlace, undated, type ViewerIndex, viewerVersion } from '../core/viewer-data.ts';
import { createDataScripts } from './data-scripts.ts';
import { breathe } from './rest.ts';
import { createCounts, type Part } from './shard-counts.ts';
import { latestFirst, orderedBy, type Places, sizeOf } from './shard-order.ts';
import { asksTimeOnly, decoded, type IsFaulty, indexOfId, matchingRows, rowFor, rowOf, termsOfPage } from './shard-rows.ts';

/** Recordings whose shards stay in memory: some hundred megabytes. Not a number of shards: each search reads all in one order, so that one more than are kept would have all of them read anew. */
const recordingsKept = 3_000_000;
/** Shards that are read at a time: a browser takes longer to begin with a script than to read it. */
const readAtOnce = 12;
/** Archives of more recordings are not read before somebody searches: it takes the memory of all of them. */
const mostPrepared = 300_000;
/** The page gets time to breathe after this long, and the first answer so far. */
const sliceMs = 60;
/** Later answers so far are given this often: to draw one takes longer than to search a month. */
const toldMs = 300;

/** What of a shard answers a question; `all`: every row, and it need not be read to know that. */
interface PartAnswer {
  readonly part: Part;
  readonly rows: Int32Array | 'all';
  readonly durationMs: number;
}

/** The data of a page that lives in an archive: scripts beside it. */
export function openShards(): DataSource {
  const scripts = createDataScripts();
  let index: Promise<ViewerIndex> | null = null;
  const shards = new Map<string, Promise<Shard>>();
  /** Recordings of each of them, the one that was not asked for longest first. */
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
  /** Gives the shards of parts one after the other, while the next ones are being read. */
  const inTurn = (parts: readonly ShardPlace[]): ((part: ShardPlace) => Promise<Shard>) => {
    let begun = 0;
    let given = 0;
    return (part) => {
      // What fails is thrown when its turn comes.
      for (const next of parts.slice(begun, given + readAtOnce)) void shardOf(next);
      begun = Math.max(begun, given + readAtOnce);
      given++;
      return shardOf(part);
    };
  };
  /** Gives those that are in memory first: a call that is opened from the list is in one of them. */
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

  /** Where the rows of an answer stand in an order; null: as the parts have them. */
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
        const answer = whole ? ({ part, rows: 'all', durationMs: 0 } as const) : answerOf(part, await read(part), query, isFaulty);
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
        await breathe();
        signal.throwIfAborted();
        slice = performance.now();
      }
      // A month is counted by days where it is all that there is.
      const dated = new Set(parts.map(({ part }) => part.month));
      // A month of another clock than that of UTC lies in two of UTC.
      if (dated.size > 0 && !dated.has(undated) && (dated.size === 1 || isOneMonth(query))) {
        for (const { part, rows: matching } of parts) counts.days(await shardOf(part), matching);
      }
      const result = { ...counts.result(), searched: 1 };
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
        // The search that needs it says what cannot be read.
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

/** The row with what the last verification of its bag says of its files. */
function withFault(row: CallRow, verified: ViewerIndex['verified']): CallRow {
  const fault = Object.hasOwn(verified, row.bag) ? faultOf(verified[row.bag], row.id) : null;
  return fault === null ? row : { ...row, fault };
}

/** What a script of this page's own version holds; both are written together. @throws Error where it is of another */
function checked<Value extends { readonly version: number }>(value: unknown, name: string): Value {
  const known = value as Value; // written by longplay beside this page; its version is what could differ
  if (known?.version !== viewerVersion) throw new Error(`data/${name}.js is of another version than this page: run longplay viewer`);
  return known;
}

function partsFor(months: ViewerIndex['months'], query: PageQuery): Part[] {
  const ranges = rangesOf(query);
  return months
    .filter(({ month }) => {
      // What has no start is in no time.
      if (month === undated) return query.from === undefined && query.to === undefined;
      return ranges.some(({ from, to }) => (from === undefined || `${month}~` >= from) && (to === undefined || month < to));
    })
    .flatMap(({ month, durationMs, shards, edges }) =>
      shards.map((shard, at) => ({ ...shard, month, ...(at === 0 ? { monthMs: durationMs, edges } : { monthMs: 0, edges: [] }) })),
    );
}

/** True where every row of a part answers, as its month tells already. */
function isWhole({ month }: Part, query: PageQuery): boolean {
  if (!asksTimeOnly(query)) return false;
  return rangesOf(query).every(({ from, to }) => (from === undefined || from <= month) && (to === undefined || to > `${month}-31T24`));
}

/** The range of a question, as moments and as readings of a clock are compared with it. */
function rangesOf({ from, to, zone }: PageQuery): readonly TimeRange[] {
  const { moment, clock } = startBounds({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, zone);
  return [moment, clock];
}

function answerOf(part: Part, shard: Shard, query: PageQuery, isFaulty: IsFaulty): PartAnswer {
  const rows = matchingRows(shard, query, isFaulty);
  let durationMs = 0;
  for (const row of rows) durationMs += shard.durationsMs[row] ?? 0;
  return { part, rows, durationMs };
}
