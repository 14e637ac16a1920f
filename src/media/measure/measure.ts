import { createHash } from 'node:crypto';
import { agree } from '../../core/base/agree.ts';
import type { Samples } from '../../core/model/format.ts';
import type { ChannelLevel, Measurement } from '../../core/model/measurement.ts';

/** Measures decoded samples while they pass through, in constant memory. */
export interface Measure {
  /** Adds whole interleaved frames of the announced type. They are not kept. */
  push(samples: Samples): void;
  finish(): Measurement;
  /**
   * Number of frames at the end in which no sample of any channel exceeds −36 dBFS, in steps of 20 ms. Background noise and an 8-bit offset do not exceed it.
   */
  readonly quietFrames: number;
}

/** Largest number of sections in the waveform. */
export const mostPeaks = 1_000;
const silentWindowSeconds = 0.02;
/** Full scale of 16-bit samples, positive and, below, negative. */
const clipped16 = 32_767;
/** −36 dBFS: two steps of linear 8-bit samples. */
const quietPeak = 2 / 128;
/** −60 dBFS as a mean square of samples in [-1, 1]. */
const silentPower = 1e-6;

/** State of one channel. Sums are in units of the sample format. */
interface ChannelState {
  sum: number;
  peak: number;
  clipped: number;
  silentWindows: number;
  windowSum: number;
  /** Peak of the current section. */
  stretchPeak: number;
  readonly peaks: Float64Array;
}

/** Returns the number of frames that one peak of the waveform covers, given the total number of frames. It is a power of two. */
export function framesPerPeak(frames: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(frames / mostPeaks)));
}

/**
 * Creates a measure of samples at `sampleRateHz` with `channels` channels: digest, levels, silence and waveform. The result does not depend on the sizes of
 * chunks. One function: its loop runs once per sample, and all results are local numbers.
 */
export function createMeasure(sampleRateHz: number, channels: number, sampleFormat: Measurement['sampleFormat']): Measure {
  const hash = createHash('sha256');
  const fullScale = sampleFormat === 's16le' ? 32_768 : 1;
  const windowFrames = Math.max(1, Math.round(sampleRateHz * silentWindowSeconds));
  const loud = quietPeak * fullScale;
  const silentSum = silentPower * fullScale * fullScale;
  const states = Array.from({ length: channels }, newState);
  let frames = 0;
  /** Number of frames in the current window and, below, in the current section. */
  let inWindow = 0;
  let inStretch = 0;
  let windows = 0;
  let stretches = 0;
  let perPeak = 1;
  let loudEnd = 0;

  const endWindow = (): void => {
    for (const state of states) {
      if (state.windowSum < silentSum * inWindow) state.silentWindows++;
      state.sum += state.windowSum;
      state.windowSum = 0;
    }
    windows++;
    inWindow = 0;
  };
  const endStretch = (): void => {
    for (const state of states) {
      state.peaks[stretches] = state.stretchPeak;
      state.peak = Math.max(state.peak, state.stretchPeak);
      state.stretchPeak = 0;
    }
    stretches++;
    inStretch = 0;
  };
  /** Merges the sections of a full table in pairs. */
  const halve = (): void => {
    stretches = mostPeaks / 2;
    perPeak *= 2;
    for (const { peaks } of states) {
      for (let index = 0; index < stretches; index++) peaks[index] = Math.max(peaks[2 * index] ?? 0, peaks[2 * index + 1] ?? 0);
    }
  };

  return {
    push(samples) {
      const total = samples.length / channels;
      if (!Number.isInteger(total)) throw new RangeError(agree`${samples.length} sample[s] [is|are] not whole frames of ${channels} channel[s]`);
      // The minimum number is known, so sections need not begin with single samples that are merged later.
      if (frames === 0 && total > 0) perPeak = framesPerPeak(total);
      hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      const before = frames;
      frames += total;
      for (let at = 0; at < total; ) {
        if (stretches === mostPeaks) halve();
        const step = Math.min(total - at, windowFrames - inWindow, perPeak - inStretch);
        for (let channel = 0; channel < channels; channel++) {
          const state = states[channel];
          if (state === undefined) continue;
          if (addRun(state, samples, at * channels + channel, (at + step) * channels, channels) > loud) loudEnd = before + at + step;
        }
        at += step;
        inWindow += step;
        inStretch += step;
        if (inWindow === windowFrames) endWindow();
        if (inStretch === perPeak) endStretch();
      }
    },
    get quietFrames() {
      return frames - loudEnd;
    },
    finish() {
      if (inWindow > 0) endWindow();
      if (inStretch > 0) endStretch();
      return {
        sampleRateHz,
        channels,
        samples: frames,
        durationMs: Math.round((frames * 1000) / sampleRateHz),
        sampleFormat,
        pcmSha256: hash.digest('hex'),
        levels: states.map((state) => level(state, frames, windows, fullScale)),
        peaks: { samplesPerPeak: perPeak, channels: states.map((state) => picture(state.peaks.subarray(0, stretches), fullScale)) },
      };
    },
  };
}

function newState(): ChannelState {
  return { sum: 0, peak: 0, clipped: 0, silentWindows: 0, windowSum: 0, stretchPeak: 0, peaks: new Float64Array(mostPeaks) };
}

/** Adds a run of samples and returns its peak. */
function addRun(state: ChannelState, samples: Samples, from: number, to: number, stride: number): number {
  return samples instanceof Int16Array ? addWhole(state, samples, from, to, stride) : addFloat(state, samples, from, to, stride);
}

/**
 * Adds a run of 16-bit samples and returns its peak. There is one loop per array type, because a common loop is several times slower. It takes four samples at
 * a time, in whole numbers: the squares of two fit into 32 bits, their sum over a run is exact in any order, and the root of the largest square is the peak.
 */
function addWhole(state: ChannelState, samples: Int16Array, from: number, to: number, stride: number): number {
  let sum = 0;
  let most = 0;
  let index = from;
  // `as number`: the index stays below `to`; such loops are a tenth of the work on a call.
  for (; index + 3 * stride < to; index += 4 * stride) {
    const a = samples[index] as number;
    const b = samples[index + stride] as number;
    const c = samples[index + 2 * stride] as number;
    const d = samples[index + 3 * stride] as number;
    const aa = Math.imul(a, a);
    const bb = Math.imul(b, b);
    const cc = Math.imul(c, c);
    const dd = Math.imul(d, d);
    sum += (aa + bb) >>> 0; // 2 to the power of 31 if both are −32,768
    sum += (cc + dd) >>> 0;
    if (aa > most) most = aa;
    if (bb > most) most = bb;
    if (cc > most) most = cc;
    if (dd > most) most = dd;
  }
  for (; index < to; index += stride) {
    const value = samples[index] as number;
    const square = Math.imul(value, value);
    sum += square;
    if (square > most) most = square;
  }
  const peak = Math.sqrt(most);
  if (peak >= clipped16) for (let at = from; at < to; at += stride) if (Math.abs(samples[at] as number) >= clipped16) state.clipped++;
  state.windowSum += sum;
  if (peak > state.stretchPeak) state.stretchPeak = peak;
  return peak;
}

function addFloat(state: ChannelState, samples: Float32Array, from: number, to: number, stride: number): number {
  let { windowSum: sum } = state;
  let peak = 0;
  for (let index = from; index < to; index += stride) {
    const value = samples[index] ?? 0;
    const size = Math.abs(value);
    if (size >= 1) state.clipped++;
    // Infinity and NaN have no level. Everything above full scale counts the same.
    if (!(size < 1)) {
      sum += 1;
      peak = 1;
      continue;
    }
    sum += value * value;
    if (size > peak) peak = size;
  }
  state.windowSum = sum;
  if (peak > state.stretchPeak) state.stretchPeak = peak;
  return peak;
}

function level(state: ChannelState, frames: number, windows: number, fullScale: number): ChannelLevel {
  return {
    rmsDb: state.sum === 0 ? null : decibels(state.sum / frames / (fullScale * fullScale), 10),
    peakDb: state.peak === 0 ? null : decibels(state.peak / fullScale, 20),
    clippedSamples: state.clipped,
    silentShare: windows === 0 ? 0 : Math.round((state.silentWindows / windows) * 10_000) / 10_000,
  };
}

/** Returns decibels rounded to 0.01 dB, so that equal samples give equal text. */
function decibels(ratio: number, factor: number): number {
  const value = Math.round(factor * Math.log10(ratio) * 100) / 100;
  return value === 0 ? 0 : value;
}

function picture(peaks: Float64Array, fullScale: number): string {
  const bytes = Buffer.allocUnsafe(peaks.length);
  for (let index = 0; index < peaks.length; index++) bytes[index] = Math.min(255, Math.round(((peaks[index] ?? 0) / fullScale) * 255));
  return bytes.toString('base64');
}
