import type { BagResult } from '../bags/verify-counts.ts';
import type { Budget } from './budget.ts';
import { type DueItem, type DueList, isBeforeRegular } from './due-list.ts';

/** The work of a run within its budget: a list that grows when damage is found. */
export interface WorkQueue {
  /** Returns the next bag; each bag is returned once. Null: no bag is left, or the budget permits no other while those in progress are read. */
  next(): DueItem | null;
  /**
   * Records the result of a bag. The budget counts the bytes actually read; an unreachable bag counts none. If the bag is damaged and the damage was not known
   * before, its neighbours come next, but only as many as may precede the regular work. The others go to the end, so that a failed disk does not stop the
   * reading of everything else.
   * @returns number of bags that were moved to the front
   */
  checked(bag: string, result: Pick<BagResult, 'verdict' | 'faults' | 'bytes'>): number;
  /** Returns the number of bags not yet begun. */
  left(): number;
}

/** Tools of a queue. */
export interface WorkQueueTools {
  readonly budget: Budget;
  /** Returns the known faults of a bag as the log states them; null: none. */
  readonly knownFaults: (bag: string) => string | null;
  /** Returns the number of bytes to be read for a bag. */
  readonly bytesOf: (item: DueItem) => number;
}

/** Begins a run over a list. */
export function createWorkQueue(list: DueList, { budget, knownFaults, bytesOf }: WorkQueueTools): WorkQueue {
  const expected = new Map<string, number>();
  const waiting = new Set(list.items.map(({ bag }) => bag));
  const called = new Set<string>();
  const atOnce: DueItem[] = [];
  const atEnd: DueItem[] = [];
  const { urgentBytes } = list;
  const { shareBytes } = list.state;
  let nearBytes = 0;
  let nextItem = 0;
  let nextAtOnce = 0;
  let nextAtEnd = 0;
  const give = (item: DueItem): DueItem => {
    const bytes = bytesOf(item);
    // A bag counts before it is read, because others begin meanwhile.
    budget.spent(bytes);
    expected.set(item.bag, bytes);
    waiting.delete(item.bag);
    return item;
  };
  const hit = (bag: string): number => {
    let added = 0;
    for (const name of list.neighboursOf(bag)) {
      const item = expected.has(name) || called.has(name) ? null : list.itemOf(name, 'neighbour');
      if (item === null) continue;
      called.add(name);
      waiting.add(name);
      if (!isBeforeRegular(item.bytes, { bags: atOnce.length, bytes: nearBytes }, { shareBytes, urgentBytes })) atEnd.push(item);
      else {
        atOnce.push(item);
        nearBytes += item.bytes;
        added++;
      }
    }
    return added;
  };
  return {
    next: () => {
      if (waiting.size === 0 || !budget.begin()) return null;
      for (;;) {
        const item = atOnce[nextAtOnce] ?? list.items[nextItem] ?? atEnd[nextAtEnd];
        if (item === undefined) return null;
        if (nextAtOnce < atOnce.length) nextAtOnce++;
        else if (nextItem < list.items.length) nextItem++;
        else nextAtEnd++;
        if (!expected.has(item.bag)) return give(item);
      }
    },
    checked: (bag, { verdict, faults, bytes }) => {
      budget.spent(bytes - (expected.get(bag) ?? 0));
      return verdict === 'faults' && knownFaults(bag) !== faults ? hit(bag) : 0;
    },
    left: () => waiting.size,
  };
}
