/** Milliseconds of work after which the event loop runs once: a signal is noticed well within its two seconds, and a turn costs microseconds. */
const turnMs = 100;

/** Lets the event loop run from time to time in a loop that waits for nothing but memory and SQLite. */
export interface Turns {
  /** Whether the loop has worked long enough since its last turn. */
  isDue(): boolean;
  /**
   * Lets signals, timers and answers of worker threads be handled, then goes on.
   * @throws the signal's reason if it was aborted meanwhile; without a signal nothing.
   */
  take(signal?: AbortSignal): Promise<void>;
}

/**
 * Makes the turns of one loop. Promises that are fulfilled at once never let the event loop run: without turns, SIGTERM is noticed only
 * when such a loop ends. @param clock milliseconds
 */
export function createTurns(clock: () => number = () => performance.now()): Turns {
  let last = clock();
  return {
    isDue: () => clock() - last >= turnMs,
    take: async (signal) => {
      await new Promise((done) => setImmediate(done));
      last = clock();
      signal?.throwIfAborted();
    },
  };
}
