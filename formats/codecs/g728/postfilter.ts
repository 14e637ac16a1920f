import { widening } from '../base/linear-prediction.ts';

// ITU-T G.728 (09/92), 4.6 and 5.5: postfilter with pitch. In all signals, the newest sample is last.

const vector = 5;
const order = 10;
const frame = 20;
/** Shortest and longest pitch lag in samples, and length of the stretch over which they are compared. */
const [shortest, longest, stretch] = [20, 140, 100];
const history = stretch + longest;
const decimation = 4;
const zeroWeights = widening(0.65, order);
const poleWeights = widening(0.75, order);
/** Low-pass filter before decimation (Annex D). */
const lowPoles = [-2.34036589, 2.01190019, -0.614109218] as const;
const lowZeros = [0.0357081667, -0.0069956244] as const; // symmetric: the other two are the same in reverse order

/** Returns the correlation of the last `length` samples before `end` with those `lag` samples earlier. */
function correlation(signal: Float64Array, end: number, length: number, lag: number): number {
  let sum = 0;
  for (let n = end - 1; n >= end - length; n--) sum += (signal[n] ?? 0) * (signal[n - lag] ?? 0);
  return sum;
}

function energy(signal: Float64Array, end: number, length: number, lag: number): number {
  let sum = 0;
  for (let n = end - 1 - lag; n >= end - length - lag; n--) sum += (signal[n] ?? 0) ** 2;
  return sum;
}

function best(signal: Float64Array, length: number, from: number, to: number): { lag: number; value: number } {
  let found = { lag: from, value: Number.NEGATIVE_INFINITY };
  for (let lag = from; lag <= to; lag++) {
    const value = correlation(signal, signal.length, length, lag);
    if (value > found.value) found = { lag, value };
  }
  return found;
}

const share = (value: number, of: number): number => (of === 0 ? 0 : Math.min(1, Math.max(0, value / of)));

/** Improves the perceived quality of decoded audio; keeps its state from vector to vector. */
export interface Postfilter {
  /** Takes the predictor of order 10 of the previous frame: A(z) = 1 + a[0] z^-1 + ..., and its first reflection coefficient. */
  adapt(a: Float64Array, reflection: number): void;
  /**
   * Filters the five samples of `speech` that end at `end` (at least ten more precede them) into `out`.
   * @param third true for the third vector of each frame of four
   */
  filter(speech: Float64Array, end: number, third: boolean, out: Float64Array): void;
}

/** Creates a postfilter in its initial state. One function: its filters share the signals that they keep from vector to vector. */
export function postfilter(): Postfilter {
  const predictor = new Float64Array(order);
  const zeros = new Float64Array(order);
  const poles = new Float64Array(order);
  let tilt = 0;
  const search = new Float64Array(history); // residual of the predictor
  const decimated = new Float64Array(history / decimation); // the residual, low-passed, at a quarter of the rate
  const lowPast: [number, number, number] = [0, 0, 0];
  let lag = 50;
  let [ownGain, pastGain] = [1, 0]; // gains of the long-term filter
  const past = new Float64Array(history); // speech before the short-term filter
  const pitched = new Float64Array(order + vector); // signal between the long-term and the short-term filter
  const shaped = new Float64Array(order + vector); // signal after the short-term filter
  let level = 1;

  /**
   * Finds the pitch of the residual (blocks 82, 83): coarsely at a quarter of the rate, then finely. Keeps the previous pitch if the new one is a multiple of
   * it.
   */
  const findPitch = (): void => {
    decimated.copyWithin(0, frame / decimation);
    for (let n = 0; n < frame; n++) {
      const at = history - frame + n;
      const direct = lowZeros[0] * ((search[at] ?? 0) + (search[at - 3] ?? 0)) + lowZeros[1] * ((search[at - 1] ?? 0) + (search[at - 2] ?? 0));
      const value = direct - lowPoles[0] * lowPast[0] - lowPoles[1] * lowPast[1] - lowPoles[2] * lowPast[2];
      lowPast[2] = lowPast[1];
      lowPast[1] = lowPast[0];
      lowPast[0] = value;
      if (n % decimation === decimation - 1) decimated[decimated.length - frame / decimation + (n - 3) / 4] = value;
    }
    const coarse = best(decimated, stretch / decimation, shortest / decimation, longest / decimation).lag * decimation;
    const fine = best(search, stretch, Math.max(shortest, coarse - 3), Math.min(longest, coarse + 3));
    let found = fine.lag;
    if (lag + 6 < found) {
      const near = best(search, stretch, Math.max(shortest, lag - 6), lag + 6);
      const tap = share(fine.value, energy(search, history, stretch, fine.lag));
      const nearTap = share(near.value, energy(search, history, stretch, near.lag));
      if (nearTap > 0.4 * tap) found = near.lag;
    }
    lag = found;
    const tap = share(correlation(past, history, stretch, lag), energy(past, history, stretch, lag)); // Block 84.
    const weight = tap < 0.6 ? 0 : 0.15 * tap;
    ownGain = 1 / (1 + weight);
    pastGain = ownGain * weight;
  };

  return {
    adapt(a, reflection) {
      for (let i = 0; i < order; i++) {
        const coefficient = a[i] ?? 0;
        predictor[i] = coefficient;
        zeros[i] = coefficient * (zeroWeights[i] ?? 0);
        poles[i] = coefficient * (poleWeights[i] ?? 0);
      }
      tilt = 0.15 * reflection;
    },
    filter(speech, end, third, out) {
      search.copyWithin(0, vector);
      for (let n = 0; n < vector; n++) {
        const at = end - vector + n;
        let value = speech[at] ?? 0;
        for (let i = 0; i < order; i++) value += (predictor[i] ?? 0) * (speech[at - 1 - i] ?? 0);
        search[history - vector + n] = value;
      }
      if (third) findPitch();

      past.copyWithin(0, vector);
      past.set(speech.subarray(end - vector, end), history - vector);
      pitched.copyWithin(0, vector);
      shaped.copyWithin(0, vector);
      let [before, after] = [0, 0];
      for (let n = 0; n < vector; n++) {
        const at = history - vector + n;
        const place = order + n;
        const long = ownGain * (past[at] ?? 0) + pastGain * (past[at - lag] ?? 0);
        pitched[place] = long;
        let short = long;
        for (let i = 0; i < order; i++) short += (zeros[i] ?? 0) * (pitched[place - 1 - i] ?? 0) - (poles[i] ?? 0) * (shaped[place - 1 - i] ?? 0);
        shaped[place] = short;
        const even = short + tilt * (shaped[place - 1] ?? 0);
        out[n] = even;
        before += Math.abs(past[at] ?? 0);
        after += Math.abs(even);
      }
      const scale = 0.01 * (after <= 1 ? 1 : before / after); // blocks 73 to 77: keeps the loudness
      let now = level;
      for (let n = 0; n < vector; n++) {
        now = 0.99 * now + scale;
        out[n] = now * (out[n] ?? 0);
      }
      level = now;
    },
  };
}
