import type { BagVerification } from '../../core/page/data.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { verificationOf, withCopies } from '../../pipeline/open/bag-verification.ts';
import type { FollowOthers } from './follow-others.ts';

/** Says what the log tells of the last verification of a bag; null: it tells of none. */
export type VerifiedBags = (bag: string) => Promise<BagVerification | null>;

/** Verifications of other runs count as well. */
export function createVerifiedBags(log: Pick<ArchiveLog, 'verifiedBags' | 'copiesOf'>, follow: FollowOthers): VerifiedBags {
  return async (bag) => {
    await follow();
    const entry = log.verifiedBags().get(bag);
    const read = entry === undefined ? null : verificationOf(entry);
    return read === null ? null : withCopies(read.verification, log.copiesOf(bag));
  };
}

/** Calls that the last verifications named as damaged or lost. */
export function knownFaults(log: Pick<ArchiveLog, 'verifiedBags'>): number {
  let calls = 0;
  for (const { detail } of log.verifiedBags().values()) if (typeof detail.calls === 'number') calls += detail.calls;
  return calls;
}
