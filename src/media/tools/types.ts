import type { MeterSide } from '../../core/base/meter.ts';
import type { Declaration } from '../../core/model/declaration.ts';
import type { Codec, Format, Samples } from '../../core/model/format.ts';
import type { StoredMedium } from '../../core/model/recording-document.ts';
import type { Location } from '../../core/model/source.ts';
import type { Together } from '../ffmpeg/decode-together.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { OpusLibrary } from '../ogg/libopus.ts';

/** What the work on samples needs from outside: handed down once, never looked up. */
export interface MediaTools {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** Null where there is none. */
  readonly ffmpeg: Ffmpeg | null;
  /** libopus in process, or null where it was not found: FFmpeg does its work then. */
  readonly opus: OpusLibrary | null;
  /** Passwords for encrypted recordings, raw bytes; all are tried. Absent: none was given. Never written or printed. */
  readonly passwords?: readonly Uint8Array[];
  /** Absent where recordings are not worked on by turns: each asks FFmpeg by itself. */
  readonly together?: Together;
  /** Told how far the work on the task is; absent: nobody asks. */
  readonly meter?: MeterSide;
}

/** How access copies are made. */
export interface AccessOptions {
  readonly format: 'opus' | 'wav';
  /** Opus only: bits per second and channel, 6,000 to 256,000. */
  readonly bitratePerChannel: number;
  /** The same for sources of `wideRateHz` and more; absent: no difference is made. */
  readonly wideBitratePerChannel?: number;
  /** Opus only: 0 to 10. */
  readonly complexity: number;
}

/** One medium to be read once: digested, copied, identified, decoded, measured, encoded, listened back to. */
export interface MediumTask {
  readonly location: Location;
  /** Where the file goes on that this one is the first piece of, in order. Absent: it is whole. */
  readonly further?: readonly Location[];
  /** Base name as stored, for the formats' hint. */
  readonly name: string;
  /** How long the metadata says that the sound is; null or absent where it says nothing. */
  readonly durationMs?: number | null;
  /** Place in the source, for findings. */
  readonly place: string;
  /** What the user says it is; null or absent: the formats decide. */
  readonly declared?: Declaration | null;
  /** Absolute path of the original's copy without extension (`…/original-1`); null = no copy is kept (convert). */
  readonly originalBase: string | null;
  /** Absolute path of the access copy without extension (`…/access-1`); null = none is wanted (dry run, verify). */
  readonly accessBase: string | null;
  readonly access: AccessOptions;
}

/** What came out; the part of `StoredMedium` that the bytes decide. */
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

/** Two sides of one call to be decoded again and written as one stereo copy: in on channel 0, out on channel 1. */
export interface JoinTask {
  readonly sides: readonly [MediumTask, MediumTask];
  readonly accessBase: string;
  readonly access: AccessOptions;
}

/** What an access copy is made of, and with what. */
export interface CopyStream {
  /** Opus: 8,000, 12,000, 16,000, 24,000 or 48,000; the caller resamples what has another rate. */
  readonly sampleRateHz: number;
  /** Opus: 1 or 2. */
  readonly channels: number;
  /** Opus: the source's own rate where the caller resampled; the header names it, for information. */
  readonly sourceRateHz?: number;
  /** Decides the serial number of an Ogg stream; must not depend on the run: `access-1`. */
  readonly serialName: string;
  readonly opus: MediaTools['opus'];
  readonly ffmpeg: MediaTools['ffmpeg'];
  /** WAV only: samples per channel where they are known beforehand, so that the header is right at once. */
  readonly frames?: number;
}

/** Writes an access copy; the bytes of the file go to the sink in order, as soon as a page is full. */
export interface CopyEncoder {
  /** `libopus 1.5.2`, or `FFmpeg 7.1.5 libopus`, whose libopus does not give its version; `longplay 0.1.0` for WAV. */
  readonly encoder: string;
  readonly settings: string;
  /** Interleaved samples of whole frames, of one kind (16-bit or float) for the whole copy; taken over before it returns. */
  push(samples: Samples): void | Promise<void>;
  finish(): void | Promise<void>;
  /** WAV only, after `finish`: bytes to write over the beginning of the file, whose sizes were not known then; null where they are right. */
  header?(): Uint8Array | null;
  /** Gives up before `finish`, so that no process is left behind; harmless at any time. */
  close?(): void;
}

/** Plays an access copy from its bytes, piece by piece: container checked, decoded, pre-skip and end cut. */
export interface CopyDecoder {
  /** Samples that these bytes complete; interleaved; valid until the next call. */
  push(bytes: Uint8Array): Samples | Promise<Samples>;
  /** The rest, after the last byte. */
  finish(): Samples | Promise<Samples>;
  /** Gives up before `finish`, so that no process is left behind; harmless at any time. */
  close?(): void;
  /** What decodes, with version: `libopus 1.5.2`, `FFmpeg 7.1.5 opus`; `longplay 0.1.0` for WAV. */
  readonly decoder: string;
  /** Channels that the copy says it has; null before its header was read, and where that is damaged. */
  readonly channels: number | null;
  /** What is wrong with the container so far: `page 12: CRC mismatch`; complete after `finish`. */
  readonly problems: readonly string[];
}
