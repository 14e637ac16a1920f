/** Tasks of one thread that take turns: one at a time works, until it ends or waits for something outside of the thread. */
export interface Turns {
  /** Begins `work` when its turn comes, in the order of the calls. */
  run(work: () => Promise<void>): Promise<void>;
  /** For the one whose turn it is: others go on until `outside` has settled; then it goes on itself, before any that has not begun. */
  without<Result>(outside: Promise<Result>): Promise<Result>;
  /** Whether it is nobody's turn. */
  readonly idle: boolean;
}

/** @param whenIdle told each time that nobody is left whose turn it could be */
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
    // It stays taken until the next one runs: nobody can come between.
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
