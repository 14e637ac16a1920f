/** Lets work that runs concurrently speak through one async generator. */
export interface EventChannel<Event> {
  push(event: Event): void;
  /** Yields what is pushed until `work` settles; then what is left; then rethrows what `work` threw. */
  during<Result>(work: Promise<Result>): AsyncGenerator<Event, Result>;
}

/** An unbounded channel: its events are few and small beside the work they tell of. */
export function createEventChannel<Event>(): EventChannel<Event> {
  const waiting: Event[] = [];
  let wake: () => void = () => undefined;
  return {
    push: (event) => {
      waiting.push(event);
      wake();
    },
    during: async function* (work) {
      let settled = false;
      const end = work.then(
        () => undefined,
        () => undefined,
      );
      void end.then(() => {
        settled = true;
        wake();
      });
      while (!settled || waiting.length > 0) {
        const event = waiting.shift();
        if (event !== undefined) yield event;
        else if (!settled) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (settled || waiting.length > 0) resolve();
          });
        }
      }
      return await work;
    },
  };
}
