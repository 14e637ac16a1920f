import { sha256Hex } from '../../core/base/identifier.ts';

/** Draws items from a stream with equal probability. */
export interface Sample<Item> {
  /** Adds an item. Only `id` and the seed decide: the draw does not depend on the order. */
  add(id: string, item: Item): void;
  /** The drawn items; all, if there were no more than requested. */
  readonly taken: readonly Item[];
  /** Number of items added. */
  readonly passed: number;
}

/** Creates a sample of at most `size` items: the items with the smallest digests of seed and id. */
export function createSample<Item>(size: number, seed: string): Sample<Item> {
  const chosen: { readonly rank: string; readonly item: Item }[] = [];
  let passed = 0;
  return {
    add(id, item) {
      passed++;
      const rank = sha256Hex(`${seed}\n${id}`);
      const last = chosen.at(-1);
      if (size === 0 || (chosen.length === size && last !== undefined && rank >= last.rank)) return;
      chosen.splice(placeOf(rank), 0, { rank, item });
      if (chosen.length > size) chosen.pop();
    },
    get taken() {
      return chosen.map(({ item }) => item);
    },
    get passed() {
      return passed;
    },
  };

  /** Finds the position of a rank by binary search. */
  function placeOf(rank: string): number {
    let [low, high] = [0, chosen.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((chosen[middle]?.rank ?? '') < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
