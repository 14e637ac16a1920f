import { agree } from '../../src/core/base/agree.ts';
import { knownCodec } from '../list/known-codec.ts';

/** The fields of a COMM chunk, as stated. */
export interface AiffFields {
  readonly channels: number;
  /** Number of samples per channel; for some codings, of packets. */
  readonly frames: number;
  readonly bitsPerSample: number;
  /** Rate in whole Hertz; null if the 80-bit number is unusable. */
  readonly sampleRateHz: number | null;
  /** Compression type of four characters; `NONE` in AIFF, which has no such field. */
  readonly compression: string;
}

/** Meaning of a compression type. */
export interface AiffCoding {
  readonly codec: string;
  readonly name: string;
  /** Number of bits of one coded sample. */
  readonly bitsPerSample: number | null;
  /** The smallest unit that can be decoded, all channels together; null if unknown. */
  readonly unit: { readonly bytes: number; readonly frames: number } | null;
  /** Rate that the coding fixes; null if the header decides. */
  readonly rateHz: number | null;
}

/** Linear samples: the compression type's own width in bits, or null for the width in the COMM chunk (AIFF-C draft 08/26/91; QuickTime's sound types). */
const linears = new Map<string, readonly [endian: 'be' | 'le', bits: number | null]>([
  ['NONE', ['be', null]],
  ['twos', ['be', null]],
  ['sowt', ['le', null]],
  ['in16', ['be', 16]],
  ['in24', ['be', 24]],
  ['in32', ['be', 32]],
  ['42ni', ['le', 24]], // in24 in reverse byte order (FFmpeg libavformat/aiff.c, libsndfile src/aiff.c).
  ['23ni', ['le', 32]],
]);
/** Codings with one sample per unit: codec and size in bytes. */
const samples = new Map<string, readonly [codec: string, bytes: number]>([
  ['fl32', ['pcm-f32be', 4]],
  ['FL32', ['pcm-f32be', 4]],
  ['fl64', ['pcm-f64be', 8]],
  ['FL64', ['pcm-f64be', 8]],
  ['alaw', ['alaw', 1]],
  ['ALAW', ['alaw', 1]],
  ['ulaw', ['mulaw', 1]],
  ['ULAW', ['mulaw', 1]],
]);
/** Codings that are named but not decoded, or decoded only if their codec is in the list. */
const names = new Map<string, string>([
  ['MAC3', 'MACE 3:1'],
  ['MAC6', 'MACE 6:1'],
  ['G726', 'G.726, rate not stated'],
  ['G728', 'G.728'],
  ['DWVW', 'delta with variable word width'],
  ['ACE2', 'ACE 2:1'],
  ['ACE8', 'ACE 8:3'],
  ['SDX2', 'SDX2 delta'],
  ['QDMC', 'QDesign music'],
  ['QDM2', 'QDesign music 2'],
  ['Qclp', 'Qualcomm PureVoice'],
]);

/** Returns the coding of a compression type, given the width and channels in the COMM chunk. */
export function aiffCoding(fields: AiffFields): AiffCoding {
  const { compression, channels, bitsPerSample } = fields;
  const named = (text: string): string => `AIFF-C ${compression.trimEnd()} (${text})`;
  const each = (codec: string, bytes: number, name: string): AiffCoding => {
    const unit = { bytes: bytes * channels, frames: 1 };
    return { codec: knownCodec(codec), name, bitsPerSample: bytes * 8, unit, rateHz: null };
  };
  const unknown = (text: string): AiffCoding => ({ codec: 'unknown', name: named(text), bitsPerSample: null, unit: null, rateHz: null });

  const linear = linears.get(compression);
  if (linear !== undefined) {
    const [endian, own] = linear;
    // A sample is in the high bits of as many whole bytes as it needs (AIFF 1.3, Sound Data Chunk).
    const bits = own ?? bitsPerSample;
    const bytes = Math.ceil(bits / 8);
    const text = agree`PCM, ${bits} bit[s]${endian === 'le' ? ', little-endian' : ''}`;
    if (bytes < 1 || bytes > 4) return unknown(text);
    return each(bytes === 1 ? 'pcm-s8' : `pcm-s${bytes * 8}${endian}`, bytes, compression === 'NONE' ? `AIFF ${text}` : named(text));
  }
  if (compression === 'raw ') return bitsPerSample <= 8 ? each('pcm-u8', 1, named('PCM, 8 bits unsigned')) : unknown('offset binary');
  const sample = samples.get(compression);
  if (sample !== undefined) {
    const [codec, bytes] = sample;
    return each(
      codec,
      bytes,
      named(codec.startsWith('pcm') ? agree`floating point, ${bytes * 8} bit[s]` : `G.711 ${codec === 'alaw' ? 'A-law' : 'mu-law'}`),
    );
  }
  switch (compression) {
    case 'ima4': // QuickTime's packets: 34 bytes per channel for 64 samples (Apple Technical Note TN1081).
      return {
        codec: knownCodec('ima-adpcm-qt'),
        name: named('IMA ADPCM, QuickTime'),
        bitsPerSample: 4,
        unit: { bytes: 34 * channels, frames: 64 },
        rateHz: null,
      };
    case 'GSM ': // libsndfile src/aiff.c.
    case 'agsm': // QuickTime.
      if (channels !== 1) return unknown(agree`GSM 06.10, ${channels} channel[s]`);
      return { codec: 'gsm', name: named('GSM 06.10'), bitsPerSample: null, unit: { bytes: 33, frames: 160 }, rateHz: null };
    case 'G722':
      if (channels !== 1) return unknown(agree`G.722, ${channels} channel[s]`);
      return { codec: 'g722', name: named('G.722'), bitsPerSample: null, unit: { bytes: 1, frames: 2 }, rateHz: 16000 };
    default:
      return unknown(names.get(compression) ?? 'not registered');
  }
}
