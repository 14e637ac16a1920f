import type { BagVerification, CallFault } from './data.ts';

/** Returns what the last verification of a bag found about one recording; null: no fault, or nothing is known. */
export function faultOf(verification: BagVerification | null | undefined, recordingId: string): CallFault | null {
  if (verification == null || verification.verdict !== 'faults') return null;
  const { damaged = [], lost = [], unnamed = false, others = false } = verification;
  if (others) return null;
  if (damaged.includes(recordingId)) return 'damaged';
  if (lost.includes(recordingId)) return 'lost';
  return unnamed || damaged.length + lost.length === 0 ? 'bag' : null;
}

/** Returns what is known about one recording: without the ids of others, which the reader may not know. */
export function aboutOne({ damaged, lost, unnamed, ...verification }: BagVerification, recordingId: string): BagVerification {
  const fault = faultOf({ ...verification, damaged, lost, unnamed }, recordingId);
  if (verification.verdict !== 'faults' || fault === 'bag') return verification;
  return fault === null ? { ...verification, others: true } : { ...verification, [fault]: [recordingId] };
}

/** Calls that are known to be damaged or lost. */
export interface FaultyCalls {
  /** Bags with faults for which no call, or not every call, is named: all of their calls count. */
  readonly bags: readonly string[];
  /** Named calls: bag and id, separated by a slash. */
  readonly calls: readonly string[];
  /** Ids of calls, whatever their bag: faults found since the verification. */
  readonly ids: readonly string[];
}

/** Returns the calls for which `faultOf` returns a fault. @param met ids of calls with faults found since the verification */
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
