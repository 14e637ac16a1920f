import { limits } from '../../core/base/limits.ts';

/** Tasks that wait for a thread. */
export interface TaskQueue<Job> {
  readonly length: number;
  /** True if one of the waiting tasks is long. */
  readonly hasLong: boolean;
  /** Adds a task at the end. */
  add(job: Job): void;
  /** Puts tasks that were taken before back at the beginning, in order. */
  again(jobs: readonly Job[]): void;
  /** Returns the task for an idle thread: the longest of the long tasks, else the first task. */
  next(): Job | undefined;
  /** Returns the task for a busy thread: the first short one, because a queued task must wait for those before it while another thread may be idle. */
  nextShort(): Job | undefined;
  /** Removes and returns all tasks. */
  clear(): Job[];
}

/** Returns true if a task that reads this number of bytes should begin early, so that others need not wait for it at the end. */
export function isLong(bytes: number): boolean {
  return bytes > limits.shortTaskBytes;
}

/** Creates an empty queue. @param bytesOf returns the number of bytes that a task reads */
export function createTaskQueue<Job>(bytesOf: (job: Job) => number): TaskQueue<Job> {
  /** Long tasks, shortest first. */
  const long: Job[] = [];
  const short: Job[] = [];

  const place = (job: Job, early: boolean): void => {
    const bytes = bytesOf(job);
    if (!isLong(bytes)) {
      if (early) short.unshift(job);
      else short.push(job);
      return;
    }
    // Tasks of equal size remain in the order of their arrival.
    const at = long.findIndex((other) => (early ? bytesOf(other) > bytes : bytesOf(other) >= bytes));
    long.splice(at < 0 ? long.length : at, 0, job);
  };

  return {
    get length() {
      return long.length + short.length;
    },
    get hasLong() {
      return long.length > 0;
    },
    add: (job) => place(job, false),
    again: (jobs) => {
      for (const job of [...jobs].reverse()) place(job, true);
    },
    next: () => long.pop() ?? short.shift(),
    nextShort: () => short.shift(),
    clear: () => [...long.splice(0).reverse(), ...short.splice(0)],
  };
}
