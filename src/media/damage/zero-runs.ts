/** A run of zero bytes, in positions among the coded bytes, with where it begins and ends in the medium. */
export interface ZeroRun {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** Finds runs of zero bytes; memory is the same for a second and for a day. */
export interface ZeroRuns {
  /** The next coded bytes, which lie at `offset` in the medium; not kept. */
  push(bytes: Uint8Array, offset: number): void;
  /** The run at the end, where there is one. */
  finish(): void;
}

/**
 * Tells of every run of at least `fewestBytes` zero bytes, in order. Looks at one byte in `fewestBytes` where there is none: a run cannot
 * lie between two such bytes. @param onRun is told of a run when it has ended
 */
export function createZeroRuns(fewestBytes: number, onRun: (run: ZeroRun) => void): ZeroRuns {
  /** Coded bytes passed before the piece at hand. */
  let passed = 0;
  /** Zero bytes up to here, where the first of them lies, and the end of the last. */
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
        // A run from here to `next` would be too short; one that reaches beyond it is met going back from there.
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
