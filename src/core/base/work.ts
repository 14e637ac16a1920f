/** Work of one kind, in a unit of its own: recordings, files, bytes, milliseconds of audio. */
export interface WorkKind {
  readonly name: string;
  /** What one unit takes a thread, in milliseconds, by measurement; only how kinds compare counts, until a run shows better. */
  readonly usualMs: number;
  readonly done: number;
  readonly left: number;
}

/** How much of a long piece of work is done, by kind, and how it can be shared among threads: what remaining time follows from. */
export interface Work {
  /** Threads that work side by side. */
  readonly lanes: number;
  /** How many of them have something to do. */
  readonly busy: number;
  readonly kinds: readonly WorkKind[];
  /** What is left of pieces that one thread does alone, by kind in the order of `kinds`, those under way first; it is part of what is left of the kinds. */
  readonly pieces: readonly (readonly number[])[];
}
