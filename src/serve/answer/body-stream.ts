/** Reports how the sending of a body ends. */
export interface BodyWatch {
  /** Called with the error that stopped the body. */
  readonly failed: (error: unknown) => void;
  /** Aborts the connection, so that the client notices that the rest is missing. Null: the body itself marks its end. */
  readonly cut: (() => void) | null;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
  /** Called exactly once when the body ends, even if nothing was read. */
  readonly ended: () => void;
}

/**
 * Returns the body of an answer; each piece is made after the previous one was sent. The stream itself never fails, because the HTTP library would print the
 * error and send its text, which contains paths.
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
    // A generator that is making a piece ends after that piece.
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
            // The client may have gone while the piece was being made.
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
