/** Reads bytes from a stream in sizes that the reader chooses. */
export interface Pull extends AsyncDisposable {
  /** Fills `target` from `offset` on. Returns the offset up to which it is filled: its length, or less at the end of the stream. */
  fill(target: Uint8Array, offset: number): Promise<number>;
  /** Returns false at the end of the stream, otherwise true; may wait for the next piece. */
  hasMore(): Promise<boolean>;
  /** Puts bytes back in front of the stream; they are not copied. */
  unread(bytes: Uint8Array): void;
}

/**
 * Creates a reader over a stream of pieces of any size. A piece need only be valid until the next one is requested. Disposing of the reader ends the stream.
 */
export function createPull(stream: AsyncIterable<Uint8Array>): Pull {
  const iterator = stream[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let isEnded = false;
  /** Returns the next available bytes, at least one; null at the end. */
  const first = async (): Promise<Uint8Array | null> => {
    for (;;) {
      const [piece] = waiting;
      if (piece !== undefined && piece.length > 0) return piece;
      waiting.shift();
      if (waiting.length > 0) continue;
      if (isEnded) return null;
      const next = await iterator.next();
      isEnded = next.done === true;
      if (next.done !== true) waiting.push(next.value);
    }
  };
  return {
    fill: async (target, offset) => {
      let filled = offset;
      while (filled < target.length) {
        const piece = await first();
        if (piece === null) break;
        const taken = piece.subarray(0, target.length - filled);
        target.set(taken, filled);
        filled += taken.length;
        waiting[0] = piece.subarray(taken.length);
      }
      return filled;
    },
    hasMore: async () => (await first()) !== null,
    unread: (bytes) => {
      waiting.unshift(bytes);
    },
    [Symbol.asyncDispose]: async () => {
      if (!isEnded) await iterator.return?.();
    },
  };
}
