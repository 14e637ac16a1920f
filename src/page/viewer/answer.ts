import { faultOf } from '../../core/page/call-fault.ts';
import type { CallRow, PageQuery } from '../../core/page/data.ts';
import { isDefaultOrder, orderText, type PageOrder } from '../../core/page/order.ts';
import type { ViewerIndex } from '../../core/page/viewer-data.ts';
import type { ShardCache } from './cache.ts';
import type { Part } from './counts.ts';
import { rowFor, termsOfPage } from './rows.ts';
import { latestFirst, orderedBy, type Places, sizeOf } from './sort.ts';

/** Rows of a shard that match a query; `all`: every row, known without reading the shard. */
export interface PartAnswer {
  readonly part: Part;
  readonly rows: Int32Array | 'all';
  readonly durationMs: number;
  /** Number of rows that are only possibly within the range. */
  readonly perhaps: number;
}

/** A span of rows of an answer: `limit` rows from the one with the number `offset` on. */
export interface RowSpan {
  readonly offset: number;
  readonly limit: number;
}

/** Reads rows of answers. */
export interface AnswerRows {
  /** Returns rows in the order in which the shards hold them. */
  lying(parts: readonly PartAnswer[], query: PageQuery, span: RowSpan): Promise<CallRow[]>;
  /** Returns rows in a requested order. The parts are the whole answer to the query. */
  ordered(parts: readonly PartAnswer[], query: PageQuery, order: PageOrder, span: RowSpan): Promise<CallRow[]>;
}

/** Creates a reader that remembers the last requested order. @param verified results of the bags' verification */
export function createAnswerRows(shards: ShardCache, verified: ViewerIndex['verified']): AnswerRows {
  let sorted: { readonly of: string; readonly places: Places } | null = null;
  const lying: AnswerRows['lying'] = async (parts, query, { offset, limit }) => {
    const rows: CallRow[] = [];
    const terms = termsOfPage(query) ?? [];
    let before = 0;
    for (const { part, rows: matching } of parts) {
      const size = matching === 'all' ? part.recordings : matching.length;
      const first = Math.max(0, offset - before);
      before += size;
      if (first >= size) continue;
      const shard = await shards.of(part);
      for (let at = first; at < size && rows.length < limit; at++)
        rows.push(withFault(rowFor(shard, matching === 'all' ? at : (matching[at] ?? 0), terms), verified));
      if (rows.length >= limit) break;
    }
    return rows;
  };
  /** Returns the positions of an answer's rows in an order; null: in the order of the shards. */
  const placesOf = async (parts: readonly PartAnswer[], query: PageQuery, order: PageOrder): Promise<Places | null> => {
    if (isDefaultOrder(order)) return null;
    const language = document.documentElement.lang;
    const of = `${orderText(order)} ${language} ${JSON.stringify(query)}`;
    if (sorted?.of === of) return sorted.places;
    const { by, descending } = order;
    const inShards = parts.map(({ part, rows }) => ({ ...part, rows }));
    const places = by === 'start' ? latestFirst(inShards) : await orderedBy(inShards, { by, descending }, shards.inTurn(inShards), language);
    sorted = { of, places };
    return places;
  };
  return {
    lying,
    ordered: async (parts, query, order, span) => {
      const places = await placesOf(parts, query, order);
      if (places === null) return await lying(parts, query, span);
      const size = sizeOf(parts.map(({ part, rows }) => ({ ...part, rows })));
      const rows: CallRow[] = [];
      for (let at = span.offset; at < Math.min(size, span.offset + span.limit); at++)
        rows.push(...(await lying(parts, query, { offset: places(at), limit: 1 })));
      return rows;
    },
  };
}

/** Adds the faults from the last verification of the bag to a row. */
export function withFault(row: CallRow, verified: ViewerIndex['verified']): CallRow {
  const fault = Object.hasOwn(verified, row.bag) ? faultOf(verified[row.bag], row.id) : null;
  return fault === null ? row : { ...row, fault };
}
