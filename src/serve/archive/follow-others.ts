import type { ArchiveLog } from '../../log/log.ts';

/** Takes in what other runs have entered in the log, where that was not done lately. Where the log cannot be looked at now, what was known stays. */
export type FollowOthers = () => Promise<void>;

/** What another run has entered is seen after this. */
const againMs = 5_000;

/** Reads nothing but what was entered since. @param now monotonic ms */
export function createFollowOthers(log: Pick<ArchiveLog, 'refresh'>, now: () => number, failed: (error: unknown) => void): FollowOthers {
  let until = Number.NEGATIVE_INFINITY;
  let running: Promise<void> = Promise.resolve();
  return async () => {
    if (now() >= until) {
      until = now() + againMs;
      running = log.refresh().catch(failed);
    }
    await running;
  };
}
