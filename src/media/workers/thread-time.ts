/** A task for the accounting of thread time. */
export interface TimedTask {
  /** Thread time that it took so far. */
  threadMs: number;
}

/** State of a thread for the accounting. */
export interface TimedThread {
  /** The first is in progress. */
  readonly jobs: readonly TimedTask[];
  /** Begun, and waiting for something outside of the thread. */
  readonly waiting: readonly TimedTask[];
  /** Time up to which it is accounted for. */
  enteredTo: number;
}

/**
 * Accounts for the time since the last call: to the task in progress, else in equal parts to waiting ones, because the thread then waits for what they share. So the times of all
 * tasks add up to the busy time of the thread, however many of them wait for one FFmpeg process. To be called before `jobs` or `waiting` change.
 */
export function enterThreadTime(thread: TimedThread, now: number): void {
  const ms = now - thread.enteredTo;
  thread.enteredTo = now;
  const [underWay] = thread.jobs;
  if (underWay !== undefined) underWay.threadMs += ms;
  else for (const one of thread.waiting) one.threadMs += ms / thread.waiting.length;
}
