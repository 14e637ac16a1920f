/** Gives the page time for others: what was typed, pressed and drawn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Gives a function for long work to call often: it breathes once `afterMs` have passed since it last did. */
export function createRest(afterMs: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < afterMs) return;
    await breathe();
    since = performance.now();
  };
}
