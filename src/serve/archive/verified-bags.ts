import type { BagVerification } from '../../core/page/data.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { verificationOf, withCopies } from '../../pipeline/open/bag-verification.ts';
import type { FollowOthers } from './follow-others.ts';

/** Returns the last verification of a bag, according to the log; null if there is none. */
export type VerifiedBags = (bag: string) => Promise<BagVerification | null>;

/** Creates the lookup, which includes verifications by other processes. */
export function createVerifiedBags(log: Pick<ArchiveLog, 'verifiedBags' | 'copiesOf'>, follow: FollowOthers): VerifiedBags {
  return async (bag) => {
    await follow();
    const entry = log.verifiedBags().get(bag);
    const read = entry === undefined ? null : verificationOf(entry);
    return read === null ? null : withCopies(read.verification, log.copiesOf(bag));
  };
}

/** Returns the number of calls that the last verifications found damaged or lost. */
export function knownFaults(log: Pick<ArchiveLog, 'verifiedBags'>): number {
  let calls = 0;
  for (const { detail } of log.verifiedBags().values()) if (typeof detail.calls === 'number') calls += detail.calls;
  return calls;
}
