import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { isReading, lookAt, type Reading, roughnessText, sampleWindows, smoothest } from './smoothness.ts';

/** What else bytes may be that a header calls so. */
const rivals: Readonly<Partial<Record<Reading, readonly Reading[]>>> = {
  'pcm-u8': ['mulaw', 'alaw', 'pcm-s8'],
  mulaw: ['alaw'],
  alaw: ['mulaw'],
  'pcm-s16le': ['pcm-u8', 'mulaw', 'alaw'],
  'pcm-s16be': ['pcm-u8', 'mulaw', 'alaw'],
};
/** A rival of another kind must be half as rough as what is stated, and no rougher than this: random bytes have 2, wrong readings of speech 0.4 and more. */
const rivalRoughness = 0.9;
const rivalRatio = 0.5;
/**
 * The two laws have the same sign and steps: the wrong one is 1.4 times as rough in 95 of 100 files, and never smoother than the right one (398 codings of
 * prompts, calls and music in six languages; the nearest had 0.997 of it).
 */
const lawRatio = 0.75;
/** Samples of 16 bits that are rougher than this are looked at under other readings; speech, music and tones of telephony stay far below. */
const roughLinear = 1;
/** And a rival must be as smooth as speech read rightly: hiss and modems are rough under every reading. */
const rivalOfLinear = 0.5;
/** Fewer bytes say nothing. */
const rivalBytes = 400;
/** Every file of plain samples is looked at: a second or two of each must do. */
const windows = 4;

const names: Readonly<Record<Reading, string>> = {
  mulaw: 'mu-law',
  alaw: 'A-law',
  'pcm-u8': '8-bit PCM',
  'pcm-s8': '8-bit PCM with signs',
  'pcm-s16le': '16-bit PCM, little-endian',
  'pcm-s16be': '16-bit PCM, big-endian',
};

/** Holds sound in plain samples against what its header says of it, for all containers alike. Says nothing of codings in blocks and of fewer than 400 samples. */
export async function judgeSamples(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<{ track: Track; findings: readonly Finding[] }> {
  const { mislabelled: other, uniform } = await suspect(bytes, track, signal);
  const findings: Finding[] = [];
  if (uniform) findings.push(finding('F206', bytes.name, 'the bytes of the sound are as evenly spread as only encrypted or compressed bytes are'));
  if (other === null || !isReading(track.codec)) return { track, findings };
  const [name, believed] = [names[track.codec], names[other.reading]];
  const roughness = `its roughness is ${roughnessText(other.stated)}, as ${believed} it is ${roughnessText(other.roughness)}`;
  const code = track.codec === 'pcm-u8' && other.reading !== 'pcm-s8' ? 'F119' : 'F202';
  findings.push(finding(code, bytes.name, `${name} is stated; ${roughness}, and as that it is decoded`));
  const codecName = `${track.codecName}, but ${believed} by its bytes`;
  const width = widthOf(other.reading);
  if (width === widthOf(track.codec)) return { track: { ...track, codec: other.reading, codecName }, findings };
  const sized = { bitsPerSample: 8 * width, blockBytes: width * track.channels, frames: null };
  return { track: { ...track, codec: other.reading, codecName, ...sized }, findings };
}

/** A coding that fits far better than the stated one. */
interface Mislabelled {
  readonly reading: Reading;
  readonly stated: number;
  readonly roughness: number;
}

/** What sound in samples without blocks looks like, beside what its header says. */
interface Suspicion {
  /** What samples are rather than what their header says, by smoothness; null where they are what it says, or cannot be told. */
  readonly mislabelled: Mislabelled | null;
  /** As evenly spread as only encrypted or well compressed bytes are. */
  readonly uniform: boolean;
}
const unsuspicious: Suspicion = { mislabelled: null, uniform: false };

/** What speaks against the codec of a track, as far as plain samples show it. */
export async function suspect(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Suspicion> {
  const span = track.spans[0];
  const { channels, codec: own } = track;
  if (span === undefined || !isReading(own) || span[1] - span[0] < rivalBytes * channels) return unsuspicious;
  const frame = widthOf(own) * channels;
  const frames = Math.floor((span[1] - span[0]) / frame);
  const parts = await sampleWindows(bytes, span[0], span[0] + frames * frame, signal, windows);
  const roughnessOf = (reading: Reading): number | null => lookAt(split(parts, channels, widthOf(reading)), [reading]).roughness.get(reading) ?? null;
  const { uniform } = lookAt(parts, []);
  const others = rivals[own] ?? [];
  const stated = others.length === 0 || uniform ? null : roughnessOf(own);
  const isLinear = widthOf(own) === 2;
  if (stated === null || (isLinear && stated < roughLinear)) return { mislabelled: null, uniform };
  const best = smoothest({ roughness: new Map(others.map((reading) => [reading, roughnessOf(reading)])) });
  const ratio = isLaw(own) && best !== null && isLaw(best.reading) ? lawRatio : rivalRatio;
  if (best === null || best.roughness > ratio * stated || best.roughness > (isLinear ? rivalOfLinear : rivalRoughness)) return unsuspicious;
  return { mislabelled: { reading: best.reading, stated, roughness: best.roughness }, uniform };
}

function isLaw(reading: Reading): boolean {
  return reading === 'mulaw' || reading === 'alaw';
}

function widthOf(reading: Reading): number {
  return reading === 'pcm-s16le' || reading === 'pcm-s16be' ? 2 : 1;
}

/** Channels of windows one by one; a window may begin within a frame, which only exchanges them. */
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
