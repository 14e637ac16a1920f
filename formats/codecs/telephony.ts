import type { Codec, Decoder, Track } from '../../src/core/model/format.ts';
import { ownCodecs } from './own-codecs.ts';

/** A coding that this package decodes. */
export interface TelephonyCodec {
  /** Id of the coding, which never changes, e.g. `g729`, `gsm-ms`, `oki-adpcm`. */
  readonly id: string;
  readonly title: string;
  /** Fixed sample rate of the coding in Hz; null if it works at any rate. */
  readonly sampleRateHz: number | null;
  /** Sources of the facts about the coding, and what it was compared with. */
  readonly facts: readonly string[];
}

/** Statements of a container about its coded audio. README.md lists which coding needs what; the rate changes no sample. */
export interface CodedSound {
  /** Number of channels; 1 by default. */
  readonly channels?: number;
  /** Size of one coded block of all channels, as stated in the `fmt ` chunk of a WAVE file: for IMA and Microsoft ADPCM. */
  readonly blockBytes?: number;
  /** Set-up bytes of the codec: the bytes after `cbSize` in the `fmt ` chunk, the first value of a delta coding, or the descriptor of encrypted DS2. */
  readonly setup?: Uint8Array;
  /** Raw bytes of passwords that may fit an encrypted DS2 recording. */
  readonly passwords?: readonly Uint8Array[];
}

/** Decodes one stream in pieces of any size; the samples do not depend on how the bytes were divided. */
export interface TelephonyDecoder {
  /**
   * Decodes all samples that these bytes complete, interleaved by channel: Int16 for codings of up to 16 bits, otherwise Float32 in [-1, 1]. The array is valid
   * until the next call.
   */
  decode(bytes: Uint8Array): Int16Array | Float32Array;
  /** Decodes the remaining bytes at the end. An incomplete block is decoded as far as its bytes suffice, or dropped and counted in `droppedBytes`. */
  finish(): Int16Array | Float32Array;
  /** Number of bytes at the end that yielded no sample; known after `finish`. */
  readonly droppedBytes: number;
  /** Problems in the coded bytes, as longplay's finding codes and messages; known after `finish`. Absent: there are none. */
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
 * @throws RangeError for an id that is not in `telephonyCodecs`, and for an encrypted recording if no password fits
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
