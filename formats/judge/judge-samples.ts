import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Track } from '../../src/core/model/format.ts';
import { isReading, lookAt, type Reading, roughnessText, sampleWindows, smoothest } from './smoothness.ts';
import { judgeChannelCount } from './woven-channels.ts';

/** Other codings that the bytes may have if a header states this one. */
const rivals: Readonly<Partial<Record<Reading, readonly Reading[]>>> = {
  'pcm-u8': ['mulaw', 'alaw', 'pcm-s8'],
  mulaw: ['alaw'],
  alaw: ['mulaw'],
  'pcm-s16le': ['pcm-u8', 'mulaw', 'alaw'],
  'pcm-s16be': ['pcm-u8', 'mulaw', 'alaw'],
};
/**
 * Roughness that a rival of another kind must not exceed, besides being half as rough as the stated coding: random bytes have 2, wrong readings of speech 0.4
 * and more.
 */
const rivalRoughness = 0.9;
const rivalRatio = 0.5;
/**
 * The two laws have the same sign and steps: the wrong one is 1.4 times as rough in 95 of 100 files, and never smoother than the right one (398 codings of
 * prompts, calls and music in six languages; the closest had 0.997 times the roughness). Foreign bytes in a call are louder than all speech and may by chance
 * be smoother under one of the laws. Therefore each window has one vote: the median of the ratios counts, and hardly any window may agree with the header.
 */
const lawRatio = 0.75;
const lawWindowBytes = 1_024;
const mostForHeader = 0.25;
/** Roughness above which 16-bit samples are examined in other readings; speech, music and tones of telephony stay far below it. */
const roughLinear = 1;
/** Roughness up to which a rival counts: it must be as smooth as speech read correctly, because hiss and modems are rough in every reading. */
const rivalOfLinear = 0.5;
/** Smallest number of bytes that are judged. */
const rivalBytes = 400;
/** Number of windows. Every file of plain samples is examined: a second or two of each must suffice. */
const windows = 4;

const names: Readonly<Record<Reading, string>> = {
  mulaw: 'mu-law',
  alaw: 'A-law',
  'pcm-u8': '8-bit PCM',
  'pcm-s8': 'signed 8-bit PCM',
  'pcm-s16le': '16-bit PCM, little-endian',
  'pcm-s16be': '16-bit PCM, big-endian',
};

/**
 * Compares audio in plain samples with the statements of its header, in the same way for all containers. Does not judge codings in blocks, or fewer than 400
 * samples.
 */
export async function judgeSamples(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<{ track: Track; findings: readonly Finding[] }> {
  const judged = await judgeCoding(bytes, track, signal);
  return { ...judged, findings: [...judged.findings, ...(await judgeChannelCount(bytes, judged.track, signal))] };
}

async function judgeCoding(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<{ track: Track; findings: readonly Finding[] }> {
  const { mislabelled: other, uniform } = await findMislabelling(bytes, track, signal);
  const findings: Finding[] = [];
  if (uniform)
    findings.push(finding('F206', bytes.name, 'the bytes of the sound are as evenly distributed as only encrypted or compressed data are'));
  if (other === null || !isReading(track.codec)) return { track, findings };
  const [name, believed] = [names[track.codec], names[other.reading]];
  const roughness = `its roughness is ${roughnessText(other.stated)}, as ${believed} it is ${roughnessText(other.roughness)}`;
  const code = track.codec === 'pcm-u8' && other.reading !== 'pcm-s8' ? 'F119' : 'F202';
  findings.push(finding(code, bytes.name, `${name} is stated; ${roughness}, and it is decoded as that`));
  const codecName = `${track.codecName}, but ${believed} by its bytes`;
  const width = widthOf(other.reading);
  if (width === widthOf(track.codec)) return { track: { ...track, codec: other.reading, codecName }, findings };
  const sized = { bitsPerSample: 8 * width, blockBytes: width * track.channels, frames: null };
  return { track: { ...track, codec: other.reading, codecName, ...sized }, findings };
}

/** A coding that matches far better than the stated one. */
interface Mislabelled {
  readonly reading: Reading;
  /** Roughness of the stated coding; null: silent. */
  readonly stated: number | null;
  readonly roughness: number | null;
}

/** Comparison of audio in samples without blocks with its header. */
interface Mislabelling {
  /** The coding of the samples, judged by smoothness, if it differs from the header's; null if the header is right, or the coding cannot be determined. */
  readonly mislabelled: Mislabelled | null;
  /** True if the bytes are distributed as evenly as only encrypted or well compressed data are. */
  readonly uniform: boolean;
}
const unsuspicious: Mislabelling = { mislabelled: null, uniform: false };

/** Returns the evidence against the codec of a track, as far as plain samples provide it. */
export async function findMislabelling(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Mislabelling> {
  const span = track.spans[0];
  const { channels, codec: own } = track;
  if (span === undefined || !isReading(own) || span[1] - span[0] < rivalBytes * channels) return unsuspicious;
  const frame = widthOf(own) * channels;
  const frames = Math.floor((span[1] - span[0]) / frame);
  const parts = await sampleWindows(bytes, span[0], span[0] + frames * frame, signal, windows);
  const roughnessOf = (reading: Reading): number | null => lookAt(split(parts, channels, widthOf(reading)), [reading]).roughness.get(reading) ?? null;
  const { uniform } = lookAt(parts, []);
  if (isLaw(own)) return { mislabelled: uniform ? null : mislabelledLaw(split(parts, channels, 1), own), uniform };
  const others = rivals[own] ?? [];
  const stated = others.length === 0 || uniform ? null : roughnessOf(own);
  const isLinear = widthOf(own) === 2;
  if (stated === null || (isLinear && stated < roughLinear)) return { mislabelled: null, uniform };
  const best = smoothest({ roughness: new Map(others.map((reading) => [reading, roughnessOf(reading)])) });
  if (best === null || best.roughness > rivalRatio * stated || best.roughness > (isLinear ? rivalOfLinear : rivalRoughness)) return unsuspicious;
  return { mislabelled: { reading: best.reading, stated, roughness: best.roughness }, uniform };
}

/**
 * Returns the other law if the windows that are audio under one of the laws agree on it. Random bytes, gaps and linear samples are rough or silent under both.
 */
function mislabelledLaw(parts: readonly Uint8Array[], own: 'mulaw' | 'alaw'): Mislabelled | null {
  const other = own === 'mulaw' ? 'alaw' : 'mulaw';
  const sound: Uint8Array[] = [];
  const ratios: number[] = [];
  for (const part of parts) {
    for (let at = 0; at === 0 || at + lawWindowBytes / 2 <= part.length; at += lawWindowBytes) {
      const window = part.subarray(at, at + lawWindowBytes);
      const { roughness } = lookAt([window], [own, other]);
      const ratio = voteOf(roughness.get(own) ?? null, roughness.get(other) ?? null);
      if (ratio === null) continue;
      ratios.push(ratio);
      sound.push(window);
    }
  }
  const sorted = ratios.sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  const forHeader = sorted.filter((ratio) => ratio > 1).length;
  if (median === undefined || median > lawRatio || forHeader > mostForHeader * sorted.length) return null;
  const { roughness } = lookAt(sound, [own, other]);
  return { reading: other, stated: roughness.get(own) ?? null, roughness: roughness.get(other) ?? null };
}

/**
 * Returns the roughness of a window under the other law divided by that under the stated one. Null if the window is audio under neither, or silent under one
 * and smooth under the other.
 */
function voteOf(own: number | null, other: number | null): number | null {
  if (own !== null && other !== null) return Math.min(own, other) > rivalRoughness ? null : other / own;
  if (own === null && other === null) return null;
  // Near silence in its own law is loud and rough under the wrong one.
  if (own === null) return (other ?? 0) > rivalRoughness ? Number.POSITIVE_INFINITY : null;
  return own > rivalRoughness ? 0 : null;
}

function isLaw(reading: Reading): reading is 'mulaw' | 'alaw' {
  return reading === 'mulaw' || reading === 'alaw';
}

function widthOf(reading: Reading): number {
  return reading === 'pcm-s16le' || reading === 'pcm-s16be' ? 2 : 1;
}

/** Separates the channels of windows. A window may begin within a frame, which only swaps the channels. */
export function split(parts: readonly Uint8Array[], channels: number, width: number): readonly Uint8Array[] {
  if (channels === 1) return parts;
  return parts.flatMap((part) => {
    const frames = Math.floor(part.length / (channels * width));
    return Array.from({ length: channels }, (_, channel) => {
      const own = new Uint8Array(frames * width);
      for (let i = 0, at = channel * width; i < frames * width; i += width, at += channels * width)
        for (let byte = 0; byte < width; byte++) own[i + byte] = part[at + byte] ?? 0;
      return own;
    });
  });
}
