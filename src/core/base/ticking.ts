/** How often it is told how far work in threads is. */
export const tellEveryMs = 250;

/** Passes events on, and yields null whenever the next one has not come for so long. */
export async function* ticking<Event, Result>(events: AsyncGenerator<Event, Result>, everyMs: number): AsyncGenerator<Event | null, Result> {
  let timer: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const next = events.next();
      for (;;) {
        const tick = new Promise<null>((resolve) => {
          timer = setTimeout(() => resolve(null), everyMs);
        });
        const first = await Promise.race([next, tick]);
        clearTimeout(timer);
        if (first === null) {
          yield null;
          continue;
        }
        if (first.done === true) return first.value;
        yield first.value;
        break;
      }
    }
  } finally {
    clearTimeout(timer);
    // Where whoever takes the events has had enough, the work behind them ends too.
    await events.return(undefined as Result);
  }
}
