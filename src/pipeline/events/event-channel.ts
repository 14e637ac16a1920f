/** Lets concurrent work emit events through one async generator. */
export interface EventChannel<Event> {
  push(event: Event): void;
  /** Yields pushed events until `work` settles, then the remaining ones; finally returns the result of `work`, or throws its error. */
  during<Result>(work: Promise<Result>): AsyncGenerator<Event, Result>;
}

/** Creates a channel without a size limit: its events are few and small compared with the work. */
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
