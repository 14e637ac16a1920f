/** Work of one kind, in its own unit: recordings, files, bytes, milliseconds of audio. */
export interface WorkKind {
  readonly name: string;
  /** Measured milliseconds per unit in one thread. Only the ratio between kinds matters, until a run gives better values. */
  readonly usualMs: number;
  readonly done: number;
  readonly left: number;
}

/** Progress of a long task by kind of work, and how its rest can be divided among threads; the remaining time is derived from it. */
export interface Work {
  /** Number of parallel threads. */
  readonly lanes: number;
  /** Number of threads that have work. */
  readonly busy: number;
  readonly kinds: readonly WorkKind[];
  /**
   * Pieces of the remaining work that one thread each must do, running pieces first: units by kind, in the order of `kinds`. They are included in the
   * remaining units of the kinds.
   */
  readonly pieces: readonly (readonly number[])[];
}
