/** Work of one kind, in its own unit: recordings, files, bytes, milliseconds of audio. */
export interface WorkKind {
  readonly name: string;
  /** Measured milliseconds per unit in one thread; only the ratio between kinds matters until a run gives better values. */
  readonly usualMs: number;
  readonly done: number;
  readonly left: number;
}

/** How much of a long task is done, by kind, and how it can be divided among threads; the remaining time is derived from it. */
export interface Work {
  /** Number of parallel threads. */
  readonly lanes: number;
  /** Number of threads that have work. */
  readonly busy: number;
  readonly kinds: readonly WorkKind[];
  /** Remaining pieces that each need a single thread, by kind in the order of `kinds`, running ones first; part of the remainder of the kinds. */
  readonly pieces: readonly (readonly number[])[];
}
