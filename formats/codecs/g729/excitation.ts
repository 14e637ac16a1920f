import { correlate, subframe } from './filters.ts';
import { logarithm, multiply, multiplySplit, power, roundHigh, saturate16, saturate32, shift32 } from './fixed.ts';
import { gainFirst, gainSecond, pitchInterpolation } from './tables.ts';

/** Longest and shortest pitch delay in samples (3.7). */
export const longestDelay = 143;
export const shortestDelay = 20;
/** Number of samples of past excitation that the interpolation may use: the longest delay, and the length of the filter. */
export const excitationPast = longestDelay + 11;

const taps = 10;
const most = 0x7fffffff;
const least = -0x80000000;

/** Applies the adaptive codebook: computes 40 samples at `at` from samples that lie `delay` samples and `thirds` thirds of a sample earlier (3.7.1). */
export function predictPitch(excitation: Int16Array, at: number, delay: number, thirds: number): void {
  let from = at - delay;
  let phase = -thirds;
  if (phase < 0) {
    phase += 3;
    from--;
  }
  for (let n = 0; n < subframe; n++) {
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      sum += (excitation[from + n - i] ?? 0) * (pitchInterpolation[phase + 3 * i] ?? 0) * 2;
      if (sum > most) sum = most;
      else if (sum < least) sum = least;
      sum += (excitation[from + n + 1 + i] ?? 0) * (pitchInterpolation[3 - phase + 3 * i] ?? 0) * 2;
      if (sum > most) sum = most;
      else if (sum < least) sum = least;
    }
    excitation[at + n] = roundHigh(sum);
  }
}

/** Applies the algebraic codebook: writes four pulses, by their positions (13 bits) and signs (4 bits), Q13, into `code` (3.8, 4.1.5). */
export function placePulses(place: number, signs: number, code: Int16Array): void {
  code.fill(0);
  const amplitude = (pulse: number): number => ((signs >> pulse) & 1 ? 8191 : -8192);
  code[(place & 7) * 5] = amplitude(0);
  code[((place >> 3) & 7) * 5 + 1] = amplitude(1);
  code[((place >> 6) & 7) * 5 + 2] = amplitude(2);
  code[((place >> 10) & 7) * 5 + 3 + ((place >> 9) & 1)] = amplitude(3);
}

/** Repeats the pulses at the pitch delay if the delay is shorter than the subframe (3.8, equation 48). @param sharpness Q14 */
export function sharpen(code: Int16Array, delay: number, sharpness: number): void {
  const factor = saturate16(sharpness * 2);
  for (let i = delay; i < subframe; i++) code[i] = saturate16((code[i] ?? 0) + multiply(code[i - delay] ?? 0, factor));
}

/** The predictor of the code gain (3.9.1), Q13. */
const predictor = [5571, 4751, 2785, 1556] as const;
/** Initial and smallest value of the predictor's memory, -14 dB in Q10. */
const quiet = -14336;

/** Decodes the gains of both codebooks; keeps the memory of the predictor. */
export class GainDecoder {
  /** Gain of the adaptive codebook, Q14. */
  pitch = 0;
  /** Gain of the algebraic codebook, Q1. */
  code = 0;
  readonly #energies = Int16Array.of(quiet, quiet, quiet, quiet);

  /** Decodes both gains of a subframe from the transmitted index of 7 bits (3.9.2, 4.1.6). */
  decode(index: number, pulses: Int16Array): void {
    const [first, second] = [(index >> 4) * 2, (index & 15) * 2];
    this.pitch = saturate16((gainFirst[first] ?? 0) + (gainSecond[second] ?? 0));
    const factor = (gainFirst[first + 1] ?? 0) + (gainSecond[second + 1] ?? 0);

    // Predicted energy minus that of the pulses, Q24.
    const energy = logarithm(correlate([pulses, 0], [pulses, 0], subframe));
    let sum = shift32(saturate32(multiplySplit(energy >> 15, energy & 0x7fff, -24660) + 2 * 32588 * 32), 10);
    for (let i = 0; i < predictor.length; i++) sum = saturate32(sum + 2 * (predictor[i] ?? 0) * (this.#energies[i] ?? 0));
    const exponent = (2 * (sum >> 16) * 5439) >> 8; // to base 2, Q16
    const predicted = power(14, (exponent >> 1) & 0x7fff);
    this.code = shift32(2 * (factor >> 1) * predicted, 4 - (14 - (exponent >> 16))) >> 16;

    const decibels = 2 * (logarithm(factor) - 13 * 32768);
    this.#remember(multiply(shift32(decibels, 13) >> 16, 24660));
  }

  /** Sets the gains of a subframe of a lost frame: the last gains, fading (4.4.2, 4.4.3). */
  fade(): void {
    this.pitch = Math.min(29491, multiply(this.pitch, 29491));
    this.code = multiply(this.code, 32111);
    let sum = 0;
    for (const energy of this.#energies) sum += energy;
    this.#remember(Math.max(quiet, (sum >> 2) - 4096));
  }

  #remember(energy: number): void {
    this.#energies.copyWithin(1, 0, 3);
    this.#energies[0] = energy;
  }
}

/** Computes the excitation of a subframe: both codebooks with their gains; it replaces the adaptive one (4.1.6). */
export function mix(excitation: Int16Array, at: number, code: Int16Array, gains: GainDecoder): void {
  const { pitch, code: codeGain } = gains;
  for (let n = 0; n < subframe; n++) {
    const adaptive = saturate32(2 * (excitation[at + n] ?? 0) * pitch);
    excitation[at + n] = roundHigh(saturate32(saturate32(adaptive + 2 * (code[n] ?? 0) * codeGain) * 2));
  }
}
