import type { Codec, Decoder, Track } from '../../src/core/model/format.ts';
import { ownCodecs } from './own-codecs.ts';

/** A coding that this package decodes. */
export interface TelephonyCodec {
  /** Never changes, e.g. `g729`, `gsm-ms`, `oki-adpcm`. */
  readonly id: string;
  readonly title: string;
  /** The rate that the coding always has, in Hz; null where it goes with any. */
  readonly sampleRateHz: number | null;
  /** Where each fact about the coding comes from, and what it was compared with. */
  readonly facts: readonly string[];
}

/** What a container states of its coded sound. README.md lists which coding needs what; the rate changes no sample. */
export interface CodedSound {
  /** Default: 1. */
  readonly channels?: number;
  /** Bytes of one coded block of all channels, as the `fmt ` chunk of a WAVE states them: IMA and Microsoft ADPCM. */
  readonly blockBytes?: number;
  /** Set-up bytes of the codec: what follows `cbSize` in the `fmt ` chunk, the first value of a delta coding, the descriptor of encrypted DS2. */
  readonly setup?: Uint8Array;
  /** Raw bytes of passwords that may fit an encrypted DS2 recording. */
  readonly passwords?: readonly Uint8Array[];
}

/** Decodes one stream in pieces of any size: the samples do not depend on how the bytes were cut. */
export interface TelephonyDecoder {
  /**
   * Decodes all samples that these bytes complete: interleaved by channel, Int16 for codings of up to 16 bits, else Float32 in [-1, 1].
   * The array is valid until the next call.
   */
  decode(bytes: Uint8Array): Int16Array | Float32Array;
  /** Decodes what is left at the end. A cut block is decoded as far as its bytes go, or dropped and counted in `droppedBytes`. */
  finish(): Int16Array | Float32Array;
  /** Bytes at the end that made no sample; known after `finish`. */
  readonly droppedBytes: number;
  /** What was wrong with the coded bytes, as longplay's code of a finding and its message; known after `finish`. Absent: nothing to say. */
  readonly troubles?: readonly (readonly [code: string, message: string])[];
}

/** Every codec of this package. */
export const telephonyCodecs: readonly TelephonyCodec[] = ownCodecs.map(({ id, title, rateHz, facts }) => ({
  id,
  title,
  sampleRateHz: rateHz ?? null,
  facts,
}));

const byId = new Map<string, Codec>(ownCodecs.map((codec) => [codec.id, codec]));

/**
 * Creates a decoder for one stream of this coding.
 *
 * @throws RangeError for an id that is not in `telephonyCodecs`, and for an encrypted recording that none of the passwords fits.
 */
export function createTelephonyDecoder(id: string, sound: CodedSound = {}): TelephonyDecoder {
  const codec = byId.get(id);
  if (codec?.decode.by !== 'us') throw new RangeError(`no codec ${id}: there are ${[...byId.keys()].join(', ')}`);
  const track: Track = {
    codec: id,
    codecName: codec.title,
    sampleRateHz: codec.rateHz ?? 8_000,
    channels: sound.channels ?? 1,
    bitsPerSample: null,
    blockBytes: sound.blockBytes ?? null,
    frames: null,
    setup: sound.setup ?? null,
    spans: [],
  };
  const passwords = sound.passwords ?? [];
  const locked = codec.decode.locked?.(track, passwords) ?? null;
  if (locked !== null) throw new RangeError(`${id}: ${locked[1]}`);
  const decoder: Decoder = codec.decode.decoder(track, passwords);
  return decoder;
}
