import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Track } from '../../src/core/model/format.ts';
import { split } from '../judge/judge-samples.ts';
import { lookAt, type Reading, roughnessText } from '../judge/smoothness.ts';
import type { WaveCoding } from './coding.ts';
import type { WaveFields } from './format.ts';

/** Largest roughness of speech read correctly; the low half of 32-bit samples is noise, with 2. */
const smooth = 0.9;
const windows = 4;
const windowBytes = 4096;

/*
 * Limits for one and for two channels, measured on 150 pairs of prompts in five languages: alone, at -40 dB, in noise, twice, halved, interleaved, with
 * crosstalk of 20 and 50 %, delayed and inverted. None was mistaken for the other.
 */
/** One channel: largest roughness of all samples relative to each half of them. Measured: 0.30 to 0.82 for one channel, 0.78 and more for two. */
const oneRatio = 0.72;
/**
 * One channel also needs similar differences within a block and between blocks: smallest ratio of the smaller to the larger. Measured: 0.69 to 1 for speech, 0
 * for the same audio twice.
 */
const oneEvenness = 0.6;
/** Two channels: factor by which all samples are rougher than each half; 1.1 and more if the channels have little in common. */
const twoRatio = 1.25;
/** Two channels, alternatively: largest ratio of differences of neighbours within a block to those between blocks, as with the same audio twice. */
const twoEvenness = 0.25;
/** Roughness above which samples change sign at each step: two channels of opposite sign, or one high tone. */
const twoRoughness = 3.2;

/** Facts about 16-bit samples in blocks of two, from their bytes. */
interface Woven {
  /** Number of channels; null if it is unclear. */
  readonly channels: 1 | 2 | null;
  /** Roughness of all samples, and of each half of them. */
  readonly together: number | null;
  readonly halves: readonly (number | null)[];
}

/** Compares 16-bit samples read as one channel with the same samples read as two. */
async function lookAtWoven(bytes: ByteReader, span: readonly [number, number], reading: Reading, signal: AbortSignal): Promise<Woven> {
  const frames = Math.floor((span[1] - span[0]) / 4);
  const parts = await blockWindows(bytes, span[0], frames, signal);
  const roughness = (of: readonly Uint8Array[]): number | null => lookAt(of, [reading]).roughness.get(reading) ?? null;
  const halves = [0, 1].map((half) => roughness(parts.map((part) => split([part], 2, 2)[half] ?? part)));
  const together = roughness(parts);
  const apart = roughness(split(parts, 2, 2));
  const found = { together, halves };
  if (together === null || apart === null) return { ...found, channels: null };
  const evenness = evennessOf(parts, reading);
  if (together <= oneRatio * apart && together <= smooth && evenness >= oneEvenness) return { ...found, channels: 1 };
  const areSmooth = halves.every((half) => half !== null && half <= smooth);
  const areApart = (together >= twoRatio * apart && together <= twoRoughness) || evenness <= twoEvenness;
  return { ...found, channels: areSmooth && areApart ? 2 : null };
}

/** Reads windows of complete blocks of four bytes, evenly over the audio. */
async function blockWindows(bytes: ByteReader, start: number, frames: number, signal: AbortSignal): Promise<Uint8Array[]> {
  if (frames * 4 <= windowBytes * windows) return frames > 0 ? [await bytes.read(start, frames * 4, signal)] : [];
  const step = Math.floor((frames * 4 - windowBytes) / (windows - 1) / 4) * 4;
  return Promise.all(Array.from({ length: windows }, (_, index) => bytes.read(start + index * step, windowBytes, signal)));
}

/** Compares the squared differences of neighbours within blocks of two samples with those between blocks; returns the smaller sum divided by the larger. */
function evennessOf(parts: readonly Uint8Array[], reading: Reading): number {
  const sums: [number, number] = [0, 0];
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let at = 0; at + 4 <= part.length; at += 2) {
      const difference = view.getInt16(at + 2, reading === 'pcm-s16le') - view.getInt16(at, reading === 'pcm-s16le');
      sums[(at >> 1) & 1 ? 1 : 0] += difference * difference;
    }
  }
  return Math.min(...sums) / Math.max(...sums, 1);
}

/**
 * Judges headers that state one channel of 16 bits in blocks of four bytes, or two in blocks of two. The first may be one channel, or two of which the writer
 * stated one, or 32-bit samples; the second may be one channel of 16 bits, or two of 8. The bytes decide: the lower half of a number is noise or zero, another
 * channel is as smooth as the first, and one channel is smoother than its every second sample. Null if the header has no such contradiction, or the bytes show
 * that it is right.
 */
export async function judgeChannels(
  bytes: ByteReader,
  track: Track,
  fields: WaveFields,
  signal: AbortSignal,
): Promise<{ track: Track; findings: readonly Finding[] } | null> {
  const span = track.spans[0];
  if (span === undefined || fields.bitsPerSample !== 16) return null;
  if (fields.channels === 2 && fields.blockBytes === 2 && track.codec === 'pcm-u8') return await judgeHalfBlock(bytes, track, span, signal);
  const linear = /^pcm-s(16|32)(le|be)$/.exec(track.codec);
  if (linear === null || fields.channels !== 1 || fields.blockBytes !== 4) return null;
  const reading = linear[2] === 'le' ? 'pcm-s16le' : 'pcm-s16be';
  const { channels, together, halves } = await lookAtWoven(bytes, span, reading, signal);
  const stated = '1 channel, blocks of 4 bytes and 16 bits per sample are stated';
  const words = halves.map(roughnessText).join(' and ');
  if (channels === 1) {
    if (linear[1] === '16') return { track, findings: [] };
    const message = `${stated}; as one channel of 16 bits its roughness is ${roughnessText(together)}, as two ${words}; it is decoded as one`;
    return { track: asLinear16(track, reading, 1), findings: [finding('F394', bytes.name, message)] };
  }
  if (channels === 2) {
    const message = `${stated}; as two channels their roughness is ${words}, as one ${roughnessText(together)}; it is decoded as two`;
    return { track: asLinear16(track, reading, 2), findings: [finding('F392', bytes.name, message)] };
  }
  // The lower half is noise: it belongs to a 32-bit number, and only the stated number of bits is wrong.
  const [lower, upper] = linear[2] === 'le' ? halves : [...halves].reverse();
  if (linear[1] === '32' && (lower ?? 0) > noisy && upper != null && upper <= noisy) return null;
  const message = agree`${stated}; the bytes do not show whether it is one channel of ${linear[1]} bit[s], as it is decoded, or 16-bit samples of one channel or two`;
  return { track, findings: [finding('F391', bytes.name, message)] };
}

/** Roughness beyond that of any speech read correctly, which means noise: the low half of a number. */
const noisy = 1.5;

/** Judges two channels of 16 bits stated in blocks of two bytes, which are read as 8 bits. */
async function judgeHalfBlock(
  bytes: ByteReader,
  track: Track,
  span: readonly [number, number],
  signal: AbortSignal,
): Promise<{ track: Track; findings: readonly Finding[] }> {
  const parts = await blockWindows(bytes, span[0], Math.floor((span[1] - span[0]) / 4), signal);
  const roughness = (of: readonly Uint8Array[], reading: Reading): number | null => lookAt(of, [reading]).roughness.get(reading) ?? null;
  const wide = roughness(parts, 'pcm-s16le');
  const [lower, upper] = [0, 1].map((half) =>
    roughness(
      parts.map((part) => split([part], 2, 1)[half] ?? part),
      'pcm-u8',
    ),
  );
  const stated = '2 channels, blocks of 2 bytes and 16 bits per sample are stated';
  const narrow = `${roughnessText(lower)} and ${roughnessText(upper)}`;
  const words = `as one channel of 16 bits its roughness is ${roughnessText(wide)}, as two of 8 bits ${narrow}`;
  // The lower half of a 16-bit number is noise.
  if (wide !== null && wide <= smooth && lower != null && lower > noisy) {
    const message = `${stated}; ${words}; it is decoded as one channel of 16 bits`;
    return { track: asLinear16(track, 'pcm-s16le', 1), findings: [finding('F394', bytes.name, message)] };
  }
  if (lower != null && upper != null && lower <= smooth && upper <= smooth) return { track, findings: [] };
  return {
    track,
    findings: [finding('F391', bytes.name, `${stated}; ${words}; the bytes do not show which is right; it is decoded as two channels of 8 bits`)],
  };
}

/** Returns the track as 16-bit samples with that many channels. */
function asLinear16(track: Track, codec: Reading, channels: 1 | 2): Track {
  const codecName = `${track.codecName}, but ${channels === 1 ? 'one channel of 16 bits' : 'two channels'} by its bytes`;
  return { ...track, codec, codecName, channels, bitsPerSample: 16, blockBytes: 2 * channels, frames: null };
}

/** Usual sample rates; any other result of a byte rate is not a sample rate. */
const usualRates = [6_000, 8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/** Codings whose bytes per second follow from the rate: units of one size with a fixed number of samples. */
const inUnits = /^(?:pcm-|mulaw$|alaw$|ima-adpcm$|ms-adpcm$|yamaha-adpcm$|oki-adpcm|gsm-ms$|g726-)/;
/** Codings for which FFmpeg states the default bit rate of its encoders, 128 kbit/s, whatever the rate (libavcodec/options_table.h): 27 of 27 of its files. */
const ofFfmpeg = /^(?:ima|ms|yamaha)-adpcm$/;
const ffmpegBytesPerSecond = 16_000;

/**
 * Reports two rates that a header states at once: in its rate field, and by bytes per second, bytes per block and samples per block. Both must be rates at
 * which audio is recorded. One of them plays the audio too fast or too slowly, and the audio does not show which. Bytes per second are an integer, so a rate
 * computed from them is accurate within its rounding.
 */
export function judgeRate(
  { codec, blockBytes, channels, sampleRateHz }: Track,
  unit: WaveCoding['unit'],
  fields: WaveFields,
  place: string,
): Finding[] {
  const isPlain = /^(?:pcm-|mulaw$|alaw$)/.test(codec);
  const { bytes, frames } = isPlain ? { bytes: blockBytes ?? 0, frames: 1 } : (unit ?? { bytes: 0, frames: 0 });
  if (!inUnits.test(codec) || bytes === 0 || frames === 0 || fields.channels !== channels) return [];
  // If the block does not match its samples, or the bytes showed another block, the byte rate is one more wrong field.
  if (fields.blockBytes === 0 || fields.blockBytes % bytes !== 0 ? !codec.startsWith('g726-') : isPlain && fields.blockBytes !== bytes) return [];
  if (ofFfmpeg.test(codec) && fields.bytesPerSecond === ffmpegBytesPerSecond) return [];
  const other = usualRates.find((rate) => Math.abs((rate * bytes) / frames - fields.bytesPerSecond) < 1);
  if (other === undefined || other === sampleRateHz || !usualRates.includes(sampleRateHz)) return [];
  const blocks = frames === 1 ? `blocks of ${bytes}` : agree`blocks of ${bytes} with ${frames} sample[s]`;
  const message = agree`${sampleRateHz} Hz is stated, and ${fields.bytesPerSecond} byte[s] per second in ${blocks}, which is ${other} Hz; ${sampleRateHz} Hz is used`;
  return [finding('F391', place, message)];
}
