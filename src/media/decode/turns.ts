/** Runs tasks of one thread in turns: one at a time, until it ends or waits for something outside of the thread. */
export interface Turns {
  /** Begins `work` when its turn comes, in call order. */
  run(work: () => Promise<void>): Promise<void>;
  /** Called by the current task: others run until `outside` has settled; then it continues, before any that has not begun. */
  without<Result>(outside: Promise<Result>): Promise<Result>;
  /** True if no task has the turn. */
  readonly idle: boolean;
}

/** @param whenIdle called each time when no task remains that could run */
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
    // The turn stays taken until the next task runs, so that no other can come between.
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
