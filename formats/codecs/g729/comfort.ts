import { excitationPast, predictPitch } from './excitation.ts';
import { correlate, subframe } from './filters.ts';
import {
  freePlaces16,
  freePlaces32,
  inverseRoot,
  logarithm,
  multiply,
  multiplyHalves,
  multiplyRounded,
  saturate16,
  saturate32,
  shift32,
  shiftRightRounded16,
} from './fixed.ts';
import type { LspDecoder } from './lsp.ts';
import { noiseGains } from './tables.ts';

/** Returns the next value of the reference's generator of random 16-bit numbers. */
export const random = (seed: number): number => ((seed * 31821 + 13849) << 16) >> 16;

/** Seed of comfort noise after each frame of speech. */
const firstSeed = 11111;
/** Largest gain of the pulses. */
const mostGain = 5000;

/** Comfort noise of annex B: the output of a decoder while it receives nothing, or a description of the silence. */
export class ComfortNoise {
  /** Line spectral pairs of the noise, cosines in Q15. */
  readonly pairs = Int16Array.of(31441, 27566, 21458, 13612, 4663, -4663, -13612, -21458, -27566, -31441);
  #seed = firstSeed;
  #sentGain = noiseGains[0] ?? 0;
  #gain = 0;
  readonly #gauss = new Int16Array(subframe);
  readonly #scaled = new Int16Array(subframe);
  readonly #places = new Uint8Array(4);
  readonly #signs = new Uint8Array(4);

  /** Restarts the noise after speech. */
  restart(): void {
    this.#seed = firstSeed;
  }

  /** Takes a silence frame: predictor, two stages of the LSP, gain (1, 5, 4 and 5 bits). */
  describe(lsp: LspDecoder, bits: number): void {
    this.#sentGain = noiseGains[bits & 31] ?? 0;
    lsp.noise(bits >> 14, (bits >> 9) & 31, (bits >> 5) & 15, this.pairs);
  }

  /** Replaces a lost silence frame after speech: its gain is derived from the energy of the last good frame (annex B, 4.4). */
  guess(energy: number, places: number): void {
    this.#sentGain = noiseGains[gainIndex(multiplyHalves(shift32(energy, places), 410))] ?? 0;
  }

  /** Computes the excitation of 80 samples after `excitationPast` (annex B, 4.4). */
  excite(excitation: Int16Array, afterSpeech: boolean): void {
    if (afterSpeech) this.#gain = this.#sentGain;
    else this.#gain = saturate16(multiplyRounded(this.#gain, 28672) + multiplyRounded(this.#sentGain, 4096));
    if (this.#gain === 0) {
      excitation.fill(0, excitationPast, excitationPast + 2 * subframe);
      return;
    }
    this.#exciteHalf(excitation, excitationPast);
    this.#exciteHalf(excitation, excitationPast + subframe);
  }

  #random(): number {
    this.#seed = random(this.#seed);
    return this.#seed;
  }

  /** Computes 40 samples: random pitch, random pulses and Gaussian noise, mixed so that their energy is that of the gain. */
  #exciteHalf(excitation: Int16Array, at: number): void {
    const [places, signs, gauss, scaled, gain] = [this.#places, this.#signs, this.#gauss, this.#scaled, this.#gain];
    let bits = this.#random();
    const thirds = (bits & 3) === 3 ? 0 : (bits & 3) - 1;
    const delay = ((bits >> 2) & 63) + 40;
    places[0] = ((bits >> 8) & 7) * 5;
    signs[0] = (bits >> 11) & 1;
    places[1] = ((bits >> 12) & 7) * 5 + 1;
    signs[1] = (bits >> 15) & 1;
    bits = this.#random();
    places[2] = (bits & 7) * 5 + 2;
    signs[2] = (bits >> 3) & 1;
    places[3] = ((bits >> 5) & 7) * 5 + 3 + ((bits >> 4) & 1);
    signs[3] = (bits >> 8) & 1;
    const pitchGain = (this.#random() & 0x1fff) << 1; // below 0.5, Q15

    // White noise with the required energy.
    for (let i = 0; i < subframe; i++) {
      let sum = 0;
      for (let j = 0; j < 12; j++) sum += this.#random();
      gauss[i] = sum >> 7;
    }
    const wanted = saturate16(gain + multiplyRounded(gain, 19043));
    const factor = multiplyHalves(inverseRoot(correlate([gauss, 0], [gauss, 0], subframe) >> 1), wanted);
    const free = freePlaces32(factor);
    const mantissa = shift32(factor, free) >> 16;
    for (let i = 0; i < subframe; i++) gauss[i] = shiftRightRounded16(multiplyRounded(gauss[i] ?? 0, mantissa), free - 14);

    // Random pitch is added.
    predictPitch(excitation, at, delay, thirds);
    let largest = 0;
    for (let i = 0; i < subframe; i++) {
      const sample = saturate16(multiplyRounded(excitation[at + i] ?? 0, pitchGain) + (gauss[i] ?? 0));
      excitation[at + i] = sample;
      largest = Math.max(largest, sample === -32768 ? 32767 : Math.abs(sample));
    }
    let shift = largest === 0 ? 0 : Math.max(0, 3 - freePlaces16(largest));
    for (let i = 0; i < subframe; i++) scaled[i] = (excitation[at + i] ?? 0) >> shift;

    // The gain of the pulses solves a quadratic equation, so that the total has the energy of the gain.
    const energy = correlate([scaled, 0], [scaled, 0], subframe);
    let inner = this.#atPulses(scaled, 0) >> 1;
    const target = 2 * gain * ((((2 * gain * subframe) >> 6) << 16) >> 16);
    let square = saturate32(shift32(saturate32(target), -(1 + 2 * shift)) - energy);
    square = saturate32(square + 2 * inner * inner);
    shift++;
    if (square < 0) {
      // There is no real root: noise alone, with a smaller share of the energy.
      excitation.set(gauss, at);
      let together = 0;
      for (const place of places) {
        const sample = gauss[place] ?? 0;
        together |= sample === -32768 ? 32767 : Math.abs(sample);
      }
      shift = together & 0x4000 ? 2 : 1;
      inner = this.#atPulses(gauss, shift);
      square = saturate32(shift32(multiplyHalves(saturate32(target), 24576), -(2 * shift - 1)) + 2 * inner * inner);
    }
    const root = halfRoot(square);
    let pulse = saturate16(root - inner);
    const other = -saturate16(inner + root);
    if (Math.abs(other) < Math.abs(pulse)) pulse = other;
    pulse = Math.max(-mostGain, Math.min(mostGain, shiftRightRounded16(pulse, 2 - shift)));
    for (let i = 0; i < 4; i++) {
      const place = at + (places[i] ?? 0);
      excitation[place] = saturate16((excitation[place] ?? 0) + (signs[i] ? pulse : -pulse));
    }
  }

  /** Returns the sum of a shifted signal at the positions of the pulses, with the signs of the pulses. */
  #atPulses(signal: Int16Array, shift: number): number {
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      const sample = (signal[this.#places[i] ?? 0] ?? 0) >> shift;
      sum = saturate16(this.#signs[i] ? sum + sample : sum - sample);
    }
    return sum;
  }
}

/** Returns the square root of half of a number, bit by bit. */
function halfRoot(value: number): number {
  let root = 0;
  for (let bit = 0x4000; bit > 1; bit >>= 1) {
    const tried = saturate16(root + bit);
    if (value >= saturate32(2 * tried * tried)) root = tried;
  }
  return root;
}

/** Returns the index of the gain for an energy (annex B, 4.2.1). */
function gainIndex(energy: number): number {
  const level = logarithm(energy);
  const decibels = saturate16(saturate16((level >> 15) * 1024) + multiplyRounded(level & 0x7fff, 1024));
  if (decibels <= -2721) return 0;
  if (decibels > 22111) return 31;
  if (decibels <= 4762) return Math.max(1, multiply(saturate16(decibels + 3401), 24));
  return Math.max(6, (multiply(decibels - 340, 193) >> 2) - 1);
}
