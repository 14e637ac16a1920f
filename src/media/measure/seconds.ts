import { autocorrelation } from '../../core/base/autocorrelation.ts';
import type { Samples } from '../../core/model/format.ts';

/** Measures of one second on one channel. */
export interface Second {
  /** Mean square of samples in [-1, 1]. */
  readonly power: number;
  /**
   * Share of the energy about the mean that linear prediction of order 8 cannot explain, 0 to 1: 1 for white noise at any rate, 0.01 to 0.3 for speech, almost
   * 0 for tones.
   */
  readonly unpredictable: number;
  /** Mean square, about the mean, of the samples that were used for prediction. */
  readonly predictedPower: number;
  /** Share of the energy that passes two first-order filters at 80 Hz, 0 to 1. */
  readonly lowShare: number;
  /** Share of samples at full scale, 0 to 1. */
  readonly clippedShare: number;
}

/** Full scale (1) minus two 16-bit steps. */
const fullScale = 1 - 2 / 32_768;
const lowHz = 80;
const order = 8;
/** Prediction uses the middle quarter of each second, which is as informative as the whole and four times as fast. */
const predictedShare = 0.25;

/** Samples of one second. Used only during a call, so all channels share it. */
let scratch = new Float64Array(0);
const correlation = new Float64Array(order + 1);

/** Measures one channel second by second. The result does not depend on the sizes of chunks. */
class Channel {
  /** Samples of the current second, as received. */
  private readonly held: Samples;
  private count = 0;
  private readonly sums: Sums = { first: 0, second: 0, squares: 0, lowSquares: 0, peak: 0 };
  private readonly follow: number;
  private readonly scale: number;
  private readonly onSecond: (second: Second) => void;

  constructor(rateHz: number, sampleFormat: 's16le' | 'f32le', onSecond: (second: Second) => void) {
    const length = Math.max(1, Math.round(rateHz));
    this.follow = 1 - Math.exp((-2 * Math.PI * lowHz) / rateHz);
    this.held = sampleFormat === 's16le' ? new Int16Array(length) : new Float32Array(length);
    this.scale = sampleFormat === 's16le' ? 1 / 32_768 : 1;
    this.onSecond = onSecond;
  }

  add(samples: Samples, from: number, stride: number): void {
    const { held } = this;
    for (let at = from; at < samples.length; ) {
      const frames = Math.min(held.length - this.count, Math.ceil((samples.length - at) / stride));
      if (stride === 1) held.set(samples.subarray(at, at + frames), this.count);
      else for (let frame = 0; frame < frames; frame++) held[this.count + frame] = samples[at + frame * stride] ?? 0;
      this.count += frames;
      at += frames * stride;
      if (this.count === held.length) this.endSecond();
    }
  }

  /** Ends the channel. A last second counts if at least half of it exists. */
  end(): void {
    if (this.count * 2 >= this.held.length) this.endSecond();
  }

  private endSecond(): void {
    const { held, count, scale } = this;
    if (scratch.length < held.length) scratch = new Float64Array(held.length);
    const values = scratch;
    if (held instanceof Int16Array) values.set(count === held.length ? held : held.subarray(0, count));
    // A NaN would remain in the filters for ever.
    else for (let i = 0; i < count; i++) values[i] = held[i] || 0;
    passFilters(values, count, this.follow, this.sums);
    const { squares, lowSquares, peak } = this.sums;
    this.count = 0;
    const { share, power } = unpredictableShare(middle(values, count));
    // The scale of 16 bits is a power of two, so it can be applied last without changing the rounding.
    this.onSecond({
      power: (squares * scale * scale) / count,
      unpredictable: share,
      predictedPower: power * scale * scale,
      lowShare: squares > 0 ? lowSquares / squares : 0,
      clippedShare: peak * scale > fullScale ? clippedCount(held.subarray(0, count), fullScale / scale) / count : 0,
    });
  }
}

/** Sums over one second, in units of the samples, and the state of the two low-pass filters, which continues from second to second. */
interface Sums {
  first: number;
  second: number;
  squares: number;
  lowSquares: number;
  peak: number;
}

/** Passes samples through the filters. The loop is separate because V8 compiles it during its first run, when it knows nothing yet about code after a loop. */
function passFilters(values: Float64Array, count: number, follow: number, sums: Sums): void {
  // A weighted sum of old and new has half as long a chain of dependencies between samples as their difference.
  const keep = 1 - follow;
  let { first, second } = sums;
  let [squares, lowSquares, peak] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    first = keep * first + follow * value;
    second = keep * second + follow * first;
    squares += value * value;
    lowSquares += second * second;
    const size = Math.abs(value);
    if (size > peak) peak = size;
  }
  sums.first = first;
  sums.second = second;
  sums.squares = squares;
  sums.lowSquares = lowSquares;
  sums.peak = peak;
}

function clippedCount(samples: Samples, limit: number): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i] as number) > limit) clipped++;
  return clipped;
}

function middle(values: Float64Array, count: number): Float64Array {
  const length = Math.min(count, Math.max(order * 32, Math.round(count * predictedShare)));
  const start = (count - length) >> 1;
  return values.subarray(start, start + length);
}

/**
 * Runs Levinson and Durbin's recursion on the autocorrelation (described in ITU-T G.729, 3.2.2), after removing the mean of the samples. Returns the `share` of
 * the energy that prediction cannot explain, and the `power`, which is the mean square.
 */
export function unpredictableShare(values: Float64Array): { readonly share: number; readonly power: number } {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i] as number;
  mean /= count;
  for (let i = 0; i < count; i++) values[i] = (values[i] as number) - mean;
  autocorrelation(values, count, correlation);
  const energy = correlation[0] ?? 0;
  const power = energy / count;
  if (energy <= 0) return { share: 0, power: 0 };
  let error = energy;
  let weights = new Float64Array(order + 1);
  for (let i = 1; i <= order; i++) {
    let reflection = correlation[i] ?? 0;
    for (let j = 1; j < i; j++) reflection -= (weights[j] ?? 0) * (correlation[i - j] ?? 0);
    reflection /= error;
    const next = weights.slice();
    next[i] = reflection;
    for (let j = 1; j < i; j++) next[j] = (weights[j] ?? 0) - reflection * (weights[i - j] ?? 0);
    weights = next;
    error *= 1 - reflection * reflection;
    if (error <= energy * 1e-9) return { share: 0, power };
  }
  return { share: error / energy, power };
}

/** Second-by-second measures of decoded samples. */
export interface Seconds {
  /** Adds whole interleaved frames. They are not kept. */
  push(samples: Samples): void;
  finish(): void;
}

/** Creates measures of seconds. @param onSecond receives every second of every channel as soon as it ends */
export function createSeconds(
  sampleRateHz: number,
  channels: number,
  sampleFormat: 's16le' | 'f32le',
  onSecond: (channel: number, second: Second) => void,
): Seconds {
  const states = Array.from({ length: channels }, (_, channel) => new Channel(sampleRateHz, sampleFormat, (second) => onSecond(channel, second)));
  return {
    push(samples) {
      for (const [channel, state] of states.entries()) state.add(samples, channel, channels);
    },
    finish() {
      for (const state of states) state.end();
    },
  };
}
