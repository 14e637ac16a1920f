import type { PipelineEvent, Summary } from '../../pipeline/events/events.ts';

/** Prints what pipelines yield: one implementation for people, one for programs. */
export interface Reporter {
  event(event: PipelineEvent): void;
  /** Prints result text; JSON reporters print the events instead. */
  text(text: string): void;
  /** Prints the end of a run, also of a failed one. */
  summary(summary: Summary, text: string): void;
  /** Prints the progress at once, even when quiet. */
  progress(): void;
  /** Prints an error that ended the command. */
  failed(error: unknown): void;
  close(): void;
}

/** Output and verbosity of a reporter. */
export interface ReporterOptions {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Colours on stderr and on stdout, either of which may be a file. */
  readonly color: { readonly err: boolean; readonly out: boolean };
  /** True if stderr is a terminal with control characters: one line is overwritten. */
  readonly live: boolean;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Returns the busy and total time of this machine's cores since its start; ms, summed over all cores. */
  readonly cores: () => CoreTimes;
}

/** See `ReporterOptions.cores`. */
export interface CoreTimes {
  readonly busyMs: number;
  readonly wholeMs: number;
}
