import { autocorrelation } from '../../src/core/base/autocorrelation.ts';
import { alawValues, bitsReversed, mulawValues } from '../codecs/waveform/g711.ts';
import type { Material } from './windows.ts';

/** Codings whose bytes are samples: each byte or pair of bytes has one value. */
export type SampleCoding = 'mulaw' | 'alaw' | 'mulaw-reversed' | 'alaw-reversed' | 'pcm-u8' | 'pcm-s8' | 'pcm-s16le' | 'pcm-s16be';

/** Properties of a material that is read in one coding, as one or two channels. */
export interface Waveform {
  /**
   * Share of the energy that the eight previous samples do not predict, over all windows with audio: about 0.06 for speech read correctly, and 1 for noise and
   * for most wrong readings. Null if every window is silent.
   */
  readonly unpredicted: number | null;
  /** R = mean squared difference of neighbours / variance; about 0.15 for speech, 2 for noise. */
  readonly roughness: number;
  /** R for samples two apart. The roughness of two alternating channels is not smaller than this, except in windows in which one is silent. */
  readonly twoApart: number;
  /** Number of windows that are not silent; `agreeing`: number of these whose own `unpredicted` is at most one half. */
  readonly sounding: number;
  readonly agreeing: number;
  /** Returns the share of the energy, including a constant offset, below about 80 Hz at 8,000 Hz: near 0 for telephone audio. Computed on request. */
  low(): number;
  /** Root mean square of all samples as a share of full scale: speech stays below a third; 8-bit samples with the wrong sign bit lie at the limits. */
  readonly level: number;
  /** Share of positive samples among those that are not zero. */
  readonly positive: number;
  /**
   * Ratio of the energies of differences within pairs of samples and between pairs, the smaller divided by the larger: 1 for one channel. Two channels with
   * nearly the same audio have smaller differences within their pairs.
   */
  readonly evenness: number;
}

const tables = new Map<SampleCoding, Int16Array>([
  ['mulaw', mulawValues],
  ['alaw', alawValues],
  ['mulaw-reversed', bitsReversed(mulawValues)],
  ['alaw-reversed', bitsReversed(alawValues)],
  ['pcm-u8', Int16Array.from({ length: 256 }, (_, byte) => (byte - 128) << 8)],
  ['pcm-s8', Int16Array.from({ length: 256 }, (_, byte) => byte << 8)],
]);

/**
 * Number of previous samples that predict the next one: eight describe the resonances of a voice below 4 kHz (Rabiner and Schafer, Digital Processing of Speech
 * Signals, 8.2).
 */
const order = 8;
/** Variance below which a window is silent: 16-bit samples, about −64 dBFS. */
const silentVariance = 400;
/** Largest `unpredicted` at which a window agrees with a coding. */
const agreeingShare = 0.5;
/** Smallest number of samples that are evaluated. */
const fewSamples = 200;
/** Filter coefficient of one pole at 80 Hz for a rate of 8,000 Hz. */
const lowPole = 1 - Math.exp((-2 * Math.PI * 80) / 8000);

/** Returns the properties of the waveform that the material has in a coding. @param channels 2: samples of two channels alternate */
export function waveform(material: Material, coding: SampleCoding, channels: 1 | 2): Waveform {
  return lookAt((take) => forEachSide(material, coding, channels, take));
}

/** Receives the samples of one channel in one window, and may change them. */
type Take = (samples: Float64Array, count: number) => void;

function forEachSide({ windows }: Material, coding: SampleCoding, channels: 1 | 2, take: Take): void {
  const samples = new Float64Array(Math.max(0, ...windows.map((window) => window.length)));
  const side = channels === 2 ? new Float64Array(samples.length >> 1) : samples;
  for (const window of windows) {
    const count = fill(samples, window, coding);
    if (channels === 1) take(samples, count);
    else {
      for (let channel = 0; channel < 2; channel++) {
        const half = count >> 1;
        for (let i = 0; i < half; i++) side[i] = samples[2 * i + channel] ?? 0;
        take(side, half);
      }
    }
  }
}

/** Returns the properties of decoded samples. @param decode returns the 16-bit samples of a run of bytes */
export function decodedWaveform(runs: readonly Uint8Array[], decode: (run: Uint8Array) => ArrayLike<number>): Waveform {
  return lookAt((take) => {
    for (const run of runs) {
      const samples = Float64Array.from(decode(run));
      take(samples, samples.length);
    }
  });
}

/** Computes the properties. @param forEach passes the samples of all windows to a function, each time it is called */
function lookAt(forEach: (take: Take) => void): Waveform {
  const sums: Sums = {
    energy: 0,
    residual: 0,
    differences: 0,
    twoApart: 0,
    sounding: 0,
    agreeing: 0,
    total: 0,
    samples: 0,
    positive: 0,
    negative: 0,
    within: 0,
    between: 0,
  };
  forEach((samples, count) => addWindow(sums, samples, count));
  const { sounding, agreeing } = sums;
  return {
    unpredicted: sounding === 0 ? null : sums.residual / sums.energy,
    roughness: sounding === 0 ? 0 : sums.differences / sums.energy,
    twoApart: sounding === 0 ? 0 : sums.twoApart / sums.energy,
    sounding,
    agreeing,
    level: sums.samples === 0 ? 0 : Math.sqrt(sums.total / sums.samples) / 32768,
    low: () => (sums.total === 0 ? 0 : lowEnergy(forEach) / sums.total),
    positive: sums.positive + sums.negative === 0 ? 0.5 : sums.positive / (sums.positive + sums.negative),
    evenness: sums.between === 0 ? 1 : Math.min(sums.within, sums.between) / Math.max(sums.within, sums.between),
  };
}

/** Sums over all windows, so that loud ones count more than quiet ones. */
interface Sums {
  energy: number;
  residual: number;
  differences: number;
  twoApart: number;
  sounding: number;
  agreeing: number;
  total: number;
  samples: number;
  positive: number;
  negative: number;
  within: number;
  between: number;
}

/** Converts a window to samples and returns their number. */
function fill(samples: Float64Array, window: Uint8Array, coding: SampleCoding): number {
  const values = tables.get(coding);
  if (values !== undefined) {
    for (let i = 0; i < window.length; i++) samples[i] = values[window[i] ?? 0] ?? 0;
    return window.length;
  }
  const low = coding === 'pcm-s16le' ? 0 : 1;
  const count = window.length >> 1;
  for (let i = 0; i < count; i++) samples[i] = (((window[2 * i + low] ?? 0) | ((window[2 * i + 1 - low] ?? 0) << 8)) << 16) >> 16;
  return count;
}

/** Returns the low-frequency energy of the windows that `addWindow` also receives. */
function lowEnergy(forEach: (take: Take) => void): number {
  let all = 0;
  forEach((samples, count) => {
    if (count < fewSamples) return;
    let lowest = 0;
    let low = 0;
    for (let i = 0; i < count; i++) {
      lowest += lowPole * ((samples[i] ?? 0) - lowest);
      low += lowest * lowest;
    }
    all += low;
  });
  return all;
}

const covariance = new Float64Array(order + 1);
const predictor = new Float64Array(order + 1);
const before = new Float64Array(order + 1);

/** Adds one window of one channel; subtracts its mean from `samples`. */
function addWindow(sums: Sums, samples: Float64Array, count: number): void {
  if (count < fewSamples) return;
  let sum = 0;
  let total = 0;
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < count; i++) {
    const value = samples[i] ?? 0;
    sum += value;
    total += value * value;
    // Without a branch, because the sign is unpredictable.
    positive += Number(value > 0);
    negative += Number(value < 0);
  }
  sums.positive += positive;
  sums.negative += negative;
  sums.total += total;
  sums.samples += count;
  const mean = sum / count;
  if (total / count - mean * mean < silentVariance) return;
  for (let i = 0; i < count; i++) samples[i] = (samples[i] ?? 0) - mean;
  autocorrelation(samples, count, covariance);
  let within = 0;
  let between = 0;
  for (let i = 1; i + 1 < count; i += 2) {
    const first = (samples[i] ?? 0) - (samples[i - 1] ?? 0);
    const second = (samples[i + 1] ?? 0) - (samples[i] ?? 0);
    within += first * first;
    between += second * second;
  }
  const energy = covariance[0] ?? 0;
  const residual = residualEnergy();
  sums.energy += energy;
  sums.residual += residual;
  sums.differences += within + between;
  sums.twoApart += 2 * (energy - (covariance[2] ?? 0));
  sums.within += within;
  sums.between += between;
  sums.sounding++;
  if (residual <= agreeingShare * energy) sums.agreeing++;
}

/** Returns the energy that the best linear predictor leaves, by the recursion of Levinson and Durbin (Rabiner and Schafer, 8.3.2). */
function residualEnergy(): number {
  let left = (covariance[0] ?? 0) * 1.000001; // Avoids a division by zero for a pure tone.
  predictor.fill(0);
  for (let i = 1; i <= order; i++) {
    let reflection = covariance[i] ?? 0;
    for (let j = 1; j < i; j++) reflection -= (predictor[j] ?? 0) * (covariance[i - j] ?? 0);
    reflection /= left;
    before.set(predictor);
    predictor[i] = reflection;
    for (let j = 1; j < i; j++) predictor[j] = (before[j] ?? 0) - reflection * (before[i - j] ?? 0);
    left *= 1 - reflection * reflection;
  }
  return Math.max(0, left);
}
