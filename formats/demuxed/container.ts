import type { ByteReader } from '../../src/core/base/bytes.ts';

/** What the header of a container says about the audio in it. */
export interface DemuxedSound {
  /** The coding as the container declares it: `A_AAC`, `WAVE tag 0x0055`. */
  readonly coding: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of audio streams in the file; the first is described. Absent: one. */
  readonly audioStreams?: number;
  /** True if all of them have one channel each, and the same rate. Absent: false, or there is only one. */
  readonly alike?: boolean;
  /** Number of video, subtitle and other streams. Absent: none. */
  readonly otherStreams?: number;
  readonly encrypted?: boolean;
  /** Bytes that the header states beyond the end of the file. Absent: none, or nothing states them. */
  readonly missingBytes?: number;
  /** See `Shortfall`; at the stated rate. */
  readonly statedSeconds?: number;
  readonly statedSpanSeconds?: number;
  readonly strayBytes?: number;
  readonly besidePacketBytes?: number;
  readonly brokenBytes?: number;
  /** Bytes that the last frame, packet or cluster lacks if nothing states the length of the file. Absent: none, or not determined. */
  readonly lackingBytes?: number;
  /** True if the part that every writer puts at the end is missing. Absent: there is no such part, or it is present. */
  readonly lacksEnd?: boolean;
  /** The codec that reads the samples directly from the file, after `headerBytes`, with the bits per sample: no demuxer is needed. Absent: FFmpeg gets the file. */
  readonly samples?: { readonly codec: string; readonly bits: number };
  /** Bytes of a header of fixed length: a file that is not longer has no audio. Absent: only demuxing tells. */
  readonly headerBytes?: number;
  /** Where the audio ends and a tag begins that FFmpeg recognises only in a file, not in a pipe. Absent: at the end of the file. */
  readonly end?: number;
}

/** A container that is demuxed by FFmpeg and not by longplay: recognised by content, its audio described by its header. */
export interface DemuxedContainer {
  /** FFmpeg's name of the demuxer, given with `-f`. */
  readonly demuxer: string;
  readonly title: string;
  /** Lower-case, with dot; none that are also used for other kinds of files (`.ts` for programs). */
  readonly extensions: readonly string[];
  /** Magics with their offsets, as Latin-1; one of them must match. If they are short, `sound` checks more. */
  readonly magics: readonly (readonly [at: number, magic: string])[];
  readonly confidence: 'signature' | 'structure';
  /** Source of the layout, and what it was tested on. */
  readonly fact: string;
  /**
   * Returns the audio of the file; null if it is not this container after all; a text if it is, saying why nothing in it can be decoded. A RangeError means that the header ends
   * too early.
   * @param head the first `headBytes` of the file
   */
  sound(head: Uint8Array, bytes: ByteReader, signal: AbortSignal): DemuxedSound | string | null | Promise<DemuxedSound | string | null>;
}

/** Number of bytes at the start of the file that every container is given. */
export const headBytes = 512;
