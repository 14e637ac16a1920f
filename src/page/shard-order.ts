import type { OrderColumn } from '../core/page-order.ts';
import { type Shard, undated } from '../core/viewer-data.ts';
import { decoded } from './shard-rows.ts';

/** Rows of one shard that are to be put in order. */
export interface OrderedPart {
  readonly month: string;
  readonly recordings: number;
  /** In order of start; `all`: every row. */
  readonly rows: Int32Array | 'all';
}

/** The start has an order of its own, which shards are in. */
type OtherColumn = Exclude<OrderColumn, 'start'>;

/** Rows by their places in the order of the starts: the parts' rows one behind the other. */
export type Places = (place: number) => number;

/** How many rows parts have. */
export function sizeOf(parts: readonly OrderedPart[]): number {
  return parts.reduce((sum, { recordings, rows }) => sum + (rows === 'all' ? recordings : rows.length), 0);
}

/** The latest start first, and what has none last: the catalog has the same order. No shard is read for it. */
export function latestFirst(parts: readonly OrderedPart[]): Places {
  const size = sizeOf(parts);
  const dated = size - sizeOf(parts.filter(({ month }) => month === undated));
  return (place) => (place < dated ? dated - 1 - place : place);
}

/**
 * Puts rows in order by a column of theirs, of which every shard is looked at. Texts are compared as the language has it, digits in them as numbers, so that
 * 1001 is behind 999.
 */
export async function orderedBy<Part extends OrderedPart>(
  parts: readonly Part[],
  { by, descending }: { readonly by: OtherColumn; readonly descending: boolean },
  read: (part: Part) => Promise<Shard>,
  language: string,
): Promise<Places> {
  const size = sizeOf(parts);
  // What is equal has one number; what lacks the value has none, and is last.
  const ranks = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const numbers = new Map<string, number>();
  let place = 0;
  for (const part of parts) {
    const shard = await read(part);
    const count = part.rows === 'all' ? part.recordings : part.rows.length;
    for (let at = 0; at < count; at++, place++) {
      const row = part.rows === 'all' ? at : (part.rows[at] ?? 0);
      if (by === 'length') {
        ranks[place] = shard.durationsMs[row] ?? Number.POSITIVE_INFINITY;
        continue;
      }
      const text = textOf(shard, row, by);
      if (text === '') continue;
      const number = numbers.get(text) ?? numbers.size;
      if (number === numbers.size) numbers.set(text, number);
      ranks[place] = number;
    }
  }
  if (by !== 'length') {
    const { compare } = new Intl.Collator(language, { numeric: true });
    // Equal to the language, such as Å in two ways of Unicode, need not be equal in code points: those decide then.
    const sorted = [...numbers.keys()].sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
    const rankOf = new Float64Array(sorted.length);
    for (const [rank, text] of sorted.entries()) rankOf[numbers.get(text) ?? 0] = rank;
    for (let at = 0; at < size; at++) if (ranks[at] !== Number.POSITIVE_INFINITY) ranks[at] = rankOf[ranks[at] ?? 0] ?? 0;
  }
  const sign = descending ? -1 : 1;
  const order = new Uint32Array(size).map((_, index) => index);
  order.sort((a, b) => {
    const [one = 0, other = 0] = [ranks[a], ranks[b]];
    if (one === other) return a - b;
    if (one === Number.POSITIVE_INFINITY) return 1;
    return other === Number.POSITIVE_INFINITY ? -1 : sign * (one - other);
  });
  return (wanted) => order[wanted] ?? 0;
}

function textOf(shard: Shard, row: number, by: Exclude<OtherColumn, 'length'>): string {
  switch (by) {
    case 'from':
      return shard.from[row] ?? '';
    case 'to':
      return shard.to[row] ?? '';
    case 'direction':
      return decoded(shard.direction, row) ?? '';
    case 'agent':
      return decoded(shard.agent, row) ?? '';
    case 'status':
      return decoded(shard.status, row) ?? '';
    case 'codec':
      return (decoded(shard.codecs, row) ?? []).join(' ');
  }
}
