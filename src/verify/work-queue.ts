import { type DueItem, type DueList, isBeforeRegular } from './due-list.ts';

/** The work of a run under way: a list that grows where damage is found. */
export interface WorkQueue {
  /** The next bag, each once; null: nothing is left. */
  next(): DueItem | null;
  /**
   * A bag was found damaged: what lies near it comes next, unless this damage was known before. Only as much of it as the regular work of a run, or a
   * few bags; the rest goes to the end, so that a dead disk does not stop the reading of everything else.
   * @param faults as they go into the log, `corrupt=1 missing=2`
   * @returns how many bags come next
   */
  hit(bag: string, faults: string): number;
  /** Bags that were not given out yet. */
  left(): number;
}

/** Begins a run over a list. @param knownFaults of a bag whose damage the log tells of; null: none */
export function createWorkQueue(list: DueList, knownFaults: (bag: string) => string | null): WorkQueue {
  const given = new Set<string>();
  const waiting = new Set(list.items.map(({ bag }) => bag));
  const called = new Set<string>();
  const atOnce: DueItem[] = [];
  const atEnd: DueItem[] = [];
  let nearBytes = 0;
  let nextItem = 0;
  let nextAtOnce = 0;
  let nextAtEnd = 0;
  const give = (item: DueItem): DueItem => {
    given.add(item.bag);
    waiting.delete(item.bag);
    return item;
  };
  return {
    next: () => {
      for (;;) {
        const item = atOnce[nextAtOnce] ?? list.items[nextItem] ?? atEnd[nextAtEnd];
        if (item === undefined) return null;
        if (nextAtOnce < atOnce.length) nextAtOnce++;
        else if (nextItem < list.items.length) nextItem++;
        else nextAtEnd++;
        if (!given.has(item.bag)) return give(item);
      }
    },
    hit: (bag, faults) => {
      if (knownFaults(bag) === faults) return 0;
      let added = 0;
      for (const name of list.neighboursOf(bag)) {
        const item = given.has(name) || called.has(name) ? null : list.itemOf(name, 'neighbour');
        if (item === null) continue;
        called.add(name);
        waiting.add(name);
        if (!isBeforeRegular(atOnce.length, nearBytes, list.state)) atEnd.push(item);
        else {
          atOnce.push(item);
          nearBytes += item.bytes;
          added++;
        }
      }
      return added;
    },
    left: () => waiting.size,
  };
}
