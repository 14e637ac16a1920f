import { longestDelay } from './excitation.ts';
import { correlate, type FilterInput, type FilterOutput, type FilterPlace, residual, subframe, synthesise } from './filters.ts';
import { divide, freePlaces32, inverseRoot, multiply, multiplySplit, roundHigh, saturate16, saturate32, shift32 } from './fixed.ts';
import { order } from './lsp.ts';

/** Weights of the formant filter's numerator and denominator, 0.55 and 0.7 in Q15 (A.4.2.2). */
const numerator = 18022;
const denominator = 22938;
/** Weight of the tilt, 0.8 in Q15 (A.4.2.3). */
const tiltWeight = 26214;
/** Number of samples of the formant filter's response from which the tilt is computed. */
const responseSamples = 22;
/** Half of the weight of the pitch filter's delayed part, and the remaining share, for gains above 1: 1/3 and 2/3 in Q15 (A.4.2.1). */
const [delayedShare, directShare] = [10923, 21845] as const;
const pitchWeight = 16384;
/** Speed of the gain control, 0.9 in Q15 (A.4.2.4). */
const gainMemory = 29491;

/** Applies the filters after the synthesis (annex A, 4.2): pitch, formants, tilt, gain, then a high-pass and doubling of the level (4.2.5). */
export class PostFilter {
  /** Residual of the past and of the subframe, and a quarter of it for sums that must not overflow. */
  readonly #residual = new Int16Array(longestDelay + subframe);
  readonly #quarter = new Int16Array(longestDelay + subframe);
  readonly #weakNumerator = new Int16Array(order + 1);
  readonly #weakDenominator = new Int16Array(order + 1);
  readonly #response = new Int16Array(order + responseSamples);
  readonly #filtered = new Int16Array(subframe);
  /** Ten past samples, followed by the output of the subframe. */
  readonly #output = new Int16Array(order + subframe);
  readonly #input = new Int16Array(responseSamples);
  #tiltMemory = 0;
  #gain = 4096; // Q12.
  readonly #highPass = new Int32Array(4); // y1 and y2, upper half and lower 15 bits.
  #x0 = 0;
  #x1 = 0;

  /** Filters one subframe of `speech` from `at`, preceded by ten samples, into `out` from `to`. @param delay pitch delay; null in comfort noise */
  filter({ input: speech, from: at }: FilterInput, { filters, a }: FilterPlace, delay: number | null, { output: out, to }: FilterOutput): void {
    weaken(filters, a, numerator, this.#weakNumerator);
    weaken(filters, a, denominator, this.#weakDenominator);
    residual(this.#weakNumerator, { input: speech, from: at }, { output: this.#residual, to: longestDelay }, subframe);
    for (let i = longestDelay; i < longestDelay + subframe; i++) this.#quarter[i] = (this.#residual[i] ?? 0) >> 2;
    if (delay === null) this.#filtered.set(this.#residual.subarray(longestDelay));
    else this.#enhancePitch(delay);
    this.#compensateTilt();
    synthesise({ filters: this.#weakDenominator, a: 0 }, { input: this.#filtered, from: 0 }, { output: this.#output, to: order }, subframe);
    // The memory holds the output before gain control.
    this.#matchGain(speech, at);
    this.#residual.copyWithin(0, subframe);
    this.#quarter.copyWithin(0, subframe);
    for (let i = 0; i < subframe; i++) out[to + i] = this.#pass(this.#filtered[i] ?? 0);
    this.#output.copyWithin(0, subframe);
  }

  /** Applies the pitch filter: adds the residual one delay earlier, if the two are similar (A.4.2.1). */
  #enhancePitch(delay: number): void {
    const [signal, quarter, out] = [this.#residual, this.#quarter, this.#filtered];
    const last = Math.min(longestDelay, delay + 3);
    let best = last - 6;
    let most = -0x80000000;
    for (let lag = last - 6; lag <= last; lag++) {
      const likeness = correlate([quarter, longestDelay], [quarter, longestDelay - lag], subframe);
      if (likeness <= most) continue;
      most = likeness;
      best = lag;
    }
    const there = correlate([quarter, longestDelay - best], [quarter, longestDelay - best], subframe, 1);
    const here = correlate([quarter, longestDelay], [quarter, longestDelay], subframe, 1);
    most = Math.max(0, most);
    const free = freePlaces32(Math.max(most, there, here));
    const likeness = roundHigh(shift32(most, free));
    const energy = roundHigh(shift32(there, free));
    const own = roundHigh(shift32(here, free));
    if (saturate32(2 * likeness * likeness) - (saturate32(2 * energy * own) >> 1) < 0) {
      out.set(signal.subarray(longestDelay)); // the prediction gain is below 3 dB
      return;
    }
    let [direct, delayed]: [number, number] = [directShare, delayedShare];
    if (likeness <= energy) {
      const part = multiply(likeness, pitchWeight) >> 1;
      const whole = part + (energy >> 1);
      delayed = whole > 0 ? divide(part, whole) : 0;
      direct = 32767 - delayed;
    }
    for (let i = 0; i < subframe; i++) {
      const sample = multiply(direct, signal[longestDelay + i] ?? 0) + multiply(delayed, signal[longestDelay + i - best] ?? 0);
      out[i] = saturate16(sample);
    }
  }

  /** Removes the tilt that the formant filter adds (A.4.2.3). */
  #compensateTilt(): void {
    const [input, response, signal] = [this.#input, this.#response, this.#filtered];
    input.fill(0);
    input.set(this.#weakNumerator);
    response.fill(0, 0, order);
    synthesise({ filters: this.#weakDenominator, a: 0 }, { input, from: 0 }, { output: response, to: order }, responseSamples);
    const whole = correlate([response, order], [response, order], responseSamples) >> 16;
    const next = correlate([response, order], [response, order + 1], responseSamples - 1) >> 16;
    const tilt = next <= 0 ? 0 : divide(multiply(next, tiltWeight), whole);
    const last = signal[subframe - 1] ?? 0;
    for (let i = subframe - 1; i > 0; i--) signal[i] = saturate16((signal[i] ?? 0) - multiply(tilt, signal[i - 1] ?? 0));
    signal[0] = saturate16((signal[0] ?? 0) - multiply(tilt, this.#tiltMemory));
    this.#tiltMemory = last;
  }

  /** Adapts the output gradually to the level of the speech (A.4.2.4). */
  #matchGain(speech: Int16Array, at: number): void {
    const [output, out] = [this.#output, this.#filtered];
    const after = quarterEnergy(output, order);
    if (after === 0) {
      this.#gain = 0;
      out.set(output.subarray(order));
      return;
    }
    const free = freePlaces32(after) - 1;
    const level = roundHigh(shift32(after, free));
    const before = quarterEnergy(speech, at);
    let target = 0;
    if (before > 0) {
      const freeBefore = freePlaces32(before);
      const ratio = divide(level, roundHigh(shift32(before, freeBefore)));
      const root = inverseRoot(shift32(shift32(ratio, 7), freeBefore - free));
      target = multiply(roundHigh(shift32(root, 9)), 32767 - gainMemory);
    }
    let gain = this.#gain;
    for (let i = 0; i < subframe; i++) {
      gain = saturate16(multiply(gain, gainMemory) + target);
      out[i] = saturate32(saturate32(2 * (output[order + i] ?? 0) * gain) * 8) >> 16;
    }
    this.#gain = gain;
  }

  /** Applies a high-pass at 100 Hz and doubles the level (4.2.5). */
  #pass(sample: number): number {
    const y = this.#highPass;
    const x2 = this.#x1;
    this.#x1 = this.#x0;
    this.#x0 = sample;
    let sum = multiplySplit(y[0] ?? 0, y[1] ?? 0, 15836);
    sum = saturate32(sum + multiplySplit(y[2] ?? 0, y[3] ?? 0, -7667));
    sum = saturate32(sum + 2 * 7699 * this.#x0);
    sum = saturate32(sum - 2 * 15398 * this.#x1);
    sum = saturate32(sum + 2 * 7699 * x2);
    sum = saturate32(sum * 4);
    y[2] = y[0] ?? 0;
    y[3] = y[1] ?? 0;
    y[0] = sum >> 16;
    y[1] = (sum >> 1) & 0x7fff;
    return roundHigh(saturate32(sum * 2));
  }
}

/** Returns the energy of a quarter of 40 samples. */
function quarterEnergy(signal: Int16Array, at: number): number {
  let sum = 0;
  for (let i = at; i < at + subframe; i++) {
    const sample = (signal[i] ?? 0) >> 2;
    sum += 2 * sample * sample;
  }
  return saturate32(sum);
}

/** Computes A(z / weight): each coefficient times a power of the weight. */
function weaken(filters: Int16Array, a: number, weight: number, out: Int16Array): void {
  out[0] = filters[a] ?? 0;
  let factor = weight;
  for (let i = 1; i <= order; i++) {
    out[i] = roundHigh(2 * (filters[a + i] ?? 0) * factor);
    factor = roundHigh(2 * factor * weight);
  }
}
