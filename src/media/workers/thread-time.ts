/** A task as a thread's time is entered for it. */
export interface TimedTask {
  /** Time of its thread that it took so far. */
  threadMs: number;
}

/** What a thread does. */
export interface TimedThread {
  /** The first is under way. */
  readonly jobs: readonly TimedTask[];
  /** Begun, and waiting for something outside of the thread. */
  readonly waiting: readonly TimedTask[];
  /** Up to when its time is entered. */
  enteredTo: number;
}

/**
 * Enters the time since the last call: for the task under way, else in equal parts for those that wait, as the thread then waits for what they share. So the times of all
 * tasks are together the time in which the thread had any, however many of them wait for one process of FFmpeg. To be called before `jobs` or `waiting` change.
 */
export function enterThreadTime(thread: TimedThread, now: number): void {
  const ms = now - thread.enteredTo;
  thread.enteredTo = now;
  const [underWay] = thread.jobs;
  if (underWay !== undefined) underWay.threadMs += ms;
  else for (const one of thread.waiting) one.threadMs += ms / thread.waiting.length;
}
