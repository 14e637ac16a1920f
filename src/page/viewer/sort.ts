import type { OrderColumn } from '../../core/page/order.ts';
import { type Shard, undated } from '../../core/page/viewer-data.ts';
import { createRest } from '../base/rest.ts';
import { decoded } from './rows.ts';

/** Longest time in ms for which the page is busy. */
const busyMs = 40;
/** Number of values that are sorted without a pause: some 10 ms. */
const pieceSize = 4_096;

/** Rows of one shard to be sorted. */
export interface OrderedPart {
  readonly month: string;
  readonly recordings: number;
  /** Row numbers in order of start; `all`: every row. */
  readonly rows: Int32Array | 'all';
}

/** Shards are already ordered by start. */
type OtherColumn = Exclude<OrderColumn, 'start'>;

/** Maps positions in the new order to positions in order of start, counted through all shards. */
export type Places = (place: number) => number;

/** Returns the total number of rows. */
export function sizeOf(parts: readonly OrderedPart[]): number {
  return parts.reduce((sum, { recordings, rows }) => sum + (rows === 'all' ? recordings : rows.length), 0);
}

/** Orders by latest start first, rows without a start last, as the catalog does. Reads no shard. */
export function latestFirst(parts: readonly OrderedPart[]): Places {
  const size = sizeOf(parts);
  const dated = size - sizeOf(parts.filter(({ month }) => month === undated));
  return (place) => (place < dated ? dated - 1 - place : place);
}

/**
 * Sorts rows by a column, reading every shard. Texts are compared by the rules of the language, and digits in them as numbers, so that 1001 follows 999. The
 * page stays responsive.
 */
export async function orderedBy<Part extends OrderedPart>(
  parts: readonly Part[],
  { by, descending }: { readonly by: OtherColumn; readonly descending: boolean },
  read: (part: Part) => Promise<Shard>,
  language: string,
): Promise<Places> {
  const rest = createRest(busyMs);
  const size = sizeOf(parts);
  // Equal values have one number; missing values have none.
  const numbers = new Map<string | number, number>();
  const numberAt = new Int32Array(size).fill(-1);
  let place = 0;
  for (const part of parts) {
    const shard = await read(part);
    const count = part.rows === 'all' ? part.recordings : part.rows.length;
    for (let at = 0; at < count; at++, place++) {
      const row = part.rows === 'all' ? at : (part.rows[at] ?? 0);
      const value = by === 'length' ? (shard.durationsMs[row] ?? '') : textOf(shard, row, by);
      if (value === '') continue;
      const number = numbers.get(value) ?? numbers.size;
      if (number === numbers.size) numbers.set(value, number);
      numberAt[place] = number;
    }
    await rest();
  }
  const sorted = await sortedInPieces([...numbers.keys()], comparison(language), rest);
  const rankOf = new Uint32Array(sorted.length);
  for (const [rank, value] of sorted.entries()) rankOf[numbers.get(value) ?? 0] = descending ? sorted.length - 1 - rank : rank;
  await rest();
  // Missing values come last in either direction; equal ones are ordered by start.
  const rankAt = (at: number): number => {
    const number = numberAt[at] ?? -1;
    return number < 0 ? sorted.length : (rankOf[number] ?? 0);
  };
  const next = new Uint32Array(sorted.length + 2);
  for (let at = 0; at < size; at++) next[rankAt(at) + 1] = (next[rankAt(at) + 1] ?? 0) + 1;
  for (let rank = 1; rank < next.length; rank++) next[rank] = (next[rank] ?? 0) + (next[rank - 1] ?? 0);
  const order = new Uint32Array(size);
  for (let at = 0; at < size; at++) {
    const rank = rankAt(at);
    const to = next[rank] ?? 0;
    order[to] = at;
    next[rank] = to + 1;
  }
  return (wanted) => order[wanted] ?? 0;
}

function comparison(language: string): (a: string | number, b: string | number) => number {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    const [one, other] = [String(a), String(b)];
    // Texts that the language treats as equal, e.g. two Unicode forms of Å, may differ in code points; the code points then decide.
    return compare(one, other) || (one < other ? -1 : 1);
  };
}

/** Sorts defined values, with pauses. */
async function sortedInPieces<Value>(
  values: readonly Value[],
  compare: (a: Value, b: Value) => number,
  rest: () => Promise<void>,
): Promise<readonly Value[]> {
  let pieces: (readonly Value[])[] = [];
  for (let at = 0; at < values.length; at += pieceSize) {
    pieces.push(values.slice(at, at + pieceSize).sort(compare));
    await rest();
  }
  while (pieces.length > 1) {
    const merged: (readonly Value[])[] = [];
    for (let at = 0; at < pieces.length; at += 2) merged.push(await mergedOf(pieces[at] ?? [], pieces[at + 1] ?? [], compare, rest));
    pieces = merged;
  }
  return pieces[0] ?? [];
}

async function mergedOf<Value>(
  first: readonly Value[],
  second: readonly Value[],
  compare: (a: Value, b: Value) => number,
  rest: () => Promise<void>,
): Promise<readonly Value[]> {
  const merged: Value[] = [];
  let [at, beside] = [0, 0];
  for (;;) {
    const [one, other] = [first[at], second[beside]];
    if (one === undefined || other === undefined) return merged.concat(first.slice(at), second.slice(beside));
    if (compare(one, other) <= 0) {
      merged.push(one);
      at++;
    } else {
      merged.push(other);
      beside++;
    }
    if (merged.length % pieceSize === 0) await rest();
  }
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
