/** A file that takes longer to ask for lies on a disk or a network that makes one wait. */
const quickMs = 0.05;
/** So long it keeps this thread before others have a turn: signals, answers of worker threads. */
const turnMs = 5;

/** Asks a disk for things, each time in the way that suits it. */
export interface Patience {
  /** The answer of `now`, which asks at once and keeps this thread waiting, or of `later`, which does not. @param files how many files are asked for */
  ask<Answer>(files: number, now: () => Answer, later: () => Promise<Answer>): Promise<Answer>;
}

/**
 * Asks at once, while that is quick: on a local disk it takes a third of the time that asking for each and waiting does, and wakes no other thread. Where files
 * make one wait it asks without, and only now and then tries whether that is still so. @param clock milliseconds
 */
export function createPatience(clock: () => number = () => performance.now()): Patience {
  let patient = 0;
  let patience = 1;
  let kept = 0;
  return {
    async ask(files, now, later) {
      // Of nothing there is nothing to learn.
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
