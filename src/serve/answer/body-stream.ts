/** What becomes of a body that cannot be given to its end. */
export interface BodyWatch {
  /** Something failed on the way. */
  readonly failed: (error: unknown) => void;
  /** Ends the connection, so that what was announced and did not come is noticed. Null: the body says itself where its end is. */
  readonly cut: (() => void) | null;
  /** Aborted when the other side has gone. */
  readonly gone: AbortSignal;
  /** Called once, however it ends, also where nobody ever asked for a piece. */
  readonly ended: () => void;
}

/**
 * A body of an answer: each piece is made when the last one has gone. It never fails itself: the library under the server would print the
 * error and send its text along, which names places on the disk.
 */
export function bodyOf(pieces: AsyncGenerator<Uint8Array>, { failed, cut, gone, ended }: BodyWatch): ReadableStream<Uint8Array> {
  let isOver = false;
  let isCancelled = false;
  const end = (): void => {
    if (!isOver) ended();
    isOver = true;
    gone.removeEventListener('abort', stop);
  };
  const stop = (): void => {
    // A generator that is in the middle of a piece ends behind it.
    void pieces.return(undefined).then(end, end);
  };
  if (gone.aborted) stop();
  else gone.addEventListener('abort', stop, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const next = await pieces.next();
          if (next.done !== true) {
            // While the piece was made the other side may have gone.
            if (!isCancelled) controller.enqueue(next.value);
            return;
          }
        } catch (error) {
          failed(error);
          cut?.();
        }
        end();
        if (!isCancelled) controller.close();
      },
      cancel: () => {
        isCancelled = true;
        stop();
      },
    },
    { highWaterMark: 1 },
  );
}
