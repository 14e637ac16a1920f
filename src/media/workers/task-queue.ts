import { limits } from '../../core/base/limits.ts';

/** Tasks that wait for a thread. */
export interface TaskQueue<Job> {
  readonly length: number;
  /** Whether a long one is among them. */
  readonly hasLong: boolean;
  /** Puts one at the end. */
  add(job: Job): void;
  /** Puts some at the beginning, in their order: they had their turn already. */
  again(jobs: readonly Job[]): void;
  /** For a thread that has nothing to do: of the long ones the longest, else the first. */
  next(): Job | undefined;
  /** For a thread that is busy: the first that is short, as what lies behind others must wait for them while another thread may be idle. */
  nextShort(): Job | undefined;
  /** Takes out all. */
  clear(): Job[];
}

/** Whether a task that reads so many bytes is one to begin early, so that it is not the one all wait for in the end. */
export function isLong(bytes: number): boolean {
  return bytes > limits.shortTaskBytes;
}

/** @param bytesOf what a task reads */
export function createTaskQueue<Job>(bytesOf: (job: Job) => number): TaskQueue<Job> {
  /** The shortest first. */
  const long: Job[] = [];
  const short: Job[] = [];

  const place = (job: Job, early: boolean): void => {
    const bytes = bytesOf(job);
    if (!isLong(bytes)) {
      if (early) short.unshift(job);
      else short.push(job);
      return;
    }
    // Those of one size in the order in which they came.
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
