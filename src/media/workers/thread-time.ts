/** A task for the accounting of thread time. */
export interface TimedTask {
  /** Thread time that the task has taken so far. */
  threadMs: number;
}

/** State of a thread for the accounting. */
export interface TimedThread {
  /** Tasks of the thread; the first is in progress. */
  readonly jobs: readonly TimedTask[];
  /** Tasks that have begun and wait for something outside the thread. */
  readonly waiting: readonly TimedTask[];
  /** Time up to which thread time has been assigned to tasks. */
  enteredTo: number;
}

/**
 * Assigns the time since the last call to tasks: to the task in progress or, if there is none, in equal parts to the waiting tasks, because the thread is then
 * waiting for all of them. The times of all tasks thus add up to the busy time of the thread, however many tasks wait for one FFmpeg process. Call it before
 * `jobs` or `waiting` changes.
 */
export function enterThreadTime(thread: TimedThread, now: number): void {
  const ms = now - thread.enteredTo;
  thread.enteredTo = now;
  const [underWay] = thread.jobs;
  if (underWay !== undefined) underWay.threadMs += ms;
  else for (const one of thread.waiting) one.threadMs += ms / thread.waiting.length;
}
