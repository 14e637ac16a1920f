import type { ByteReader } from './bytes.ts';
import type { Finding } from './finding.ts';
import type { Grade } from './grade.ts';

/** What is known of a file beside its bytes: a claim, never a proof. */
export interface Hint {
  /** Base name of the entry, with its extension as stored (`.WAV` and `.wav` differ on Asterisk). */
  readonly name: string;
}

/** What decided an identification, from surest to weakest. */
export type Confidence = 'signature' | 'structure' | 'statistics' | 'hint';

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
}

/** A format's answer to a file that is its own. */
export interface Identification {
  /** Id of the format that answers. */
  readonly format: string;
  readonly confidence: Confidence;
  /** What decided, in words: `RIFF/WAVE at 0, fmt tag 0x0031`. */
  readonly basis: string;
  /** Usually one; none where the file is the format's but holds no audio (header only). */
  readonly tracks: readonly Track[];
  readonly findings: readonly Finding[];
  /** State of the medium as far as the container shows. */
  readonly state: 'ok' | 'truncated' | 'header-only' | 'damaged';
}

/** A kind of container file. Pure: never opens, seeks, spawns or writes. Stands in `formats/index.ts`. */
export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower-case, with dot. For people, hints and `convert`'s choice of files. */
  readonly extensions: readonly string[];
  readonly mediaType: string;
  readonly grade: Grade;
  /** Where each fact comes from. */
  readonly facts: readonly [string, ...string[]];
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
}

/** How coded bytes become samples. Stands in `formats/codecs/index.ts`. */
export interface Codec {
  readonly id: string;
  readonly title: string;
  readonly facts: readonly [string, ...string[]];
  /** Samples per channel that the track's spans hold, by arithmetic alone; null or absent where only decoding tells. */
  readonly frames?: (track: Track) => number | null;
  /** The rate that it always has, whatever is declared; absent where it goes with any. */
  readonly rateHz?: number;
  /** Cannot be told apart into blocks without what a container states: no bare file can be declared to be of it. */
  readonly needsContainer?: true;
  readonly decode:
    | { readonly by: 'us'; decoder(track: Track): Decoder }
    | { readonly by: 'ffmpeg'; input(track: Track): FfmpegInput }
    /** Kept, described, counted: nobody can decode it, or nobody openly. */
    | { readonly by: 'nobody'; readonly reason: string };
}
