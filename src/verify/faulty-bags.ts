import type { BagCopies } from '../core/model/bag-copies.ts';
import { idsNamed } from '../core/model/damaged-calls.ts';
import type { BagResult } from './bags/verify-counts.ts';
import type { ScheduledOutcome } from './verify-events.ts';

/** What a run reports about bags with faults: the affected calls, and the replicas that have those bags. */
export interface FaultyBags {
  take(bag: string, result: Pick<BagResult, 'damaged' | 'lost'>): void;
  outcome(): Pick<ScheduledOutcome, 'named' | 'replicas'>;
}

/** Calls named at the end of a run; the log entries of the bags name more. */
const mostNamed = 10;

/** Creates an empty collection. */
export function createFaultyBags(copies: BagCopies): FaultyBags {
  /** A recording and its amendment are one call. */
  const named = new Set<string>();
  const replicas = new Set<string>();
  return {
    take: (bag, { damaged, lost }) => {
      for (const id of [...idsNamed(damaged), ...idsNamed(lost)]) if (named.size < mostNamed) named.add(id);
      for (const replica of copies.of(bag)) replicas.add(replica);
    },
    outcome: () => ({ named: [...named], replicas: [...replicas].sort() }),
  };
}
