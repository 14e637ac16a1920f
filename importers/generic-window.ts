import type { TimeValue } from '../src/core/recording.ts';

/** One row or file that no exact rule joined. */
export interface Timed {
  readonly side: 'row' | 'file';
  /** Moments it may have begun, epoch ms; several for an hour that occurred twice. */
  readonly at: readonly number[];
  /** Whom it is about, as `partyKey` has it; null: unknown. */
  readonly party: string | null;
}

/** What the window found for one of them: partners, at most `partnersMax` of them, and how many there are. */
export interface Decided<T> {
  readonly item: T;
  readonly partners: readonly T[];
  /** Partners have no other partner than this one. */
  readonly mutual: boolean;
}

/** Partners that are remembered; a row with so many is ambiguous anyway. */
const partnersMax = 16;
/** Neighbours that are looked at for one item: a million calls in one second must not cost a million times a million. */
const neighboursMax = 1_000;

interface Node<T> {
  readonly item: T;
  readonly timed: Timed;
  readonly last: number;
  readonly partners: Node<T>[];
}

/**
 * Finds rows and files that began within `windowMs` of each other, with the same party where one is asked for. Items come ordered by
 * the moment under which they stand (an item with two moments comes twice); no more of them are held than lie within two windows and one clock change.
 * @param open opens an item; `id` is the same for both of its moments.
 */
export function* joinByWindow<T>(
  items: Iterable<{ readonly at: number; readonly id: string; readonly item: T; readonly timed: Timed }>,
  windowMs: number,
  byParty: boolean,
): Generator<Decided<T>> {
  const nodes = new Map<string, Node<T>>();
  /** Nodes within the window, by side and party, oldest first. */
  const recent = new Map<string, { readonly at: number; readonly node: Node<T> }[]>();
  let swept = Number.NEGATIVE_INFINITY;
  for (const { at, id, item, timed } of items) {
    if (at - swept > windowMs) {
      yield* close(nodes, at - windowMs);
      for (const [key, list] of recent) {
        const from = list.findIndex((each) => each.at >= at - windowMs);
        if (from < 0) recent.delete(key);
        else list.splice(0, from);
      }
      swept = at;
    }
    const node = nodes.get(id) ?? { item, timed, last: Math.max(...timed.at), partners: [] };
    nodes.set(id, node);
    const key = byParty ? (timed.party ?? '') : '';
    if (byParty && timed.party === null) continue; // nobody to compare: no partner
    const others = recent.get(`${timed.side === 'row' ? 'file' : 'row'} ${key}`) ?? [];
    // From the youngest, and no further than the window.
    for (let i = others.length - 1; i >= Math.max(0, others.length - neighboursMax); i--) {
      const other = others[i];
      if (other === undefined || other.at < at - windowMs) break;
      if (node.partners.length >= partnersMax && other.node.partners.length >= partnersMax) continue;
      if (node.partners.includes(other.node)) continue;
      if (node.partners.length < partnersMax) node.partners.push(other.node);
      if (other.node.partners.length < partnersMax) other.node.partners.push(node);
    }
    const own = `${timed.side} ${key}`;
    const list = recent.get(own);
    if (list === undefined) recent.set(own, [{ at, node }]);
    else list.push({ at, node });
  }
  yield* close(nodes, Number.POSITIVE_INFINITY);
}

/** Decides every node that can find no more partners and whose partners cannot either. */
function* close<T>(nodes: Map<string, Node<T>>, before: number): Generator<Decided<T>> {
  for (const [id, node] of nodes) {
    if (node.last >= before || node.partners.some((partner) => partner.last >= before)) continue;
    nodes.delete(id);
    yield {
      item: node.item,
      partners: node.partners.map((partner) => partner.item),
      mutual: node.partners.every((partner) => partner.partners.length === 1),
    };
  }
}

/** Wall clocks without a zone lie in an age of their own, far from moments of UTC, so that the two never meet in a window. */
const localAgeMs = 1e15;

/** Moments that a time may stand for, epoch ms: of UTC where known, else of the wall clock, in an age of its own. Null: no such moment is known. */
export function momentsOf(value: TimeValue | null): { readonly clock: 'utc' | 'local'; readonly at: readonly number[] } | null {
  if (value === null) return null;
  if (value.utc !== null) return { clock: 'utc', at: [Date.parse(value.utc)] };
  if (value.certainty === 'ambiguous-fold') return { clock: 'utc', at: value.candidates.map((each) => Date.parse(each)) };
  return value.local === null || value.certainty !== 'unzoned' ? null : { clock: 'local', at: [Date.parse(`${value.local}Z`) + localAgeMs] };
}

/**
 * A form under which two spellings of one party are the same: of numbers the last seven digits, since countries and trunks write
 * `+46701740605`, `0046701740605` and `0701740605`; shorter numbers whole; names without regard to case.
 */
export function partyKey(text: string): string {
  const digits = text.replace(/\D/g, '');
  const isNumber = digits.length >= 2 && /^[\s\d+().*#/-]+$/.test(text);
  return isNumber ? digits.slice(-7) : text.trim().normalize('NFC').toLowerCase();
}
