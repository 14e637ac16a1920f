/** Runs tasks of one thread in turns: one at a time, until the task ends or waits for something outside the thread. */
export interface Turns {
  /** Begins `work` when its turn comes, in the order of calls. */
  run(work: () => Promise<void>): Promise<void>;
  /** Called by the current task. Other tasks run until `outside` has settled; then this task continues, before any task that has not begun. */
  without<Result>(outside: Promise<Result>): Promise<Result>;
  /** True if no task has the turn. */
  readonly idle: boolean;
}

/** Creates turns. @param whenIdle called each time when no task remains that could run */
export function createTurns(whenIdle: () => void): Turns {
  const goOn: (() => void)[] = [];
  const begin: (() => void)[] = [];
  let taken = false;

  async function take(queue: (() => void)[]): Promise<void> {
    if (taken) await new Promise<void>((next) => queue.push(next));
    taken = true;
  }
  function pass(): void {
    const next = goOn.shift() ?? begin.shift();
    // The turn remains taken until the next task runs, so that no other task can take it in between.
    if (next !== undefined) next();
    else {
      taken = false;
      whenIdle();
    }
  }

  return {
    async run(work) {
      await take(begin);
      try {
        await work();
      } finally {
        pass();
      }
    },
    async without(outside) {
      pass();
      try {
        return await outside;
      } finally {
        await take(goOn);
      }
    },
    get idle() {
      return !taken;
    },
  };
}
