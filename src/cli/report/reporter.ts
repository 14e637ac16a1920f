import type { PipelineEvent, Summary } from '../../pipeline/events/events.ts';

/** Prints the events of pipelines: one implementation is for people, one for programs. */
export interface Reporter {
  event(event: PipelineEvent): void;
  /** Prints the text of a result; a JSON reporter prints the events instead. */
  text(text: string): void;
  /** Prints the summary of a run, including a failed one. */
  summary(summary: Summary, text: string): void;
  /** Prints the progress at once, even when quiet. */
  progress(): void;
  /** Prints the error that ended the command. */
  failed(error: unknown): void;
  close(): void;
}

/** Output and verbosity of a reporter. */
export interface ReporterOptions {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Whether to use colours on stderr and on stdout; either may be a file. */
  readonly color: { readonly err: boolean; readonly out: boolean };
  /** True if stderr is a terminal that understands control characters: progress then overwrites one line. */
  readonly live: boolean;
  /** Returns the time of a monotonic clock in ms. */
  readonly now: () => number;
  /** Returns the busy and total time of this machine's cores since its start, in ms, summed over all cores. */
  readonly cores: () => CoreTimes;
}

/** See `ReporterOptions.cores`. */
export interface CoreTimes {
  readonly busyMs: number;
  readonly wholeMs: number;
}
