/** A section of coded bytes, [start, end) in positions among them. */
export interface ByteStretch {
  readonly start: number;
  readonly end: number;
}

/** Finds sections of coded bytes in which every window passes a test. Keeps only one window in memory. */
export interface WindowRuns {
  /** Adds the next coded bytes. They are not kept. */
  push(bytes: Uint8Array): void;
  /** Reports the section at the end, if any. */
  finish(): void;
}

/**
 * Creates a finder that tests windows of `windowBytes` bytes, each of which begins half a window after the previous one, and reports the sections that are
 * covered by windows for which `shows` returns true. An incomplete window at the end is not tested.
 * @param onRun receives each section when it has ended, in order
 */
export function createWindowRuns(windowBytes: number, shows: (window: Uint8Array) => boolean, onRun: (run: ByteStretch) => void): WindowRuns {
  const half = windowBytes >> 1;
  const window = new Uint8Array(2 * half);
  let filled = 0;
  /** Position of the window's first byte. */
  let position = 0;
  let run: { start: number; end: number } | null = null;

  const judge = (): void => {
    if (shows(window)) {
      if (run !== null && position <= run.end) run.end = position + window.length;
      else {
        if (run !== null) onRun(run);
        run = { start: position, end: position + window.length };
      }
    }
    window.copyWithin(0, half);
    filled = half;
    position += half;
  };
  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const size = Math.min(bytes.length - at, window.length - filled);
        window.set(bytes.subarray(at, at + size), filled);
        filled += size;
        at += size;
        if (filled === window.length) judge();
      }
    },
    finish() {
      if (run !== null) onRun(run);
      run = null;
    },
  };
}
