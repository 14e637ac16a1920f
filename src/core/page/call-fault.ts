import type { BagVerification, CallFault } from './data.ts';

/** What the last verification of its bag says of a recording; null: nothing is wrong with it, or nothing is known. */
export function faultOf(verification: BagVerification | null | undefined, recordingId: string): CallFault | null {
  if (verification == null || verification.verdict !== 'faults') return null;
  const { damaged = [], lost = [], unnamed = false } = verification;
  if (damaged.includes(recordingId)) return 'damaged';
  if (lost.includes(recordingId)) return 'lost';
  return unnamed || damaged.length + lost.length === 0 ? 'bag' : null;
}

/** Calls that are known to be damaged or lost. */
export interface FaultyCalls {
  /** Bags with faults of which no call, or not each, is named: all of their calls. */
  readonly bags: readonly string[];
  /** Named calls: bag and id, with a stroke between. */
  readonly calls: readonly string[];
  /** Ids of calls wherever they are: met since. */
  readonly ids: readonly string[];
}

/** Those of which `faultOf` says something. @param met ids of calls of which something was met since */
export function faultyCalls(verified: Iterable<readonly [bag: string, verification: BagVerification]>, met: readonly string[] = []): FaultyCalls {
  const bags: string[] = [];
  const calls: string[] = [];
  for (const [bag, { verdict, damaged = [], lost = [], unnamed = false }] of verified) {
    if (verdict !== 'faults') continue;
    if (unnamed || damaged.length + lost.length === 0) bags.push(bag);
    else for (const id of [...damaged, ...lost]) calls.push(`${bag}/${id}`);
  }
  return { bags, calls, ids: met };
}
