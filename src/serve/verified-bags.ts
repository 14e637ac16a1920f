import type { BagVerification } from '../core/page-data.ts';
import type { ArchiveLog } from '../log/log.ts';
import { verificationOf, withCopies } from '../pipeline/bag-verification.ts';

/** Says what the log tells of the last verification of a bag; null: it tells of none. */
export type VerifiedBags = (bag: string) => Promise<BagVerification | null>;

/** A verification that another run has entered is seen after this. */
const againMs = 5_000;

/**
 * Reads nothing but what was entered since. Where the log cannot be looked at now, what was known stays.
 * @param now monotonic ms
 */
export function createVerifiedBags(
  log: Pick<ArchiveLog, 'verifiedBags' | 'copiesOf' | 'refresh'>,
  now: () => number,
  failed: (error: unknown) => void,
): VerifiedBags {
  let until = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();
  return async (bag) => {
    if (now() >= until) {
      until = now() + againMs;
      running = log.refresh().catch(failed);
    }
    await running;
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
