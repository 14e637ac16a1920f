/** Milliseconds of work after which the event loop runs once: a signal is noticed well within two seconds, and running the loop costs microseconds. */
const turnMs = 100;

/** Interrupts a loop that only uses memory and SQLite, so that the event loop runs from time to time. */
export interface Turns {
  /** Returns true if the loop has worked long enough since the event loop last ran. */
  isDue(): boolean;
  /**
   * Lets signals, timers and messages from worker threads be handled.
   * @throws the signal's reason if it was aborted meanwhile; without a signal nothing.
   */
  take(signal?: AbortSignal): Promise<void>;
}

/**
 * Creates the turns of one loop. Promises that are already fulfilled never let the event loop run: without turns, SIGTERM is noticed only after such
 * a loop ends.
 * @param clock milliseconds
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
