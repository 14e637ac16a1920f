import type { ByteReader } from '../base/bytes.ts';
import type { Shortfall } from '../base/shortfall.ts';
import type { Signalling } from '../base/signalling.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-table.ts';
import type { Grade } from './grade.ts';
import type { PackedBlocks } from './packed-blocks.ts';

/** Data about a file besides its bytes: a claim, never a proof. */
export interface Hint {
  /** Base name of the entry, with its extension as stored (`.WAV` and `.wav` differ on Asterisk). */
  readonly name: string;
  /** Duration of the audio according to the metadata; null or absent if unknown. */
  readonly durationMs?: number | null;
}

/** Evidence that decided an identification, from strongest to weakest. */
export type Confidence = 'signature' | 'structure' | 'statistics' | 'hint';

/**
 * Packets of a track on a timeline: one side of a call in a capture, a logger's file or a recorder's own packet file.
 *
 * One entry per packet, in playing order, as plain columns of equal length: an hour of one side has 180,000 entries and takes 4 MB. An entry states
 * where its coded bytes are in the file (without headers) and at which sample of the medium they begin. The time between the end of one packet and
 * the position of the next is silence, so packets without audio (comfort noise, silence descriptors, telephone events) are simply absent. A packet
 * that would begin before the previous one has ended follows it instead: no sample is lost. The format reports in findings and in its basis how much
 * is silent, and why.
 *
 * Sides of a call are tracks that differ in `side` and share one timeline; tracks that share a side are one voice that changed its codec.
 * `Track.frames` is the length of the timeline with the silence at both ends, and `Track.spans` is empty.
 */
export interface Packets {
  /** Channel of the medium that the track belongs to, from 0. */
  readonly side: number;
  /** Offset of the coded bytes of each packet in the file. */
  readonly offsets: Float64Array;
  /** Number of coded bytes of each packet. */
  readonly sizes: Uint32Array;
  /**
   * First sample of each packet, at the track's rate, from the beginning of the medium; never decreasing. Entries with the same position are
   * pieces of one packet (IP fragments) and are joined before decoding.
   */
  readonly positions: Float64Array;
}

/** One run of coded audio in a medium. */
export interface Track {
  /** Id in the list of codecs, e.g. `mulaw` or `gsm-ms`; `unknown` with `codecName` if there is none. */
  readonly codec: string;
  /** Name of the codec with its declared identity, for people: `WAVE tag 0x0083 (G.729A)`. */
  readonly codecName: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits of one sample as coded (PCM 8, 16, 24, 32; ADPCM 4 …); null if the codec has no such number. */
  readonly bitsPerSample: number | null;
  /** Bytes of one coded block, all channels; null if the codec has none. */
  readonly blockBytes: number | null;
  /** Samples per channel according to the container (fact chunk …), if plausible; null: the codec determines it. */
  readonly frames: number | null;
  /** Set-up bytes of the codec (fmt extra bytes …); null if there are none. Small. */
  readonly setup: Uint8Array | null;
  /** Byte spans [start, end) of the coded audio in the file, in playing order. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /**
   * Silences [start, end) between the contents of the spans, in samples per channel of the track, ascending and disjoint: times for
   * which the recorder stored no audio (silence descriptors of AMR). `frames` includes them; absent if there are none.
   */
  readonly silences?: readonly (readonly [start: number, end: number])[];
  /** Present if the audio came in packets with a timeline; absent if it is continuous. */
  readonly packets?: Packets;
}

/** A format's answer about a file in that format. */
export interface Identification {
  /** Id of the format. */
  readonly format: string;
  readonly confidence: Confidence;
  /** Evidence in words, e.g. `RIFF/WAVE at 0, fmt tag 0x0031`. */
  readonly basis: string;
  /** PRONOM id of this file if the format has several; absent: that of the format. */
  readonly pronom?: string;
  /** Usually one; none if the file is of this format but has no audio (header only). */
  readonly tracks: readonly Track[];
  /**
   * Present if the file stores its container compressed: the offsets of all tracks then refer to the unpacked bytes. Absent: the file is not
   * compressed.
   */
  readonly packed?: PackedBlocks;
  /** Audio that the container states or shows but its tracks do not hold. Absent: none. */
  readonly shortfall?: Shortfall;
  readonly findings: readonly Finding[];
  /** State of the medium as far as the container shows it. */
  readonly state: 'ok' | 'truncated' | 'header-only' | 'damaged';
}

/** A codec that a container can declare, and how it is handled. */
export interface DeclaredCoding {
  /** Declaration in the container: `0x0083`, `encoding 23`, `ulaw`. */
  readonly declared: string;
  readonly name: string;
  /** Id of the codec, or the common beginning of several ids among which other fields decide; null if there is no decoder. */
  readonly codec: string | null;
  /** Remark: why there is no decoder, or what is assumed. Empty: no remark. */
  readonly note: string;
}

/** Describes how free software opens files of a kind, so that nobody needs longplay for them. */
export interface FreeReading {
  readonly program: 'ffmpeg' | 'sox';
  /**
   * Arguments before the file name that state the kind of file. RATE and CHANNELS stand for the values of the file, if the file itself does not state
   * them. Empty: no arguments are needed.
   */
  readonly args: string;
  /** Ids of the codecs that this software decodes in ordinary files of this kind. */
  readonly codecs: readonly string[];
}

/** A kind of container file. A format is pure: it never opens, seeks, spawns or writes. Listed in `formats/index.ts`. */
export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower-case, with dot. For people, hints and the file selection of `convert`. */
  readonly extensions: readonly string[];
  readonly mediaType: string;
  readonly grade: Grade;
  /** PRONOM ids (PUID) of the kind of file; empty if PRONOM has none or only one that covers too much. */
  readonly pronom?: readonly string[];
  /** Codecs that its header can name; absent if it names none. */
  readonly codings?: readonly DeclaredCoding[];
  /** Sources of the facts about the format. */
  readonly facts: readonly [string, ...string[]];
  /** Absent if no free software opens such files. */
  readonly readings?: readonly FreeReading[];
  /**
   * Identifies a file. Returns null for another format. A damaged file of this format gives an answer with findings, not an exception. Reads only
   * through `bytes`.
   */
  identify(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null>;
  /** Reads the signalling of calls in at most the first `mostBytes` of a file; null: another format. Absent: the format has none. */
  readonly signalling?: (bytes: ByteReader, hint: Hint, mostBytes: number, signal: AbortSignal) => Promise<Signalling | null>;
}

/** Decoded samples: interleaved by channel. Int16 for codecs of up to 16 bits; Float32 in [-1, 1] for more. */
export type Samples = Int16Array | Float32Array;

/** Decodes bytes into samples, piece by piece; keeps bytes that do not fill a block. */
export interface Decoder {
  /** Returns all samples that these bytes complete. The samples are valid until the next call. */
  decode(bytes: Uint8Array): Samples;
  /** Returns the remaining samples; a cut block is decoded as far as its bytes go, or dropped and counted in `droppedBytes`. */
  finish(): Samples;
  /** Number of bytes at the end that gave no sample; known after `finish`. */
  readonly droppedBytes: number;
  /** Faults of the coded bytes, as code and message of findings; known after `finish`. Absent: none are reported. */
  readonly troubles?: readonly (readonly [code: FindingCode, message: string])[];
}

/** Input for FFmpeg: a prefix before the payload, and input arguments. */
export interface FfmpegInput {
  /** Arguments before `-i`, e.g. `['-f', 'gsm', '-ar', '8000']`. */
  readonly args: readonly string[];
  /** Bytes before the payload, e.g. a clean WAVE header; empty if there are none. */
  readonly prefix: Uint8Array;
  /**
   * Converts the payload for FFmpeg, piece by piece in order, e.g. by removing length fields that FFmpeg does not know. Keeps state between pieces;
   * each result is valid until the next call. Absent: the payload is passed unchanged.
   */
  readonly repack?: (bytes: Uint8Array) => Uint8Array;
  /** True if packets have time stamps, which show what FFmpeg skips silently. Absent: FFmpeg's output has only a count of samples. */
  readonly timed?: boolean;
  /** True if only FFmpeg's packet count shows what FFmpeg leaves out, even without warnings. Absent: the count is checked only after warnings. */
  readonly counted?: boolean;
  /** Index of the audio stream in a container, from 0. Absent: the first. */
  readonly stream?: number;
}

/** Decodes packets one by one, in playing order. */
export interface PacketDecoder {
  /** Returns all samples of one packet; valid until the next call. */
  decode(packet: Uint8Array): Samples;
}

/** Packet input for FFmpeg: each packet becomes a piece of one stream that FFmpeg can read without packet boundaries. */
export interface PacketStream extends FfmpegInput {
  packet(packet: Uint8Array): Uint8Array;
}

/**
 * Packet handling of a codec. Needed if `frames` and `decode` of the codec do not suffice when one packet is treated as a track of one span: because
 * frames differ in length, silence frames occur among them, or packets have their own layout.
 */
export interface PacketCoding {
  /** Returns the samples per channel of one packet, from its bytes alone. 0: the packet does not have this codec, and its time stays silent. */
  frames(packet: Uint8Array, track: Track): number;
  /** Creates longplay's own decoder; absent: the pieces go through `decode`. */
  readonly decoder?: (track: Track) => PacketDecoder;
  /** Returns the input for decoding by FFmpeg; absent: the packets are concatenated and use the input of `decode`. */
  readonly stream?: (track: Track) => PacketStream;
}

/** Signs of damage that the coded bytes of a codec show before they are decoded. */
export interface DamageMarks {
  /**
   * Meaning of a long run of zero bytes: `silence` for linear samples; `padding` if the coded bytes may include parts of a container. Absent: no
   * encoder writes such a run.
   */
  readonly zeros?: 'silence' | 'padding';
  /** Bytes of one sample of one channel, if a whole number; absent: 1. */
  readonly sampleBytes?: number;
  /** Expected distribution of codes; absent: it shows nothing, or the decoded audio shows it better. */
  readonly codes?: CodeMarks;
  /** A test that every frame passes and half of all random bytes pass, in tracks with blocks of `bytes` bytes. Absent: no such test is known. */
  readonly frame?: { readonly bytes: number; readonly holds: (bytes: Uint8Array, at: number) => boolean };
  /** Allowed order of frames of several lengths. Absent: there are no such frames, or it is unknown. */
  readonly order?: FrameOrder;
}

/** The order of frames whose first byte states their length. */
export interface FrameOrder {
  /** Returns the size in bytes of the frame that begins with this byte. */
  readonly bytesOf: (first: number) => number;
  /** Returns true if encoders write a frame that begins with `first` after one that begins with `before`. */
  readonly follows: (before: number, first: number) => boolean;
}

/** Distribution of the codes of a codec, to detect encrypted and foreign bytes. */
export interface CodeMarks {
  /** Bytes of one frame. If frames of several lengths follow each other: the possible lengths and, last, their common divisor. Empty: no frames. */
  readonly frameBytes: readonly number[];
  /**
   * Number of bytes that are judged together: in fewer bytes the codes of audio may be as evenly distributed as random ones
   * (docs/explanation/plausibility.md).
   */
  readonly windowBytes: number;
  /** Evenness that audio never reaches, in standard deviations of random bytes. */
  readonly deviations: number;
  /** Smallest dependence of bit frequency on the position of a byte in its frame, in deviations of bytes without frames. Absent: unknown. */
  readonly placed?: number;
}

/** Converts coded bytes to samples. Listed in `formats/codecs/index.ts`. */
export interface Codec {
  readonly id: string;
  readonly title: string;
  readonly facts: readonly [string, ...string[]];
  /** Returns the samples per channel in the track's spans, by arithmetic alone; null or absent if only decoding shows it. */
  readonly frames?: (track: Track) => number | null;
  /** Packet handling; used for tracks with `packets`. */
  readonly packets?: PacketCoding;
  /** True if the codec was never published: it is known only from programs, their code or recordings. Absent: there is a public specification. */
  readonly undisclosed?: true;
  /** Fixed sample rate of the codec, whatever is declared; absent if any rate is possible. */
  readonly rateHz?: number;
  /** Signs of damage. Absent: a long run of zero bytes is damage, and nothing else is known. */
  readonly marks?: DamageMarks;
  /** True if the coded bytes cannot be divided into blocks without data from a container: no bare file can be declared to have this codec. */
  readonly needsContainer?: true;
  readonly decode:
    | {
        readonly by: 'us';
        /** Creates a decoder for a track for which `locked` returns null. @param passwords given by the user, as raw bytes */
        decoder(track: Track, passwords?: readonly Uint8Array[]): Decoder;
        /**
         * Returns why an encrypted track cannot be decoded with these passwords, as code and message of a finding; null: it can be decoded. Absent:
         * tracks are never encrypted.
         */
        locked?(track: Track, passwords: readonly Uint8Array[]): readonly [code: FindingCode, message: string] | null;
      }
    | { readonly by: 'ffmpeg'; input(track: Track): FfmpegInput }
    /** The audio is kept, described and counted: there is no decoder, or no open one. */
    | { readonly by: 'nobody'; readonly reason: string };
  /**
   * Returns the input with which FFmpeg gives a second opinion on a track that longplay decodes; null if FFmpeg decodes that track wrongly or not at
   * all.
   */
  readonly second?: (track: Track) => FfmpegInput | null;
}
