/** Yields to the browser for input and drawing. */
export function yieldToBrowser(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Returns a function that long work calls often: it yields to the browser once `afterMs` have passed since it last yielded. */
export function createRest(afterMs: number): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < afterMs) return;
    await yieldToBrowser();
    since = performance.now();
  };
}
