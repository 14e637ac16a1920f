import type { Samples } from '../../core/model/format.ts';
import type { Comparison } from '../../core/model/measurement.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';

/** Writes an access copy and verifies it by decoding it. */
export interface AccessWriter {
  /** Adds whole interleaved frames, all of the same sample type. They are not kept. */
  push(samples: Samples): Promise<void>;
  /** Completes the file. `copy` is complete even if the comparison failed. */
  finish(): Promise<{ readonly copy: AccessCopy; readonly comparison: Comparison }>;
  /** Deletes the file and ends running processes; may be called at any time. */
  discard(): void;
}

/** Input of a copy, and the path of its file. */
export interface AccessStream {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Absolute path without extension. */
  readonly base: string;
}
