import type { ByteReader } from '../../src/core/base/bytes.ts';

/** What the header of a container says of the sound in it. */
export interface DemuxedSound {
  /** The coding as the container declares it: `A_AAC`, `WAVE tag 0x0055`. */
  readonly coding: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Audio streams in the file, of which the first is described. Absent: one. */
  readonly audioStreams?: number;
  /** Whether all of them have one channel each, and one rate. Absent: no, or there is one. */
  readonly alike?: boolean;
  /** Video, subtitles and the like. Absent: none. */
  readonly otherStreams?: number;
  readonly encrypted?: boolean;
  /** Bytes that the header states beyond the end of the file. Absent: none, or nothing states them. */
  readonly missingBytes?: number;
  /** As `Shortfall` has them, at the stated rate. */
  readonly statedSeconds?: number;
  readonly statedSpanSeconds?: number;
  readonly strayBytes?: number;
  readonly besidePacketBytes?: number;
  readonly brokenBytes?: number;
  /** Bytes that the last frame, packet or cluster lacks where nothing states how long the file was. Absent: none, or nobody has looked. */
  readonly lackingBytes?: number;
  /** Whether the part is missing that every writer puts at the end. Absent: there is no such part, or it is there. */
  readonly lacksEnd?: boolean;
  /** The codec that reads the samples as they lie in the file, behind `headerBytes`, with the bits of each: nothing need be demuxed. Absent: FFmpeg gets the file. */
  readonly samples?: { readonly codec: string; readonly bits: number };
  /** Bytes of a header of fixed length: a file that goes no further holds no sound. Absent: only demuxing tells. */
  readonly headerBytes?: number;
  /** Where the sound ends and a tag begins that FFmpeg knows in a file only, not in a pipe. Absent: at the end of the file. */
  readonly end?: number;
}

/** A container that FFmpeg demuxes and longplay does not: recognised by content, its sound described by its header. */
export interface DemuxedContainer {
  /** FFmpeg's name of the demuxer, given with `-f`. */
  readonly demuxer: string;
  readonly title: string;
  /** Lower-case, with dot; none that stand for files of another kind as well (`.ts` for programs). */
  readonly extensions: readonly string[];
  /** What stands at which offset, as Latin-1; one of them must. Where it is short, `sound` looks for more. */
  readonly magics: readonly (readonly [at: number, magic: string])[];
  readonly confidence: 'signature' | 'structure';
  /** Where the layout is from, and what it was tried on. */
  readonly fact: string;
  /**
   * The sound of the file; null: not this container after all; a text: it is, and why nothing in it can be decoded. A RangeError is taken for a header that ends
   * too early.
   * @param head the first `headBytes` of the file
   */
  sound(head: Uint8Array, bytes: ByteReader, signal: AbortSignal): DemuxedSound | string | null | Promise<DemuxedSound | string | null>;
}

/** Bytes at the start of the file that every container is asked about. */
export const headBytes = 512;
