import type { ByteReader } from '../../src/core/base/bytes.ts';

/** Statements of a container's header about its audio. */
export interface DemuxedSound {
  /** The coding as declared by the container, e.g. `A_AAC`, `WAVE tag 0x0055`. */
  readonly coding: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of audio streams in the file; the first is described. Absent: one. */
  readonly audioStreams?: number;
  /** True if all audio streams have one channel each and the same rate. Absent: false, or there is only one. */
  readonly alike?: boolean;
  /** Number of video, subtitle and other streams. Absent: none. */
  readonly otherStreams?: number;
  readonly encrypted?: boolean;
  /** Number of bytes that, according to the header, lie beyond the end of the file. Absent: none, or no header states it. */
  readonly missingBytes?: number;
  /** Stated duration at the stated rate; see `Shortfall`. */
  readonly statedSeconds?: number;
  readonly statedSpanSeconds?: number;
  readonly strayBytes?: number;
  readonly besidePacketBytes?: number;
  readonly brokenBytes?: number;
  /** Number of bytes missing from the last frame, packet or cluster, if no header states the length of the file. Absent: none, or not determined. */
  readonly lackingBytes?: number;
  /** True if the part that every writer puts at the end is missing. Absent: it is present, or the container has no such part. */
  readonly lacksEnd?: boolean;
  /**
   * The codec that reads the samples directly from the file after `headerBytes`, with the number of bits per sample: no demuxer is needed. Absent: FFmpeg reads
   * the file.
   */
  readonly samples?: { readonly codec: string; readonly bits: number };
  /** Size of a header of fixed length: a file that is not longer has no audio. Absent: only demuxing shows whether there is audio. */
  readonly headerBytes?: number;
  /** Offset at which the audio ends and a tag begins that FFmpeg recognises only in a file, not in a pipe. Absent: the audio ends with the file. */
  readonly end?: number;
}

/** A container that FFmpeg demuxes, not longplay; longplay recognises it by content and describes its audio by its header. */
export interface DemuxedContainer {
  /** FFmpeg's name of the demuxer, passed with `-f`. */
  readonly demuxer: string;
  readonly title: string;
  /** Extensions in lower case, with dot; none that are also used for other kinds of files (`.ts` for programs). */
  readonly extensions: readonly string[];
  /** Magics with their offsets, as Latin-1; one of them must match. If they are short, `sound` checks more. */
  readonly magics: readonly (readonly [at: number, magic: string])[];
  readonly confidence: 'signature' | 'structure';
  /** Source of the layout, and the samples on which it was tested. */
  readonly fact: string;
  /**
   * Returns the audio of the file; null if the file is not this container after all; a text if it is, but nothing in it can be decoded, saying why. A
   * RangeError means that the header ends too early.
   * @param head the first `headBytes` of the file
   */
  sound(head: Uint8Array, bytes: ByteReader, signal: AbortSignal): DemuxedSound | string | null | Promise<DemuxedSound | string | null>;
}

/** Number of bytes at the start of the file that every container receives. */
export const headBytes = 512;
