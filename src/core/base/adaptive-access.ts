/** A slower answer per file means a slow disk or a network. */
const quickMs = 0.05;
/** Milliseconds of synchronous access after which this thread yields, so that signals and messages from worker threads are handled. */
const turnMs = 5;

/** Chooses between synchronous and asynchronous access to a disk. */
export interface AdaptiveAccess {
  /** Calls `now`, which blocks this thread, or `later`, which does not, and returns its answer. @param files number of files in the request */
  ask<Answer>(files: number, now: () => Answer, later: () => Promise<Answer>): Promise<Answer>;
}

/**
 * Creates an access that is synchronous while the disk is fast: on a local disk synchronous access takes a third of the time of asynchronous access
 * and wakes no other thread. After a slow answer it is asynchronous and retries synchronous access from time to time.
 * @param clock current time in milliseconds
 */
export function createAdaptiveAccess(clock: () => number = () => performance.now()): AdaptiveAccess {
  let patient = 0;
  let patience = 1;
  let kept = 0;
  return {
    async ask(files, now, later) {
      // Zero files say nothing about the speed.
      if (files === 0) return now();
      if (patient > 0) {
        patient--;
        return await later();
      }
      const began = clock();
      try {
        return now();
      } finally {
        const took = clock() - began;
        if (took <= quickMs * files) patience = 1;
        else {
          patient = patience;
          patience = Math.min(2 * patience, 4_096);
        }
        kept += took;
        if (kept >= turnMs) {
          kept = 0;
          await new Promise((done) => setImmediate(done));
        }
      }
    },
  };
}
