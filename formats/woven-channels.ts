import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { alawValues, mulawValues } from './codecs/g711.ts';
import { isReading, type Reading, sampleWindows } from './smoothness.ts';

/*
 * A header whose fields all agree and which states the wrong number of channels. One channel read as two gives each every second sample: they are neighbours of
 * one signal, each halfway between two of the other. Two read as one alternate from sample to sample between two signals. Bounds were measured: docs/plausibility.md.
 */

/** Pairs of samples that are judged together. */
const windowPairs = 1_024;
/** Variance of samples of 16 bits below which a window says nothing. */
const loudVariance = 200 ** 2;
/** Windows of 4 KiB that are looked at first, in every file, and then where most of those speak against the header, or none is loud. */
const firstWindows = 4;
const allWindows = 48;
const fewestLoud = 6;
const firstShare = 0.5;
const fewestShare = 0.6;

/** Both neighbours of a sample are so near to it, in squares, against the next of its own channel, and as near as each other. */
const nearShare = 0.6;
const nearRatio = 1.5;
/** One of two signals is so much louder, and smooth by itself; or each is so much smoother by itself than both in turn, which are no tone that changes sign at each step. */
const louderRatio = 4;
const smoothRoughness = 1.2;
const alternatingShare = 0.3;
const mostAlternating = 3.2;

/** `F399` where the samples of 16 or 8 bits, mu-law or A-law are not of the one channel or the two that are stated. */
export async function judgeWoven(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Finding[]> {
  const [span] = track.spans;
  const { codec, channels } = track;
  if (span === undefined || !isReading(codec) || (channels !== 1 && channels !== 2)) return [];
  const look = async (count: number): Promise<Votes> => votesOf(await sampleWindows(bytes, span[0], span[1], signal, count), codec, channels);
  const first = await look(firstWindows);
  if (first.against < firstShare * first.loud) return [];
  const { loud, against } = await look(allWindows);
  if (loud < fewestLoud || against < fewestShare * loud) return [];
  const what =
    channels === 2
      ? 'two channels are stated; each sample lies between those of the other channel, as those of one channel in turn do'
      : 'one channel is stated; the samples alternate between two signals, as those of two channels do';
  return [finding('F399', bytes.name, `${what}, in ${against} of ${loud} windows that are loud`)];
}

interface Votes {
  readonly loud: number;
  readonly against: number;
}

function votesOf(parts: readonly Uint8Array[], reading: Reading, stated: 1 | 2): Votes {
  let [loud, against] = [0, 0];
  for (const part of parts) {
    const samples = samplesOf(part, reading);
    for (let at = 0; at + 2 * windowPairs <= samples.length; at += 2 * windowPairs) {
      const sums = sumsOf(samples, at);
      if ((sums.even + sums.odd) / 2 < loudVariance) continue;
      loud++;
      if (stated === 2 ? isOne(sums) : areTwo(sums)) against++;
    }
  }
  return { loud, against };
}

/** Of the samples at even and at odd places of a window: variances, and mean squares of differences. */
interface Sums {
  readonly even: number;
  readonly odd: number;
  /** Between neighbours in each of them. */
  readonly evenSteps: number;
  readonly oddSteps: number;
  /** From even to odd, and from odd to the next even. */
  readonly within: number;
  readonly across: number;
}

function sumsOf(samples: Int16Array, from: number): Sums {
  const sample = (at: number): number => samples[from + at] as number; // below the length
  let [evenSum, oddSum] = [0, 0];
  for (let at = 0; at < 2 * windowPairs; at += 2) {
    evenSum += sample(at);
    oddSum += sample(at + 1);
  }
  const [evenMean, oddMean] = [evenSum / windowPairs, oddSum / windowPairs];
  let [even, odd, evenSteps, oddSteps, within, across] = [0, 0, 0, 0, 0, 0];
  let [lastEven, lastOdd] = [sample(0) - evenMean, sample(1) - oddMean];
  for (let at = 0; at < 2 * windowPairs; at += 2) {
    const [left, right] = [sample(at) - evenMean, sample(at + 1) - oddMean];
    even += left * left;
    odd += right * right;
    within += (right - left) ** 2;
    if (at > 0) {
      across += (left - lastOdd) ** 2;
      evenSteps += (left - lastEven) ** 2;
      oddSteps += (right - lastOdd) ** 2;
    }
    [lastEven, lastOdd] = [left, right];
  }
  const steps = windowPairs - 1;
  return {
    even: even / windowPairs,
    odd: odd / windowPairs,
    evenSteps: evenSteps / steps,
    oddSteps: oddSteps / steps,
    within: within / windowPairs,
    across: across / steps,
  };
}

/** Two channels that are every second sample of one. */
function isOne({ within, across, evenSteps, oddSteps }: Sums): boolean {
  const [near, far] = [Math.min(within, across), Math.max(within, across)];
  return far < nearShare * Math.min(evenSteps, oddSteps) && far < nearRatio * near;
}

/** One channel whose samples are in turn those of two. */
function areTwo({ even, odd, evenSteps, oddSteps, within, across }: Sums): boolean {
  const [louder, softer, steps] = even > odd ? [even, odd, evenSteps] : [odd, even, oddSteps];
  if (louder > louderRatio * softer) return steps < smoothRoughness * louder;
  const both = (within + across) / 2;
  return (evenSteps + oddSteps) / 2 < alternatingShare * both && both < (mostAlternating * (even + odd)) / 2;
}

function samplesOf(part: Uint8Array, reading: Reading): Int16Array {
  if (reading === 'pcm-s16le' || reading === 'pcm-s16be') {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    return Int16Array.from({ length: part.length >> 1 }, (_, at) => view.getInt16(2 * at, reading === 'pcm-s16le'));
  }
  if (reading === 'pcm-u8') return Int16Array.from(part, (byte) => (byte - 128) << 8);
  if (reading === 'pcm-s8') return Int16Array.from(part, (byte) => (byte << 24) >> 16);
  const values = reading === 'mulaw' ? mulawValues : alawValues;
  return Int16Array.from(part, (byte) => values[byte] ?? 0);
}
