import { sha256Hex } from '../../core/base/identifier.ts';

/** Takes some of many that pass by, each with the same chance. */
export interface Sample<Item> {
  /** `id` decides together with the seed: whatever the order, the same are taken. */
  add(id: string, item: Item): void;
  /** Those that were taken; all, where there were no more than asked for. */
  readonly taken: readonly Item[];
  /** How many passed. */
  readonly passed: number;
}

/** A sample of at most `size`: those with the smallest digests of seed and id. */
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

  /** Where a rank belongs, by halving. */
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
