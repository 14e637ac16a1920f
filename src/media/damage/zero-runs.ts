/** A run of zero bytes, in positions among the coded bytes, and its start and end in the medium. */
export interface ZeroRun {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** Finds runs of zero bytes, in constant memory. */
export interface ZeroRuns {
  /** Adds the next coded bytes, which are at `offset` in the medium. They are not kept. */
  push(bytes: Uint8Array, offset: number): void;
  /** Reports the run at the end, if any. */
  finish(): void;
}

/**
 * Creates a finder of every run of at least `fewestBytes` zero bytes, in order. Examines one byte per `fewestBytes`, because no such run fits between two of
 * them.
 * @param onRun receives a run when it has ended
 */
export function createZeroRuns(fewestBytes: number, onRun: (run: ZeroRun) => void): ZeroRuns {
  /** Number of coded bytes before the current chunk. */
  let passed = 0;
  /** Number of zero bytes so far and, below, the offset of the first of them and the end of the last. */
  let length = 0;
  let startOffset = 0;
  let endOffset = 0;

  const end = (position: number): void => {
    if (length >= fewestBytes) onRun({ start: position - length, end: position, offset: startOffset, endOffset });
    length = 0;
  };
  return {
    push(bytes, offset) {
      const size = bytes.length;
      for (let at = 0; at < size; ) {
        if (bytes[at] === 0) {
          const from = at;
          if (length === 0) startOffset = offset + at;
          while (at < size && bytes[at] === 0) at++;
          length += at - from;
          endOffset = offset + at;
          continue;
        }
        end(passed + at);
        // A run that begins here and ends before `next` would be too short. A longer one is found backwards from there.
        const next = Math.min(size, at + fewestBytes);
        let first = next;
        while (first > at + 1 && bytes[first - 1] === 0) first--;
        at = first;
      }
      passed += size;
    },
    finish: () => end(passed),
  };
}
