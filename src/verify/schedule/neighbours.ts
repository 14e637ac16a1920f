import type { LandedBag } from '../../log/history/reading-history.ts';

/** Number of bags on each side in landing order, across days: they were written to nearby places of the disk. */
const nextSide = 8;
/** Number of bags on each side within the same import job: they went through the same cable, memory and controller. */
const jobSide = 24;
/** Largest number of neighbours of one bag. If the damage extends further, each damaged neighbour has its own neighbours. */
const most = 64;

/**
 * Creates a function that returns a bag's neighbours. Corruption comes in clusters: a fault raises the probability of faults nearby (sources: An Analysis of
 * Data Corruption in the Storage Stack, FAST 2008; most errors of CERN's 2007 study came from one firmware).
 * @returns the neighbours of a bag, nearest first: bags that landed next to it, of the same day, of the same import job
 */
export function createNeighbourhood(landed: readonly LandedBag[], present: ReadonlySet<string>): (bag: string) => readonly string[] {
  const places = new Map(landed.map(({ bag }, at) => [bag, at]));
  // For each day, existing bags in landing order, then those that never landed.
  const days = new Map<string, string[]>();
  for (const bag of [...landed.map((each) => each.bag), ...[...present].filter((each) => !places.has(each))]) {
    if (!present.has(bag)) continue;
    const day = days.get(dayOf(bag));
    if (day === undefined) days.set(dayOf(bag), [bag]);
    else day.push(bag);
  }
  const placeOf = (bag: string): number => places.get(bag) ?? landed.length;
  return (bag) => {
    const found = new Set<string>();
    const take = (candidate: string | undefined): void => {
      if (candidate !== undefined && candidate !== bag && present.has(candidate) && found.size < most) found.add(candidate);
    };
    // Applies to a missing bag as well: bags near it may be lost next.
    const at = places.get(bag);
    if (at !== undefined) for (const near of around(landed, at, nextSide)) take(near.bag);
    // If names have no dates, one "day" may hold the whole archive: only the nearest are used.
    const day = days.get(dayOf(bag)) ?? [];
    for (const near of around(day, firstAtOrBehind(day, placeOf(bag), placeOf), most / 2)) take(near);
    const job = at === undefined ? null : (landed[at]?.job ?? null);
    if (at !== undefined && job !== null) for (const near of around(landed, at, jobSide)) if (near.job === job) take(near.bag);
    return [...found];
  };
}

function firstAtOrBehind(day: readonly string[], place: number, placeOf: (bag: string) => number): number {
  let [low, high] = [0, day.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(day[middle] ?? '') < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the part of a bag's name that states the day: `2019/20190312` of `2019/20190312-4f2a…`. */
function dayOf(bag: string): string {
  return bag.slice(0, Math.max(0, bag.lastIndexOf('-')));
}

/** Yields the items on both sides of a position, without the item at the position. */
function* around<Item>(items: readonly Item[], at: number, side: number): Generator<Item> {
  for (let distance = 0; distance <= side; distance++) {
    for (const item of distance === 0 ? [items[at]] : [items[at - distance], items[at + distance]]) if (item !== undefined) yield item;
  }
}
