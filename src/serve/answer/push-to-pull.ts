/** The next event of a producer: a piece, or its end. */
type Step<Piece> = { readonly piece: Piece; readonly taken: () => void } | { readonly failure: { readonly error: unknown } | null };

/**
 * Turns a producer that pushes pieces into a generator. The producer waits until each piece is consumed, and is stopped when the consumer stops.
 * @param run pushes pieces, each valid until `take` resolves; its signal is aborted when no more are wanted
 */
export async function* pullFrom<Piece>(
  run: (take: (piece: Piece) => Promise<void>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const enough = new AbortController();
  const steps: Step<Piece>[] = [];
  let wake = (): void => undefined;
  const put = (step: Step<Piece>): void => {
    steps.push(step);
    wake();
  };
  const take = (piece: Piece): Promise<void> =>
    enough.signal.aborted ? Promise.resolve() : new Promise((taken) => put({ piece, taken: () => taken() }));
  const running = run(take, AbortSignal.any([signal, enough.signal])).then(
    () => put({ failure: null }),
    (error: unknown) => put({ failure: { error } }),
  );
  let current: (() => void) | null = null;
  try {
    for (;;) {
      const step = steps.shift();
      if (step === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if ('failure' in step) {
        if (step.failure !== null) throw step.failure.error;
        return;
      }
      current = step.taken;
      yield step.piece;
      step.taken();
    }
  } finally {
    enough.abort(new Error('no more is wanted'));
    current?.();
    for (const step of steps) if ('taken' in step) step.taken();
    await running;
  }
}
