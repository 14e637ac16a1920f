/** Interval in ms at which the progress of worker threads is reported. */
export const progressIntervalMs = 250;

/** Passes events on, and also yields null whenever the next event takes longer than the interval. */
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
    // If the consumer stops early, the work behind the events is stopped too.
    await events.return(undefined as Result);
  }
}
