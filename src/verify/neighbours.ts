import type { LandedBag } from '../history/reading-history.ts';

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
  // Also those that are gone: what lay near them may go next.
  const days = new Map<string, string[]>();
  for (const bag of [...landed.map((each) => each.bag), ...[...present].filter((bag) => !places.has(bag))]) {
    const day = days.get(dayOf(bag));
    if (day === undefined) days.set(dayOf(bag), [bag]);
    else day.push(bag);
  }
  return (bag) => {
    const found = new Set<string>();
    const take = (candidate: string | undefined): void => {
      if (candidate !== undefined && candidate !== bag && present.has(candidate) && found.size < most) found.add(candidate);
    };
    const at = places.get(bag);
    if (at !== undefined) for (const near of around(landed, at, nextSide)) take(near.bag);
    // A day without dates in its names may hold the whole archive: the nearest of it.
    const day = (days.get(dayOf(bag)) ?? []).filter((each) => each === bag || present.has(each));
    const inDay = day.indexOf(bag);
    if (inDay >= 0) for (const near of around(day, inDay, most / 2)) take(near);
    const job = at === undefined ? null : (landed[at]?.job ?? null);
    if (at !== undefined && job !== null) for (const near of around(landed, at, jobSide)) if (near.job === job) take(near.bag);
    return [...found];
  };
}

/** `2019/20190312` of `2019/20190312-4f2a…`. */
function dayOf(bag: string): string {
  return bag.slice(0, Math.max(0, bag.lastIndexOf('-')));
}

function* around<Item>(items: readonly Item[], at: number, side: number): Generator<Item> {
  for (let distance = 1; distance <= side; distance++) {
    for (const item of [items[at - distance], items[at + distance]]) if (item !== undefined) yield item;
  }
}
