/** A stretch of coded bytes, in positions among them: [start, end). */
export interface ByteStretch {
  readonly start: number;
  readonly end: number;
}

/** Finds stretches of coded bytes in which every window shows the same; memory is that of one window. */
export interface WindowRuns {
  /** The next coded bytes; not kept. */
  push(bytes: Uint8Array): void;
  /** The stretch at the end, where there is one. */
  finish(): void;
}

/**
 * Judges windows of `windowBytes` bytes, each half a window on from the one before, and tells of the stretches that windows cover of which `shows` is true.
 * What is left at the end and fills no window is not judged. @param onRun is told of a stretch when it has ended, in order
 */
export function createWindowRuns(windowBytes: number, shows: (window: Uint8Array) => boolean, onRun: (run: ByteStretch) => void): WindowRuns {
  const half = windowBytes >> 1;
  const window = new Uint8Array(2 * half);
  let filled = 0;
  /** Position of the first byte in the window. */
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
