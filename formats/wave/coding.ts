import { agree } from '../../src/core/base/agree.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Track } from '../../src/core/model/format.ts';
import { imaFramesIn } from '../codecs/adpcm/ima-adpcm.ts';
import { msFramesIn } from '../codecs/adpcm/ms-adpcm.ts';
import { packWaveFormat } from '../codecs/base/wave-prefix.ts';
import { gsmMsBlock } from '../codecs/gsm/gsm.ts';
import { knownCodec } from '../list/known-codec.ts';
import { codingName, codingOf, type WaveFields } from './format.ts';
import { fixedCoding, packetCoding, speechCodec } from './speech.ts';

/** Coding of the audio, after the fields of the fmt chunk have been compared. */
export interface WaveCoding extends Pick<Track, 'codec' | 'codecName' | 'sampleRateHz' | 'channels' | 'bitsPerSample' | 'blockBytes' | 'setup'> {
  /** Size in bytes and number of samples per channel of the smallest unit; null if frames differ in length. */
  readonly unit: { readonly bytes: number; readonly frames: number } | null;
  /** True for 24-bit samples in 32-bit words: writers disagree on which end of the word they use. */
  readonly looseWords: boolean;
  /** True if only the name of the tag shows the coding. */
  readonly assumed: boolean;
  /** Number of bits of one G.726 code; null for all other codings. */
  readonly g726Bits: number | null;
  /** Fields that cannot be right, in words with numbers; the audio is decoded all the same. */
  readonly contradictions: readonly string[];
  /** Assumptions that were necessary, in words. */
  readonly assumptions: readonly string[];
}

/** Judges the fields. The codec is `unknown` if decoding would be a guess, or if the codec is not in the list. */
export function judgeCoding(fields: WaveFields, endian: 'little' | 'big'): WaveCoding {
  const coding = weighFields(fields, endian);
  if (coding.codec === 'unknown' || knownCodec(coding.codec) !== 'unknown') return coding;
  return {
    ...coding,
    codec: 'unknown',
    codecName: `${coding.codecName}: the codec ${coding.codec} is not included`,
    unit: null,
    assumed: false,
    g726Bits: null,
    contradictions: [],
  };
}

/** Decides the coding from all fields together. One function: the fields are weighed one after another, and what each contradicts or assumes is collected. */
function weighFields(fields: WaveFields, endian: 'little' | 'big'): WaveCoding {
  const { coding, reason, assumed } = codingOf(fields);
  const contradictions: string[] = [];
  const assumptions: string[] = [];
  let { channels, sampleRateHz } = fields;
  if (channels === 0) {
    channels = 1;
    assumptions.push('0 channels are stated, 1 is assumed');
  }
  if (sampleRateHz === 0) {
    sampleRateHz = 8000;
    assumptions.push('a rate of 0 Hz is stated, 8000 Hz is assumed');
  }
  const setup = fields.extra.length > 0 ? fields.extra.slice() : null;
  const common = { channels, looseWords: false, setup, assumed, g726Bits: null, contradictions, assumptions };
  const named = codingName(fields);
  const asUnknown = (why: string): WaveCoding => ({
    ...common,
    assumed: false,
    codec: 'unknown',
    codecName: why === '' ? named : `${named}: ${why}`,
    sampleRateHz,
    bitsPerSample: fields.bitsPerSample || null,
    blockBytes: fields.blockBytes || null,
    unit: null,
  });
  if (coding === null) return asUnknown(reason ?? '');
  if (channels > limits.channels) return asUnknown(agree`${channels} channel[s]`);
  const known = { ...common, codecName: named, sampleRateHz };

  switch (coding) {
    case 'linear':
    case 'float': {
      const bytes = sampleBytes(fields, channels, contradictions);
      const letter = coding === 'float' ? 'f' : bytes === 1 ? 'u' : 's';
      const possible = coding === 'float' ? [4, 8] : [1, 2, 3, 4];
      if (!possible.includes(bytes)) return asUnknown(agree`${fields.bitsPerSample} bit[s] per sample`);
      const codec = bytes === 1 ? 'pcm-u8' : `pcm-${letter}${bytes * 8}${endian === 'big' ? 'be' : 'le'}`;
      if (fields.validBits < fields.bitsPerSample) {
        known.codecName += agree`, ${fields.validBits} of ${fields.bitsPerSample} bit[s] used`;
      }
      const looseWords = codec === 'pcm-s32le' && fields.validBits === 24;
      return {
        ...known,
        setup: null,
        looseWords,
        codec,
        bitsPerSample: bytes * 8,
        blockBytes: bytes * channels,
        unit: { bytes: bytes * channels, frames: 1 },
      };
    }
    case 'mulaw':
    case 'alaw':
      if (fields.bitsPerSample !== 8 && fields.bitsPerSample !== 0)
        contradictions.push(agree`${fields.bitsPerSample} bit[s] per sample [is|are] stated, the coding has 8`);
      if (fields.blockBytes !== channels) contradictions.push(agree`blocks of ${fields.blockBytes} byte[s] are stated, the coding has ${channels}`);
      return { ...known, setup: null, codec: coding, bitsPerSample: 8, blockBytes: channels, unit: { bytes: channels, frames: 1 } };
    case 'ima-adpcm':
    case 'ms-adpcm': {
      if (endian === 'big') return asUnknown('big-endian blocks');
      if (fields.bitsPerSample !== 4 && fields.bitsPerSample !== 0) {
        if (coding === 'ima-adpcm') return asUnknown(agree`${fields.bitsPerSample} bit[s] per sample`);
        contradictions.push(agree`${fields.bitsPerSample} bit[s] per sample [is|are] stated, the coding has 4`);
      }
      const framesIn = coding === 'ima-adpcm' ? imaFramesIn : msFramesIn;
      const stated = fields.extra.length >= 2 ? (fields.extra[0] ?? 0) | ((fields.extra[1] ?? 0) << 8) : 0;
      let blockBytes = fields.blockBytes;
      if (framesIn(blockBytes, channels) < 2) {
        blockBytes = coding === 'ima-adpcm' ? (4 + (stated - 1) / 2) * channels : (7 + (stated - 2) / 2) * channels;
        if (stated < 3 || !Number.isInteger(blockBytes)) return asUnknown(agree`blocks of ${fields.blockBytes} byte[s]`);
        contradictions.push(agree`blocks of ${fields.blockBytes} byte[s] are stated, ${stated} sample[s] per block make ${blockBytes}`);
      }
      const fit = framesIn(blockBytes, channels);
      if (stated > fit) contradictions.push(agree`${stated} sample[s] per block [is|are] stated, ${fit} [fits|fit] into ${blockBytes} byte[s]`);
      const frames = stated >= 2 && stated <= fit ? stated : fit;
      return { ...known, codec: coding, bitsPerSample: 4, blockBytes, unit: { bytes: blockBytes, frames } };
    }
  }

  const packets = packetCoding(coding, fields);
  if (packets !== null) {
    if ('why' in packets) return asUnknown(packets.why);
    const { unit } = packets;
    return {
      ...known,
      codec: coding,
      bitsPerSample: null,
      blockBytes: unit?.bytes ?? (fields.blockBytes || null),
      unit,
      setup: packWaveFormat({ ...fields, tag: fields.tag ?? 0, channels, sampleRateHz }),
    };
  }
  const speech = speechCodec(coding, fields, contradictions);
  if ('why' in speech) return asUnknown(speech.why);
  if (speech.codec === 'gsm-ms' && isShortened(fields.blockBytes)) return asUnknown(agree`blocks of ${fields.blockBytes} byte[s], a shortened GSM`);
  const fixed = fixedCoding(speech, fields, contradictions);
  if (channels > fixed.channels)
    return asUnknown(agree`${channels} channel[s], its decoder supports ${fixed.channels === 1 ? 'one' : fixed.channels}`);
  const { unit } = fixed;
  const g726 = speech.codec.startsWith('g726-');
  // Codes have no blocks, but libsndfile fills the last block that its header states.
  const filled = g726 && unit !== null && fields.blockBytes > unit.bytes && fields.blockBytes % unit.bytes === 0 ? fields.blockBytes : null;
  return {
    ...known,
    sampleRateHz: fixed.sampleRateHz ?? sampleRateHz,
    codec: speech.codec,
    bitsPerSample: speech.bits,
    blockBytes: filled ?? unit?.bytes ?? null,
    unit,
    g726Bits: g726 ? speech.bits : null,
  };
}

/** Returns true for blocks that keep fewer bits of each pulse (MSN Audio; FFmpeg libavcodec/msgsm, 41 to 62 bytes in steps of 3); no sample is available. */
function isShortened(blockBytes: number): boolean {
  return blockBytes >= 41 && blockBytes < gsmMsBlock.bytes && (blockBytes - 41) % 3 === 0;
}

/** Returns the size of one linear sample in bytes: the value on which two of bits, block size and data rate agree, or that of the bits if all three differ. */
function sampleBytes(fields: WaveFields, channels: number, contradictions: string[]): number {
  const byBits = Math.ceil(fields.bitsPerSample / 8);
  const byBlock = fields.blockBytes / channels;
  const byRate = fields.sampleRateHz > 0 ? fields.bytesPerSecond / fields.sampleRateHz / channels : 0;
  const bytes = byBlock === byRate && byBlock > 0 ? byBlock : byBits || byBlock || byRate;
  if (byBits !== bytes || byBlock !== bytes) {
    contradictions.push(
      agree`${fields.bitsPerSample} bit[s] per sample, blocks of ${fields.blockBytes} byte[s] and ${fields.bytesPerSecond} byte[s] per second are stated for ${channels} channel[s]; ${bytes * 8} bit[s] [is|are] read`,
    );
  } else if (byRate !== 0 && byRate !== bytes) {
    contradictions.push(
      agree`${fields.bytesPerSecond} byte[s] per second [is|are] stated, ${bytes * channels * fields.sampleRateHz} [follows|follow] from the other fields`,
    );
  }
  return bytes;
}
