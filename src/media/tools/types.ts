import type { MeterSide } from '../../core/base/meter.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { Codec, Format, Samples } from '../../core/model/format.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import type { MediumLocation } from '../bytes/medium-bytes.ts';
import type { Together } from '../ffmpeg/decode-together.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { OpusLibrary } from '../libopus/libopus.ts';

/** External tools for work on samples. They are passed in once, never looked up. */
export interface MediaTools {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** FFmpeg; null if there is none. */
  readonly ffmpeg: Ffmpeg | null;
  /** libopus in this process; null if it was not found, and FFmpeg does its work. */
  readonly opus: OpusLibrary | null;
  /** Passwords for encrypted recordings, as raw bytes; all are tried. Absent: none was given. They are never written or printed. */
  readonly passwords?: readonly Uint8Array[];
  /** Lets recordings share FFmpeg processes. Absent: recordings are not processed in turns, and each uses an FFmpeg process of its own. */
  readonly together?: Together;
  /** Receives the progress of the task; absent: not needed. */
  readonly meter?: MeterSide;
  /** Seals the files that are made; absent: they are not encrypted. */
  readonly sealer?: Sealer;
}

/** How access copies are made. */
export interface AccessOptions {
  readonly format: 'opus' | 'wav';
  /** Opus only: bits per second for each channel, 6,000 to 256,000. */
  readonly bitratePerChannel: number;
  /** Opus only: bits per second for each channel, for sources of `wideRateHz` and more; absent: no distinction. */
  readonly wideBitratePerChannel?: number;
  /** Opus only: complexity, 0 to 10. */
  readonly complexity: number;
}

/** One medium that is processed in one pass: digested, copied, identified, decoded, measured, encoded, verified. */
export interface MediumTask {
  readonly location: MediumLocation;
  /** Continuations of the file, in order, if this is the first part. Absent: the file is complete. */
  readonly further?: readonly MediumLocation[];
  /** Base name as stored, a hint for the formats. */
  readonly name: string;
  /** Duration of the audio according to the metadata; null or absent if unknown. */
  readonly durationMs?: number | null;
  /** Place in the source, for findings. */
  readonly place: string;
  /** The user's declaration; null or absent: the formats decide. */
  readonly declared?: Declaration | null;
  /** Absolute path of the original's copy without extension (`…/original-1`); null: no copy is kept (convert). */
  readonly originalBase: string | null;
  /** Absolute path of the access copy without extension (`…/access-1`); null: none is wanted (dry run, verify). */
  readonly accessBase: string | null;
  readonly access: AccessOptions;
}

/** Result for a medium: the part of `StoredMedium` that follows from the bytes. */
export type MediumResult = Pick<
  StoredMedium,
  | 'original'
  | 'format'
  | 'pronom'
  | 'formatGrade'
  | 'confidence'
  | 'basis'
  | 'state'
  | 'codec'
  | 'decoder'
  | 'measurement'
  | 'doubts'
  | 'access'
  | 'accessReason'
  | 'findings'
>;

/** Two sides of one call that are decoded again and written as one stereo copy: inbound on channel 0, outbound on channel 1. */
export interface JoinTask {
  readonly sides: readonly [MediumTask, MediumTask];
  readonly accessBase: string;
  readonly access: AccessOptions;
}

/** Input of an access copy. */
export interface CopyStream {
  /** Rate of the samples. Opus: 8,000, 12,000, 16,000, 24,000 or 48,000; the caller resamples other rates. */
  readonly sampleRateHz: number;
  /** Number of channels. Opus: 1 or 2. */
  readonly channels: number;
  /** Opus: the source's own rate if the caller resampled. It is written to the header for information. */
  readonly sourceRateHz?: number;
  /** Text from which the serial number of an Ogg stream is computed, e.g. `access-1`. It must not depend on the run. */
  readonly serialName: string;
  readonly opus: MediaTools['opus'];
  readonly ffmpeg: MediaTools['ffmpeg'];
  /** WAV only: number of samples per channel if known beforehand, so that the header is right at once. */
  readonly frames?: number;
}

/** Writes an access copy. The bytes of the file go to the sink in order, as soon as a page is full. */
export interface CopyEncoder {
  /** `libopus 1.5.2`, or `FFmpeg 7.1.5 libopus`, whose libopus does not report its version; `longplay 0.1.0` for WAV. */
  readonly encoder: string;
  readonly settings: string;
  /** Adds whole interleaved frames. All samples of the copy must have one type (16-bit or float). They are consumed before the function returns. */
  push(samples: Samples): void | Promise<void>;
  finish(): void | Promise<void>;
  /** WAV only, after `finish`: bytes that must overwrite the beginning of the file, because the sizes in it were unknown; null if it is right. */
  header?(): Uint8Array | null;
  /** Aborts before `finish`, so that no process remains. May be called at any time. */
  close?(): void;
}

/** Decodes an access copy from its bytes in chunks: checks the container, decodes, and cuts pre-skip and end. */
export interface CopyDecoder {
  /** Returns the samples that these bytes complete, interleaved and valid until the next call. */
  push(bytes: Uint8Array): Samples | Promise<Samples>;
  /** Returns the remaining samples, after the last byte. */
  finish(): Samples | Promise<Samples>;
  /** Aborts before `finish`, so that no process remains. May be called at any time. */
  close?(): void;
  /** The decoder, with version: `libopus 1.5.2`, `FFmpeg 7.1.5 opus`; `longplay 0.1.0` for WAV. */
  readonly decoder: string;
  /** Number of channels according to the copy; null before its header was read, and if the header is damaged. */
  readonly channels: number | null;
  /** Faults of the container so far, e.g. `page 12: CRC mismatch`; complete after `finish`. */
  readonly problems: readonly string[];
}
