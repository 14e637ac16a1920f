import { multiply, multiplyHalves, saturate16, saturate32, shift32, shiftRightRounded32 } from './fixed.ts';
import {
  cosineSlopes,
  cosines,
  lspFirst,
  lspPredictorInverses,
  lspPredictorSums,
  lspPredictors,
  lspSecond,
  noiseFirst,
  noisePredictorSums,
  noiseSecond,
} from './tables.ts';

/** Order of the linear prediction. */
export const order = 10;
const half = order / 2;
/** Number of previous frames that the moving-average predictor uses. */
const past = 4;

/** LSF at the decoder's start, evenly spaced, Q13. */
const evenFrequencies = Int16Array.of(2339, 4679, 7018, 9358, 11698, 14037, 16377, 18717, 21056, 23396);
/** Smallest distance between neighbours, lowest LSF and highest LSF (3.2.4), Q13. */
const leastGap = 321;
const lowest = 40;
const highest = 25681;

/** Predictors of comfort noise: for mode 0 those of speech; for mode 1 the sum of 0.6 and 0.4 of those of both modes (annex B, 4.3). */
const noisePredictors = new Int16Array(2 * past * order);
for (let i = 0; i < past * order; i++) {
  noisePredictors[i] = lspPredictors[i] ?? 0;
  noisePredictors[past * order + i] = (19660 * (lspPredictors[i] ?? 0) + 13107 * (lspPredictors[past * order + i] ?? 0)) >> 15;
}

/** Converts the transmitted indices to line spectral pairs; keeps the memory of the predictor. */
export class LspDecoder {
  /** Quantised parts of the last four frames, the newest first, Q13. */
  readonly #parts = new Int16Array(past * order);
  readonly #part = new Int16Array(order);
  /** LSF and predictor of the last frame of speech, used for lost frames. */
  readonly #lastFrequencies = evenFrequencies.slice();
  #lastMode = 0;
  readonly #frequencies = new Int16Array(order);

  constructor() {
    for (let frame = 0; frame < past; frame++) this.#parts.set(evenFrequencies, frame * order);
  }

  /** Writes the pairs of a frame of speech, as cosines in Q15, into `pairs` (3.2.4, 4.1.1). */
  speech(mode: number, first: number, lower: number, upper: number, pairs: Int16Array): void {
    const part = this.#part;
    for (let i = 0; i < order; i++) {
      part[i] = saturate16((lspFirst[first * order + i] ?? 0) + (lspSecond[(i < half ? lower : upper) * order + i] ?? 0));
    }
    spread(part, 10);
    spread(part, 5);
    this.#compose(lspPredictors, lspPredictorSums, mode);
    this.#lastFrequencies.set(this.#frequencies);
    this.#lastMode = mode;
    toPairs(this.#frequencies, pairs);
  }

  /** Writes the pairs of a lost frame, which are those of the last frame (4.4.1). */
  lost(pairs: Int16Array): void {
    const offset = this.#lastMode * past * order;
    for (let i = 0; i < order; i++) {
      let sum = (this.#lastFrequencies[i] ?? 0) * 65536;
      for (let frame = 0; frame < past; frame++) {
        sum = saturate32(sum - 2 * (this.#parts[frame * order + i] ?? 0) * (lspPredictors[offset + frame * order + i] ?? 0));
      }
      this.#part[i] = shift32(2 * (sum >> 16) * (lspPredictorInverses[this.#lastMode * order + i] ?? 0), 3) >> 16;
    }
    this.#remember();
    toPairs(this.#lastFrequencies, pairs);
  }

  /** Writes the pairs of a silence frame (annex B, 4.3). */
  noise(mode: number, first: number, second: number, pairs: Int16Array): void {
    const part = this.#part;
    const row = (noiseFirst[first] ?? 0) * order;
    for (let i = 0; i < order; i++) {
      const other = noiseSecond[(i < half ? 0 : 16) + second] ?? 0;
      part[i] = saturate16((lspFirst[row + i] ?? 0) + (lspSecond[other * order + i] ?? 0));
    }
    spread(part, 10);
    this.#compose(noisePredictors, noisePredictorSums, mode);
    toPairs(this.#frequencies, pairs);
  }

  /** Computes the LSF from the new part and the past ones, and makes them stable. */
  #compose(predictors: Int16Array, sums: Int16Array, mode: number): void {
    const offset = mode * past * order;
    for (let i = 0; i < order; i++) {
      let sum = 2 * (this.#part[i] ?? 0) * (sums[mode * order + i] ?? 0);
      for (let frame = 0; frame < past; frame++) {
        sum = saturate32(sum + 2 * (this.#parts[frame * order + i] ?? 0) * (predictors[offset + frame * order + i] ?? 0));
      }
      this.#frequencies[i] = sum >> 16;
    }
    this.#remember();
    stabilise(this.#frequencies);
  }

  #remember(): void {
    this.#parts.copyWithin(order, 0, (past - 1) * order);
    this.#parts.set(this.#part);
  }
}

/** Separates neighbours that are closer than `gap`. */
function spread(part: Int16Array, gap: number): void {
  for (let i = 1; i < order; i++) {
    const excess = ((part[i - 1] ?? 0) - (part[i] ?? 0) + gap) >> 1;
    if (excess <= 0) continue;
    part[i - 1] = saturate16((part[i - 1] ?? 0) - excess);
    part[i] = saturate16((part[i] ?? 0) + excess);
  }
}

function stabilise(lsf: Int16Array): void {
  for (let i = 0; i < order - 1; i++) {
    const [a, b] = [lsf[i] ?? 0, lsf[i + 1] ?? 0];
    if (b >= a) continue;
    lsf[i] = b;
    lsf[i + 1] = a;
  }
  if ((lsf[0] ?? 0) < lowest) lsf[0] = lowest;
  for (let i = 0; i < order - 1; i++) {
    if ((lsf[i + 1] ?? 0) - (lsf[i] ?? 0) < leastGap) lsf[i + 1] = saturate16((lsf[i] ?? 0) + leastGap);
  }
  if ((lsf[order - 1] ?? 0) > highest) lsf[order - 1] = highest;
}

/** Computes the cosines of frequencies. */
function toPairs(lsf: Int16Array, pairs: Int16Array): void {
  for (let i = 0; i < order; i++) {
    const frequency = multiply(lsf[i] ?? 0, 20861); // 1 / pi in Q16.
    const index = Math.min(63, frequency >> 8);
    const slope = (2 * (cosineSlopes[index] ?? 0) * (frequency & 0xff)) >> 13;
    pairs[i] = saturate16((cosines[index] ?? 0) + ((slope << 16) >> 16));
  }
}

const middle = new Int16Array(order);

/**
 * Computes the filters of both subframes, Q12, 11 coefficients each, into `filters`. The first comes from pairs half way between those of the last frame and of
 * this one (3.2.5, 3.2.6).
 */
export function interpolateFilters(before: Int16Array, now: Int16Array, filters: Int16Array): void {
  for (let i = 0; i < order; i++) middle[i] = saturate16(((now[i] ?? 0) >> 1) + ((before[i] ?? 0) >> 1));
  toFilter(middle, filters, 0);
  toFilter(now, filters, order + 1);
}

const symmetric = new Int32Array(half + 1);
const antisymmetric = new Int32Array(half + 1);

/** Computes the coefficients of the polynomial of every second pair, from `first` on, Q24. */
function expand(pairs: Int16Array, first: number, polynomial: Int32Array): void {
  polynomial[0] = 1 << 24;
  polynomial[1] = -1024 * (pairs[first] ?? 0);
  for (let i = 2; i <= half; i++) {
    const pair = pairs[first + 2 * (i - 1)] ?? 0;
    polynomial[i] = polynomial[i - 2] ?? 0;
    for (let j = i; j > 1; j--) {
      const product = shift32(multiplyHalves(polynomial[j - 1] ?? 0, pair), 1);
      polynomial[j] = saturate32(saturate32((polynomial[j] ?? 0) + (polynomial[j - 2] ?? 0)) - product);
    }
    polynomial[1] = saturate32((polynomial[1] ?? 0) - 1024 * pair);
  }
}

function toFilter(pairs: Int16Array, filters: Int16Array, at: number): void {
  expand(pairs, 0, symmetric);
  expand(pairs, 1, antisymmetric);
  for (let i = half; i > 0; i--) {
    symmetric[i] = saturate32((symmetric[i] ?? 0) + (symmetric[i - 1] ?? 0));
    antisymmetric[i] = saturate32((antisymmetric[i] ?? 0) - (antisymmetric[i - 1] ?? 0));
  }
  filters[at] = 4096;
  for (let i = 1; i <= half; i++) {
    const [a, b] = [symmetric[i] ?? 0, antisymmetric[i] ?? 0];
    filters[at + i] = shiftRightRounded32(saturate32(a + b), 13);
    filters[at + order + 1 - i] = shiftRightRounded32(saturate32(a - b), 13);
  }
}
