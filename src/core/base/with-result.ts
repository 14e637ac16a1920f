/** Items of a generator, and its result. */
export interface WithResult<Item, Result> extends AsyncIterable<Item> {
  /** Returns what the generator returned. Throws if it has not ended. */
  result(): Result;
}

/**
 * Passes the items of a generator to `for await` and keeps the result, which `for await` drops. When the loop ends early, by an exception or because its own
 * consumer stops, the generator ends with it and closes its files. A loop of calls of `next()` leaves them open.
 */
export function withResult<Item, Result>(work: AsyncGenerator<Item, Result>): WithResult<Item, Result> {
  const { keep, result } = createKept<Result>();
  return {
    [Symbol.asyncIterator]: () => ({ next: async () => keep(await work.next()), return: async () => await stopped(work) }),
    result,
  };
}

/** Runs a generator to its end and returns its result. Drops its items. */
export async function resultOf<Result>(work: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const step = await work.next();
    if (step.done === true) return step.value;
  }
}

/** Items of a synchronous generator, and its result. */
export interface WithResultAtOnce<Item, Result> extends Iterable<Item> {
  /** Returns what the generator returned. Throws if it has not ended. */
  result(): Result;
}

/** Passes on the items of a synchronous generator and keeps the result, as `withResult` does. */
export function withResultAtOnce<Item, Result>(work: Generator<Item, Result>): WithResultAtOnce<Item, Result> {
  const { keep, result } = createKept<Result>();
  return {
    [Symbol.iterator]: () => ({
      next: () => keep(work.next()),
      return: () => {
        work.return(undefined as Result);
        return { done: true, value: undefined };
      },
    }),
    result,
  };
}

/** Runs a synchronous generator to its end and returns its result. Drops its items. */
export function resultAtOnce<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

async function stopped<Item, Result>(work: AsyncGenerator<Item, Result>): Promise<IteratorReturnResult<undefined>> {
  await work.return(undefined as Result);
  return { done: true, value: undefined };
}

function createKept<Result>(): { keep<Item>(step: IteratorResult<Item, Result>): IteratorResult<Item, undefined>; result(): Result } {
  let kept: { readonly value: Result } | null = null;
  return {
    keep: (step) => {
      if (step.done !== true) return step;
      kept = { value: step.value };
      return { done: true, value: undefined };
    },
    result: () => {
      if (kept === null) throw new Error('the generator has not ended');
      return kept.value;
    },
  };
}
