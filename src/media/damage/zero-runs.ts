/** A run of zero bytes, in positions among the coded bytes, with its start and end in the medium. */
export interface ZeroRun {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** Finds runs of zero bytes; memory is constant. */
export interface ZeroRuns {
  /** Adds the next coded bytes, which lie at `offset` in the medium; they are not kept. */
  push(bytes: Uint8Array, offset: number): void;
  /** Reports the run at the end, if any. */
  finish(): void;
}

/**
 * Creates a finder of every run of at least `fewestBytes` zero bytes, in order. Examines one byte in `fewestBytes`, because a run cannot
 * lie between two such bytes. @param onRun receives a run when it has ended
 */
export function createZeroRuns(fewestBytes: number, onRun: (run: ZeroRun) => void): ZeroRuns {
  /** Coded bytes before the current chunk. */
  let passed = 0;
  /** Zero bytes so far, the offset of the first of them, and the end of the last. */
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
        // A run from here to `next` would be too short; a longer one is found backwards from there.
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
