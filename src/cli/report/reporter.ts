import type { PipelineEvent, Summary } from '../../pipeline/events/events.ts';

/** Prints what pipelines yield: one for people, one for programs. */
export interface Reporter {
  event(event: PipelineEvent): void;
  /** Text of a result for people; JSON reporters print the events instead. */
  text(text: string): void;
  /** The end, also of a failure. */
  summary(summary: Summary, text: string): void;
  /** Tells at once how far the work is, also when quiet; nothing where it tells no progress. */
  progress(): void;
  /** An error that ended the command. */
  failed(error: unknown): void;
  close(): void;
}

/** Where a reporter writes, and how much. */
export interface ReporterOptions {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Colours on stderr, and on stdout, which may be a file while the other is a terminal. */
  readonly color: { readonly err: boolean; readonly out: boolean };
  /** Stderr is a terminal that takes control characters: one line is written over. */
  readonly live: boolean;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Time that this machine's cores have been at work, and that they could have been, since it started; ms, all cores together. */
  readonly cores: () => CoreTimes;
}

/** See `ReporterOptions.cores`. */
export interface CoreTimes {
  readonly busyMs: number;
  readonly wholeMs: number;
}
