import type { Samples } from '../../core/model/format.ts';
import type { Comparison } from '../../core/model/measurement.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';

/** An access copy that is written and listened back to in one go. */
export interface AccessWriter {
  /** Whole frames, interleaved, of one kind throughout; not kept. */
  push(samples: Samples): Promise<void>;
  /** Ends the file. `copy` is whole even where the comparison failed. */
  finish(): Promise<{ readonly copy: AccessCopy; readonly comparison: Comparison }>;
  /** Deletes what there is and ends what runs; harmless at any time. */
  discard(): void;
}

/** What goes into a copy and where it lies. */
export interface AccessStream {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Absolute path without extension. */
  readonly base: string;
}
