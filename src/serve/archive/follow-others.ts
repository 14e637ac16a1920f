import type { ArchiveLog } from '../../log/log.ts';

/** Reads log entries of other processes, unless they were read recently. If the log cannot be read now, the previous state remains. */
export type FollowOthers = () => Promise<void>;

/** Interval at which entries of other processes are read. */
const againMs = 5_000;

/** Creates a follower that reads only new entries. @param now monotonic ms */
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
