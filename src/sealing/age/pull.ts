/** Takes bytes from a stream in sizes that the reader chooses. */
export interface Pull extends AsyncDisposable {
  /** Fills `target` from `offset` on; returns where it is filled to: its length, or less at the end of the stream. */
  fill(target: Uint8Array, offset: number): Promise<number>;
  /** True unless the stream is at its end; may wait for the next piece. */
  hasMore(): Promise<boolean>;
  /** Puts bytes back before those that come next; they are not copied. */
  unread(bytes: Uint8Array): void;
}

/** Creates a pull over a stream of pieces of any size, each of which need only be valid until the next is requested. Disposing of it ends the stream. */
export function createPull(stream: AsyncIterable<Uint8Array>): Pull {
  const iterator = stream[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let isEnded = false;
  /** Returns the first bytes that wait, at least one; null at the end. */
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
