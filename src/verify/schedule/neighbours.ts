import type { LandedBag } from '../../log/history/reading-history.ts';

/** Bags on each side that landed next, whatever day they are of: they were written at about the same place of the disk. */
const nextSide = 8;
/** Bags on each side of the same import job: they went through the same cable, memory and controller. */
const jobSide = 24;
/** Neighbours of one bag at the most. Where damage goes on, each of them that is hit names its own. */
const most = 64;

/**
 * Who lies near whom. Rot comes in clusters: a fault that is found raises the rate for what lies near (facts of the field: an
 * analysis of data corruption in the storage stack, FAST 2008; most errors of CERN's 2007 study came from one firmware).
 * @returns the neighbours of a bag, nearest first: landed next to it, of the same day, of the same import job
 */
export function createNeighbourhood(landed: readonly LandedBag[], present: ReadonlySet<string>): (bag: string) => readonly string[] {
  const places = new Map(landed.map(({ bag }, at) => [bag, at]));
  // In each day those that are there, in landing order, then those that never landed.
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
    // Also of one that is gone: what lay near it may go next.
    const at = places.get(bag);
    if (at !== undefined) for (const near of around(landed, at, nextSide)) take(near.bag);
    // A day without dates in its names may hold the whole archive: the nearest of it.
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

/** `2019/20190312` of `2019/20190312-4f2a…`. */
function dayOf(bag: string): string {
  return bag.slice(0, Math.max(0, bag.lastIndexOf('-')));
}

/** The place itself is nobody's neighbour, but where it is that of another. */
function* around<Item>(items: readonly Item[], at: number, side: number): Generator<Item> {
  for (let distance = 0; distance <= side; distance++) {
    for (const item of distance === 0 ? [items[at]] : [items[at - distance], items[at + distance]]) if (item !== undefined) yield item;
  }
}
