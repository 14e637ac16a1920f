import { agree } from '../../src/core/base/agree.ts';
import { gsmMsBlock } from '../codecs/gsm/gsm.ts';
import { truespeechBlock } from '../codecs/through-ffmpeg.ts';
import type { WaveFields } from './format.ts';
import { g726Bits, g726Codec, g726Unit } from './g726.ts';

type Unit = { readonly bytes: number; readonly frames: number } | null;

/** A codec and, for ADPCM, the number of bits of one of its codes. */
interface SpeechCodec {
  readonly codec: string;
  readonly bits: number | null;
}
/** The reason why the fields name no codec. */
interface Undecided {
  readonly why: string;
}

/** Size of one block of NMS ADPCM by rate: 160 samples (libsndfile src/nms_adpcm.c; Natural Access, appendix F). */
const nmsBlocks = new Map([
  [42, 16],
  [62, 24],
  [82, 32],
]);
const ilbcBlocks = new Map([
  [38, 'ilbc-20'], // RFC 3951: 304 bits for 20 ms.
  [50, 'ilbc-30'], // 400 bits for 30 ms.
]);

/** Returns the codec that a rule in the table of tags names for these fields. */
export function speechCodec(rule: string, fields: WaveFields, contradictions: string[]): SpeechCodec | Undecided {
  const { bitsPerSample, blockBytes } = fields;
  switch (rule) {
    case 'gsm':
      // A block of 65 bytes is Microsoft's pair of frames; others may be frames of 33 bytes: the bytes are examined later.
      return { codec: blockBytes > 0 && blockBytes % gsmMsBlock.bytes === 0 ? 'gsm-ms' : 'gsm', bits: null };
    case 'nms-adpcm': {
      const byBits = bitsPerSample >= 2 && bitsPerSample <= 4 ? bitsPerSample * 8 : null;
      const byBlock = nmsBlocks.get(blockBytes) ?? null;
      const rate = byBlock ?? byBits;
      if (rate === null) return { why: agree`blocks of ${blockBytes} byte[s] and ${bitsPerSample} bit[s] per sample` };
      if (byBits !== byBlock)
        contradictions.push(
          agree`the header states blocks of ${blockBytes} byte[s] and ${bitsPerSample} bit[s] per sample; it is read as ${rate} kbit/s`,
        );
      return { codec: `nms-adpcm-${rate}`, bits: rate / 8 };
    }
    case 'g721':
    case 'g726': {
      const bits = rule === 'g721' ? 4 : g726Bits(fields, contradictions);
      if (bits === null) return { why: agree`${bitsPerSample} bit[s] per sample and ${fields.bytesPerSecond} byte[s] per second` };
      if (rule === 'g721' && bitsPerSample !== 4 && bitsPerSample !== 0)
        contradictions.push(agree`${bitsPerSample} bit[s] per sample [is|are] stated, the coding has 4`);
      return { codec: g726Codec(bits, 'msb'), bits };
    }
    case 'oki-adpcm':
    case 'yamaha-adpcm':
      if (bitsPerSample !== 4 && bitsPerSample !== 0) return { why: agree`${bitsPerSample} bit[s] per sample` };
      return { codec: rule, bits: 4 };
    case 'ilbc': {
      const codec = [...ilbcBlocks].find(([bytes]) => blockBytes > 0 && blockBytes % bytes === 0)?.[1];
      return codec === undefined ? { why: agree`blocks of ${blockBytes} byte[s]` } : { codec, bits: null };
    }
    default:
      return { codec: rule, bits: null };
  }
}

/** Properties of a coding that a standard fixes. */
interface Fixed {
  readonly unit: Unit;
  /** Largest number of channels that its decoder supports. */
  readonly channels: number;
  readonly sampleRateHz: number | null;
}

/** Units by codec, with the rate if a standard fixes it. A header should state a block of one of these sizes, or a multiple. */
const fixedCodings = new Map<string, { readonly unit: Unit; readonly sampleRateHz?: number; readonly blocks?: readonly number[] }>([
  ['gsm-ms', { unit: gsmMsBlock, blocks: [65] }],
  ['gsm', { unit: { bytes: 33, frames: 160 }, blocks: [33] }],
  ['truespeech', { unit: truespeechBlock, blocks: [32] }],
  ['g729', { unit: { bytes: 10, frames: 80 }, sampleRateHz: 8000, blocks: [10] }], // ITU-T G.729
  ['g723.1', { unit: null, sampleRateHz: 8000, blocks: [24, 20] }], // ITU-T G.723.1
  ['g722', { unit: { bytes: 1, frames: 2 }, sampleRateHz: 16000 }], // ITU-T G.722 at 64 kbit/s; recorders state 8000, the RTP clock
  ['g728', { unit: { bytes: 5, frames: 20 }, sampleRateHz: 8000 }], // ITU-T G.728: codes of 10 bits for 5 samples, four in 5 bytes
  ['amr-nb', { unit: null, sampleRateHz: 8000 }], // RFC 4867
  ['amr-wb', { unit: null, sampleRateHz: 16000 }],
  ['ilbc-20', { unit: { bytes: 38, frames: 160 }, sampleRateHz: 8000 }],
  ['ilbc-30', { unit: { bytes: 50, frames: 240 }, sampleRateHz: 8000 }],
  ...[...nmsBlocks].map(([bytes, rate]) => [`nms-adpcm-${rate}`, { unit: { bytes, frames: 160 }, blocks: [bytes] }] as const),
]);

/** Returns unit and rate of a speech codec; reports a header that states another rate or block as a contradiction. */
export function fixedCoding({ codec, bits }: SpeechCodec, fields: WaveFields, contradictions: string[]): Fixed {
  if (codec.startsWith('g726-') && bits !== null) return { unit: g726Unit(bits), channels: 1, sampleRateHz: null };
  // The halves of bytes alternate between the channels.
  if (codec === 'oki-adpcm' || codec === 'yamaha-adpcm')
    return { unit: { bytes: Math.max(1, fields.channels), frames: 2 }, channels: 2, sampleRateHz: null };
  const fixed = fixedCodings.get(codec);
  if (fixed === undefined) return { unit: null, channels: Number.POSITIVE_INFINITY, sampleRateHz: null };
  const { unit, blocks, sampleRateHz = null } = fixed;
  if (sampleRateHz !== null && fields.sampleRateHz !== 0 && sampleRateHz !== fields.sampleRateHz && codec !== 'g722')
    contradictions.push(`${fields.sampleRateHz} Hz are stated, the coding has ${sampleRateHz}`);
  const { blockBytes } = fields;
  if (blocks !== undefined && (blockBytes === 0 || !blocks.some((size) => blockBytes % size === 0)))
    contradictions.push(agree`blocks of ${blockBytes} byte[s] are stated, the coding has ${blocks.join(' or ')}`);
  return { unit, channels: 1, sampleRateHz };
}

/**
 * Codings whose packets FFmpeg's WAVE demuxer separates: smallest number of extra bytes of set-up, and largest number of channels (FFmpeg 7.1, each decoder's
 * init).
 */
const packetCodings = new Map<string, { readonly extra: number; readonly channels: number; readonly blocks?: readonly number[] }>([
  ['wmav1', { extra: 4, channels: 2 }],
  ['wmav2', { extra: 6, channels: 2 }],
  ['wmapro', { extra: 18, channels: 8 }],
  ['wmalossless', { extra: 18, channels: 8 }],
  ['wmavoice', { extra: 46, channels: 1 }],
  ['speex', { extra: 80, channels: 2 }],
  ['msnsiren', { extra: 0, channels: 1, blocks: [40] }],
  ['siren', { extra: 0, channels: 1, blocks: [40, 60, 80] }], // 16, 24 and 32 kbit/s
  ['metasound', { extra: 16, channels: 2 }],
  ['sipr', { extra: 0, channels: 1, blocks: [19, 20, 29, 37] }],
  ['kelvin', { extra: 0, channels: 1 }],
  ['ftr', { extra: 0, channels: 64 }],
  ['aac-adts', { extra: 0, channels: 8 }],
]);
const sirenFrames = 320;

/** Returns the unit of a coding in packets, or why the fields do not suffice for it; null for all other codings. */
export function packetCoding(coding: string, fields: WaveFields): { readonly unit: Unit } | Undecided | null {
  const needs = packetCodings.get(coding);
  if (needs === undefined) return null;
  const { blockBytes, channels, extra } = fields;
  if (channels > needs.channels) return { why: agree`${channels} channel[s], its decoder supports ${needs.channels}` };
  if (extra.length < needs.extra) return { why: agree`${extra.length} extra byte[s] of set-up, its decoder needs ${needs.extra}` };
  if (needs.blocks !== undefined && !needs.blocks.includes(blockBytes))
    return { why: agree`blocks of ${blockBytes} byte[s], its decoder supports ${needs.blocks.join(', ')}` };
  // MetaSound's variant is in its set-up; RT29 speech under the same tag has none (FFmpeg libavcodec/metasound.c).
  if (coding === 'metasound' && String.fromCharCode(...extra.subarray(12, 14)) !== 'VX') return { why: 'no set-up of MetaSound: RT29 speech' };
  const frames = coding === 'siren' || coding === 'msnsiren' ? sirenFrames : null;
  return { unit: frames === null ? null : { bytes: blockBytes, frames } };
}
