import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Track } from '../../src/core/model/format.ts';
import { alawValues, mulawValues } from '../codecs/waveform/g711.ts';
import { isReading, type Reading, sampleWindows } from './smoothness.ts';

/*
 * Detects a header whose fields all agree but which states the wrong number of channels. If one channel is read as two, each of these gets every second sample:
 * neighbours of one signal, each halfway between two samples of the other. If two channels are read as one, the samples alternate between two signals. If few
 * channels are read as many, the same holds at the distance of the few. The limits were measured: docs/explanation/plausibility.md.
 */

/** Number of pairs of samples that are judged together. */
const windowPairs = 1_024;
/** Variance of 16-bit samples below which a window is not used. */
const loudVariance = 200 ** 2;
/**
 * Number of windows of 4 KiB that are examined first, in every file; `allWindows`: number examined if most of the first contradict the header, or none is loud.
 */
const firstWindows = 4;
const allWindows = 48;
const fewestLoud = 6;
const firstShare = 0.5;
const fewestShare = 0.6;

/**
 * Largest squared distance of a sample from both neighbours, relative to that from the next sample of its own channel; both neighbours must be about equally
 * near.
 */
const nearShare = 0.6;
const nearRatio = 1.5;
/** Ratio for three and more channels, of which a window holds fewer samples each. */
const fewerRatio = 2.5;
/**
 * Factor by which one of two signals is louder and smooth by itself, or by which each signal is smoother by itself than both alternating (unless these are a
 * tone that changes sign at each step).
 */
const louderRatio = 4;
const smoothRoughness = 1.2;
const alternatingShare = 0.3;
const mostAlternating = 3.2;

/**
 * Largest number of channels that is examined: more do not occur in telephony, and the number of comparisons per sample grows with the square of the channels.
 */
const mostChannels = 16;
/** Factor: a channel that is softer than the loudest one by this factor is not used. */
const softerRatio = 64;

/**
 * Returns `F399` if samples of 16 or 8 bits, mu-law or A-law, do not have the stated number of channels: one instead of two, two instead of one, or fewer
 * instead of three and more.
 */
export async function judgeChannelCount(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Finding[]> {
  const [span] = track.spans;
  const { codec, channels } = track;
  if (span === undefined || !isReading(codec) || channels < 1 || channels > mostChannels) return [];
  const look = async (count: number): Promise<Votes> => votesOf(await sampleWindows(bytes, span[0], span[1], signal, count), codec, channels);
  const first = await look(firstWindows);
  if (first.against < firstShare * first.loud) return [];
  const { loud, against, fewer } = await look(allWindows);
  if (loud < fewestLoud || against < fewestShare * loud) return [];
  const what = wordsOf(channels, fewer);
  return [finding('F399', bytes.name, agree`${what}, in ${against} of ${loud} loud window[s]`)];
}

function wordsOf(stated: number, fewer: number): string {
  if (stated === 1) return 'one channel is stated; the samples alternate between two signals, as those of two channels do';
  if (stated === 2) return 'two channels are stated; each sample lies between those of the other channel, as consecutive samples of one channel do';
  return agree`${stated} channel[s] [is|are] stated; the samples follow each other as those of ${fewer === 1 ? 'one channel' : agree`${fewer} channel[s]`} do`;
}

interface Votes {
  readonly loud: number;
  readonly against: number;
  /** If three and more channels are stated: the actual number according to most windows. */
  readonly fewer: number;
}

function votesOf(parts: readonly Uint8Array[], reading: Reading, stated: number): Votes {
  let loud = 0;
  /** Number of windows by the number of channels that they show instead of the stated number. */
  const shown: number[] = [];
  for (const part of parts) {
    const samples = samplesOf(part, reading);
    for (let at = 0; at + 2 * windowPairs <= samples.length; at += 2 * windowPairs) {
      if (stated > 2) {
        const window = samples.subarray(at, at + 2 * windowPairs);
        if (varianceOf(window) < loudVariance) continue;
        loud++;
        const fewer = fewerChannels(window, stated);
        if (fewer > 0) shown[fewer] = (shown[fewer] ?? 0) + 1;
        continue;
      }
      const sums = sumsOf(samples, at);
      if ((sums.even + sums.odd) / 2 < loudVariance) continue;
      loud++;
      if (stated === 2 ? isOne(sums) : areTwo(sums)) shown[1] = (shown[1] ?? 0) + 1;
    }
  }
  const against = shown.reduce((most, count) => Math.max(most, count), 0);
  return { loud, against, fewer: shown.indexOf(against) };
}

function varianceOf(samples: Int16Array): number {
  let [sum, squares] = [0, 0];
  for (const value of samples) {
    sum += value;
    squares += value * value;
  }
  return squares / samples.length - (sum / samples.length) ** 2;
}

/**
 * Returns the number of channels that the samples show if three and more are stated; 0: as many as stated. With fewer channels, the next sample of each channel
 * is nearer than the one that the header implies, and equally near at every position among the stated channels. With the same audio on several channels,
 * samples are nearer within a moment than from one moment to the next.
 */
function fewerChannels(samples: Int16Array, stated: number): number {
  const own = stepsAt(samples, stated, stated);
  for (let channels = 1; channels < stated; channels++) {
    const steps = stepsAt(samples, channels, stated);
    const apart = greatestDivisor(channels, stated);
    let [sides, fits] = [0, true];
    for (let side = 0; side < apart; side++) {
      const places = own.flatMap((_, place) => (place % apart === side ? [place] : []));
      const [near, far] = [Math.min(...places.map((place) => steps[place] ?? 0)), Math.max(...places.map((place) => steps[place] ?? 0))];
      const least = Math.min(...places.map((place) => own[place] ?? 0));
      // A channel without audio.
      if (far * softerRatio < Math.max(...own)) continue;
      sides++;
      if (far >= nearShare * least || far >= fewerRatio * near) fits = false;
    }
    if (sides > 0 && fits) return channels;
  }
  return 0;
}

/** Returns the mean squared differences between samples at a distance, by the position of the sample among `stated` channels. */
function stepsAt(samples: Int16Array, distance: number, stated: number): number[] {
  const sums = new Array<number>(stated).fill(0);
  const counts = new Array<number>(stated).fill(0);
  for (let at = 0, place = 0; at + distance < samples.length; at++, place = place + 1 === stated ? 0 : place + 1) {
    const step = (samples[at + distance] as number) - (samples[at] as number); // the index is below the length
    sums[place] = (sums[place] as number) + step * step;
    counts[place] = (counts[place] as number) + 1;
  }
  return sums.map((sum, place) => sum / Math.max(1, counts[place] ?? 0));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Sums over the samples at even and at odd positions of a window: variances, and mean squared differences. */
interface Sums {
  readonly even: number;
  readonly odd: number;
  /** Differences between neighbours within the even and within the odd samples. */
  readonly evenSteps: number;
  readonly oddSteps: number;
  /** Differences from even to odd samples, and from odd to the next even ones. */
  readonly within: number;
  readonly across: number;
}

/** Computes the sums in one pass over integers, which is exact; means are subtracted at the end. */
function sumsOf(samples: Int16Array, from: number): Sums {
  let evenSum = 0;
  let oddSum = 0;
  let even = 0;
  let odd = 0;
  let evenSteps = 0;
  let oddSteps = 0;
  let within = 0;
  let across = 0;
  let lastEven = samples[from] as number; // all indices are below the length
  let lastOdd = samples[from + 1] as number;
  const [firstEven, firstOdd] = [lastEven, lastOdd];
  for (let at = from; at < from + 2 * windowPairs; at += 2) {
    const left = samples[at] as number;
    const right = samples[at + 1] as number;
    evenSum += left;
    oddSum += right;
    even += left * left;
    odd += right * right;
    within += (right - left) * (right - left);
    across += (left - lastOdd) * (left - lastOdd);
    evenSteps += (left - lastEven) * (left - lastEven);
    oddSteps += (right - lastOdd) * (right - lastOdd);
    lastEven = left;
    lastOdd = right;
  }
  const steps = windowPairs - 1;
  const evenMean = evenSum / windowPairs;
  const oddMean = oddSum / windowPairs;
  const apart = evenMean - oddMean;
  // The first even sample has no predecessor, and the last odd one no successor.
  const acrossSum = evenSum - firstEven - (oddSum - lastOdd);
  across -= (firstEven - firstOdd) * (firstEven - firstOdd);
  return {
    even: even / windowPairs - evenMean * evenMean,
    odd: odd / windowPairs - oddMean * oddMean,
    evenSteps: evenSteps / steps,
    oddSteps: oddSteps / steps,
    within: within / windowPairs - apart * apart,
    across: (across - 2 * apart * acrossSum) / steps + apart * apart,
  };
}

/** Returns true if two channels are the alternating samples of one. */
function isOne({ within, across, evenSteps, oddSteps }: Sums): boolean {
  const [near, far] = [Math.min(within, across), Math.max(within, across)];
  return far < nearShare * Math.min(evenSteps, oddSteps) && far < nearRatio * near;
}

/** Returns true if the samples of one channel alternate between two. */
function areTwo({ even, odd, evenSteps, oddSteps, within, across }: Sums): boolean {
  const [louder, softer, steps] = even > odd ? [even, odd, evenSteps] : [odd, even, oddSteps];
  if (louder > louderRatio * softer) return steps < smoothRoughness * louder;
  const both = (within + across) / 2;
  return (evenSteps + oddSteps) / 2 < alternatingShare * both && both < (mostAlternating * (even + odd)) / 2;
}

const unsignedValues = Int16Array.from({ length: 256 }, (_, byte) => (byte - 128) << 8);
const signedValues = Int16Array.from({ length: 256 }, (_, byte) => (byte << 24) >> 16);

function samplesOf(part: Uint8Array, reading: Reading): Int16Array {
  if (reading === 'pcm-s16le' || reading === 'pcm-s16be') {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const samples = new Int16Array(part.length >> 1);
    for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(2 * at, reading === 'pcm-s16le');
    return samples;
  }
  // Every file is examined, so speed matters: a loop takes at most a fifteenth of the time of `Int16Array.from` with a function.
  const values = reading === 'pcm-u8' ? unsignedValues : reading === 'pcm-s8' ? signedValues : reading === 'mulaw' ? mulawValues : alawValues;
  const samples = new Int16Array(part.length);
  for (let at = 0; at < samples.length; at++) samples[at] = values[part[at] as number] as number; // the table has a value for every byte
  return samples;
}
