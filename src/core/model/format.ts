import type { ByteReader } from '../base/bytes.ts';
import type { Shortfall } from '../base/shortfall.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-table.ts';
import type { Grade } from './grade.ts';
import type { PackedBlocks } from './packed-blocks.ts';

/** What is known of a file beside its bytes: a claim, never a proof. */
export interface Hint {
  /** Base name of the entry, with its extension as stored (`.WAV` and `.wav` differ on Asterisk). */
  readonly name: string;
  /** How long the metadata says that the sound is; null or absent where it says nothing. */
  readonly durationMs?: number | null;
}

/** What decided an identification, from surest to weakest. */
export type Confidence = 'signature' | 'structure' | 'statistics' | 'hint';

/**
 * Packets of a track on a time line: what a capture, a logger or a recorder's own packet file holds of one side of a call.
 *
 * One entry a packet, in playing order, as plain columns of equal length: an hour of one side has 180,000 and takes 4 MB. An entry
 * says where its coded bytes lie in the file (headers left out) and at which sample of the medium they begin. What lies between
 * the end of one packet and the position of the next is silence, so packets that are no sound (comfort noise, silence
 * descriptors, telephone events) simply do not stand here. A packet that would begin before the one before has ended follows it
 * instead: no sample is lost. The format says in findings and in its basis how much is silent, and why.
 *
 * Sides of a call are tracks that differ in `side` and share one time line; tracks that share a side are one voice that changed its
 * codec. `Track.frames` is the length of the time line with the silence at both ends, and `Track.spans` is empty.
 */
export interface Packets {
  /** Channel of the medium that the track is on, from 0. */
  readonly side: number;
  /** Where the coded bytes of each packet begin in the file. */
  readonly offsets: Float64Array;
  /** Their number. */
  readonly sizes: Uint32Array;
  /**
   * First sample of each packet, at the track's rate, from the beginning of the medium; never falling. Entries of one position are
   * the pieces of one packet (IP fragments) and are joined before it is decoded.
   */
  readonly positions: Float64Array;
}

/** One run of coded audio in a medium. */
export interface Track {
  /** Id in the list of codecs, such as `mulaw` or `gsm-ms`; `unknown` with `codecName` where there is none. */
  readonly codec: string;
  /** The coding in words with its declared identity, for people: `WAVE tag 0x0083 (G.729A)`. */
  readonly codecName: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bits of one sample as coded (PCM 8, 16, 24, 32; ADPCM 4 …); null where the codec has no such number. */
  readonly bitsPerSample: number | null;
  /** Bytes of one coded block, all channels; null where the codec has none. */
  readonly blockBytes: number | null;
  /** Samples per channel as the container states them (fact chunk …), where plausible; null = up to the codec. */
  readonly frames: number | null;
  /** Codec's own set-up bytes (fmt extra bytes …); null where none. Small. */
  readonly setup: Uint8Array | null;
  /** Byte spans [start, end) of the coded audio in the file, in playing order. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /**
   * Stretches [start, end) of silence between what the spans hold, in samples per channel of the track, ascending and apart: times for
   * which the recorder stored no sound (silence descriptors of AMR). `frames` counts them; absent where there are none.
   */
  readonly silences?: readonly (readonly [start: number, end: number])[];
  /** Where the audio came in packets that stand on a time line; absent where it runs on. */
  readonly packets?: Packets;
}

/** A format's answer to a file that is its own. */
export interface Identification {
  /** Id of the format that answers. */
  readonly format: string;
  readonly confidence: Confidence;
  /** What decided, in words: `RIFF/WAVE at 0, fmt tag 0x0031`. */
  readonly basis: string;
  /** PRONOM id of this very file, where a format has several; absent: that of the format. */
  readonly pronom?: string;
  /** Usually one; none where the file is the format's but holds no audio (header only). */
  readonly tracks: readonly Track[];
  /** Where the file holds its container packed: the offsets of all tracks count among the bytes that come out. Absent: the file is as it is. */
  readonly packed?: PackedBlocks;
  /** What the container states or shows of sound that its tracks do not hold. Absent: nothing. */
  readonly shortfall?: Shortfall;
  readonly findings: readonly Finding[];
  /** State of the medium as far as the container shows. */
  readonly state: 'ok' | 'truncated' | 'header-only' | 'damaged';
}

/** A coding that a container can declare, and what becomes of it. */
export interface DeclaredCoding {
  /** As the container writes it: `0x0083`, `encoding 23`, `ulaw`. */
  readonly declared: string;
  readonly name: string;
  /** Id of the codec, or how the ids of several begin among which other fields decide; null where nobody decodes it. */
  readonly codec: string | null;
  /** What must be known of it: why nobody decodes it, what is assumed. Empty where nothing. */
  readonly note: string;
}

/** How a free program opens files of a kind by itself, so that nobody needs longplay for them. */
export interface FreeReading {
  readonly program: 'ffmpeg' | 'sox';
  /** What tells the program the kind of file, before its name; RATE and CHANNELS stand for those of the file, where nothing in it tells them. Empty: it finds out. */
  readonly args: string;
  /** Ids of the codecs of which it decodes ordinary files of this kind. */
  readonly codecs: readonly string[];
}

/** A kind of container file. Pure: never opens, seeks, spawns or writes. Stands in `formats/index.ts`. */
export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower-case, with dot. For people, hints and `convert`'s choice of files. */
  readonly extensions: readonly string[];
  readonly mediaType: string;
  readonly grade: Grade;
  /** PRONOM ids (PUID) of the kind of file; none where PRONOM has none or one for too much. */
  readonly pronom?: readonly string[];
  /** Codings that its header can name; absent where it names none. */
  readonly codings?: readonly DeclaredCoding[];
  /** Where each fact comes from. */
  readonly facts: readonly [string, ...string[]];
  /** Absent where no free program opens such files. */
  readonly readings?: readonly FreeReading[];
  /** Null: not mine. Mine but damaged: an answer with findings, not a throw. Reads through `bytes` only. */
  identify(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null>;
}

/** Decoded samples: interleaved by channel. Int16 for codecs of up to 16 bits; Float32 in [-1, 1] for more. */
export type Samples = Int16Array | Float32Array;

/** Turns coded bytes into samples, piece by piece; keeps what does not fill a block. */
export interface Decoder {
  /** All samples that these bytes complete. The result is valid until the next call. */
  decode(bytes: Uint8Array): Samples;
  /** What is left at the end; a cut block is decoded as far as its bytes go, or dropped and counted in `droppedBytes`. */
  finish(): Samples;
  /** Bytes at the end that made no sample; known after `finish`. */
  readonly droppedBytes: number;
  /** What was wrong with the coded bytes, as code and message of a finding each; known after `finish`. Absent: nothing to say. */
  readonly troubles?: readonly (readonly [code: FindingCode, message: string])[];
}

/** How FFmpeg is told what it gets: a prefix of bytes put before the payload, and its input arguments. */
export interface FfmpegInput {
  /** Arguments before `-i`, for example `['-f', 'gsm', '-ar', '8000']`. */
  readonly args: readonly string[];
  /** Bytes before the payload, such as a clean WAVE header; empty where none. */
  readonly prefix: Uint8Array;
  /**
   * Changes the payload on its way to FFmpeg, piece by piece in order, such as taking out lengths that FFmpeg does not know. Keeps
   * what it needs between pieces; its result is valid until the next one. Absent: the payload goes as it is.
   */
  readonly repack?: (bytes: Uint8Array) => Uint8Array;
  /** True where packets have time stamps: what FFmpeg passes over in silence shows in them. Absent: it counts samples alone. */
  readonly timed?: boolean;
  /** True where what FFmpeg leaves out shows in its count of packets alone, also where it does not complain. Absent: it is asked for that where it does. */
  readonly counted?: boolean;
  /** Which audio stream of a container is meant, from 0. Absent: the first. */
  readonly stream?: number;
}

/** Turns packets into samples, one by one, in playing order. */
export interface PacketDecoder {
  /** All samples of one packet; valid until the next call. */
  decode(packet: Uint8Array): Samples;
}

/** How FFmpeg is told of packets: each becomes a piece of one stream that it can read without the packets' borders. */
export interface PacketStream extends FfmpegInput {
  packet(packet: Uint8Array): Uint8Array;
}

/**
 * What packets change for a codec. Needed only where `frames` and `decode` of the codec, given one packet as a track of one span, do
 * not do: where frames differ in length, where silence frames lie among them, or where packets have a layout of their own.
 */
export interface PacketCoding {
  /** Samples per channel that one packet gives, told from its bytes alone; 0 where it is none of this codec: its place stays silent. */
  frames(packet: Uint8Array, track: Track): number;
  /** By us; absent: the pieces go through `decode`. */
  readonly decoder?: (track: Track) => PacketDecoder;
  /** Through FFmpeg; absent: the packets one behind the other, with the input of `decode`. */
  readonly stream?: (track: Track) => PacketStream;
}

/** What the coded bytes of a codec show of damage before they are decoded. */
export interface DamageMarks {
  /**
   * What a long run of zero bytes is: `silence` as linear samples have it; `padding` where the coded bytes may hold parts of a container. Absent:
   * no encoder makes one.
   */
  readonly zeros?: 'silence' | 'padding';
  /** Bytes of one sample of one channel where that is a whole number; absent: 1. */
  readonly sampleBytes?: number;
  /** How evenly codes of sound are spread; absent: that says nothing, or what they decode to shows it better. */
  readonly codes?: CodeMarks;
  /** What every frame of a track in blocks of that many bytes fulfils, and half of all random ones do. Absent: nothing is known. */
  readonly frame?: { readonly bytes: number; readonly holds: (bytes: Uint8Array, at: number) => boolean };
  /** Which frame may follow which, where frames of several lengths follow each other. Absent: they do not, or nothing is known. */
  readonly order?: FrameOrder;
}

/** The order of frames whose first byte says how long each is. */
export interface FrameOrder {
  /** Bytes of the frame that begins with this byte. */
  readonly bytesOf: (first: number) => number;
  /** Whether encoders write a frame that begins with `first` behind one that begins with `before`. */
  readonly follows: (before: number, first: number) => boolean;
}

/** How evenly the codes of a coder are spread, for the questions whether they are encrypted and where bytes are none of its codes. */
export interface CodeMarks {
  /** Bytes of one frame. Where frames of several lengths follow each other, the lengths that they may have and, last, what divides all of them. Empty: it has no frames. */
  readonly frameBytes: readonly number[];
  /** Bytes that are judged together: in fewer the codes of sound may be as even as random ones (docs/plausibility.md). */
  readonly windowBytes: number;
  /** Sound is never more even than this, in standard deviations of random bytes. */
  readonly deviations: number;
  /** How often a bit is set depends at least this much on the place of its byte in the frame, in deviations of bytes without frames. Absent: that is not known. */
  readonly placed?: number;
}

/** How coded bytes become samples. Stands in `formats/codecs/index.ts`. */
export interface Codec {
  readonly id: string;
  readonly title: string;
  readonly facts: readonly [string, ...string[]];
  /** Samples per channel that the track's spans hold, by arithmetic alone; null or absent where only decoding tells. */
  readonly frames?: (track: Track) => number | null;
  /** For tracks with `packets`. */
  readonly packets?: PacketCoding;
  /** True where nobody published how it works: what is known was read out of programs, their code or recordings. Absent: a specification is out. */
  readonly undisclosed?: true;
  /** The rate that it always has, whatever is declared; absent where it goes with any. */
  readonly rateHz?: number;
  /** Absent: a long run of zero bytes is damage, and nothing else is known. */
  readonly marks?: DamageMarks;
  /** Cannot be told apart into blocks without what a container states: no bare file can be declared to be of it. */
  readonly needsContainer?: true;
  readonly decode:
    | {
        readonly by: 'us';
        /** `passwords`: those that the user gave, raw bytes; for a track that `locked` does not keep closed. */
        decoder(track: Track, passwords?: readonly Uint8Array[]): Decoder;
        /** Why an encrypted track cannot be decoded with these passwords, as code and message of a finding; null: it can. Absent: never encrypted. */
        locked?(track: Track, passwords: readonly Uint8Array[]): readonly [code: FindingCode, message: string] | null;
      }
    | { readonly by: 'ffmpeg'; input(track: Track): FfmpegInput }
    /** Kept, described, counted: nobody can decode it, or nobody openly. */
    | { readonly by: 'nobody'; readonly reason: string };
  /** Of a codec that is decoded by us: how FFmpeg is asked for its opinion on a track; null where it decodes that one wrongly or not at all. */
  readonly second?: (track: Track) => FfmpegInput | null;
}
