/** Largest number of spectral lines in a signal tone: DTMF and ringing have two, the off-hook warning has four. */
const mostLines = 4;
/**
 * A pattern with a period of fewer samples has hardly more lines than this, whatever it is. One or two lines must then contain everything, and a fundamental
 * with overtones is no signal tone.
 */
const shortPeriod = 16;
const fewLines = 2;
/** Number of bins of one line under a Hann window, on either side of its peak. */
const lineBins = 2;
/** Length of the windows that are judged separately, unless a burst is shorter: music on hold changes its tones. */
const windowSeconds = 0.128;
const fewestSamples = 256;
/**
 * Share of a window's energy that its strongest lines must contain and, below, share of windows that must reach it. Tones reach 0.98 and more in all codings.
 * Of 500 prompts cut at random and repeated, 3 in 100 blocks of 20 ms count as a tone, 1 in 100 of 64 ms, 3 in 1,000 of 0.25 s.
 */
const tonalShare = 0.97;
const tonalWindows = 0.75;
/**
 * Tones on lines are between these limits; the upper one is a share of the rate. Patterns of a few bytes decode to frequencies outside them, at 0 Hz or at half
 * the rate.
 */
const lowestHz = 60;
const highestShare = 0.46;
const besideShare = 0.15;
/** Length of a frame. Frames of bursts are at most 20 dB softer than the loudest one. */
const frameSeconds = 0.01;
const softerBy = 100;

/**
 * Returns true if audio consists of a few steady tones at a time, with or without pauses, which machines produce and which therefore repeat exactly.
 * @param periodSamples known period of repetition of the audio
 */
export function isTonal(sound: Float64Array, sampleRateHz: number, periodSamples = Number.POSITIVE_INFINITY): boolean {
  const lines = periodSamples <= shortPeriod ? fewLines : mostLines;
  const longest = Math.max(fewestSamples, 2 ** Math.round(Math.log2(windowSeconds * sampleRateHz)));
  let [windows, tonal] = [0, 0];
  for (const burst of burstsOf(sound, Math.round(frameSeconds * sampleRateHz))) {
    const size = Math.min(longest, 2 ** Math.floor(Math.log2(Math.max(1, burst.length))));
    if (size < fewestSamples) continue;
    for (let at = 0; at + size <= burst.length; at += size) {
      windows++;
      if (isTone(burst.subarray(at, at + size), sampleRateHz, lines)) tonal++;
    }
  }
  return windows > 0 && tonal >= tonalWindows * windows;
}

/** Returns sections of loud frames. Leaves out the first and the last frame of each section, in which the audio may begin or end. */
function burstsOf(sound: Float64Array, frame: number): Float64Array[] {
  const powers = Array.from({ length: Math.floor(sound.length / frame) }, (_, index) => powerOf(sound.subarray(index * frame, (index + 1) * frame)));
  const loud = powers.reduce((most, power) => Math.max(most, power), 0) / softerBy;
  const bursts: Float64Array[] = [];
  let first = -1;
  for (let index = 0; index <= powers.length; index++) {
    if (loud > 0 && (powers[index] ?? -1) >= loud) {
      if (first < 0) first = index;
      continue;
    }
    if (first >= 0 && index - first > 2) bursts.push(sound.subarray((first + 1) * frame, (index - 1) * frame));
    first = -1;
  }
  return bursts;
}

function powerOf(sound: Float64Array): number {
  return sound.reduce((sum, value) => sum + value * value, 0) / sound.length;
}

function isTone(window: Float64Array, sampleRateHz: number, lines: number): boolean {
  const size = window.length;
  const power = spectrumOf(window);
  const total = power.reduce((sum, value) => sum + value, 0);
  if (total <= 0) return false;
  const [lowest, highest] = [(lowestHz / sampleRateHz) * size, highestShare * size];
  let [held, beside] = [0, 0];
  for (let line = 0; line < lines; line++) {
    const peak = power.reduce((most, value, bin) => (value > (power[most] ?? 0) ? bin : most), 0);
    const isBeside = peak < lowest || peak > highest;
    for (let bin = Math.max(0, peak - lineBins); bin <= Math.min(power.length - 1, peak + lineBins); bin++) {
      held += power[bin] ?? 0;
      if (isBeside) beside += power[bin] ?? 0;
      power[bin] = 0;
    }
  }
  return held >= tonalShare * total && beside <= besideShare * total;
}

/** Returns the squared magnitudes, up to half the rate, of samples under a Hann window, by a radix-2 fast Fourier transform (Cooley and Tukey). */
function spectrumOf(samples: Float64Array): Float64Array {
  const size = samples.length;
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)];
  for (let at = 0, reversed = 0; at < size; at++) {
    real[reversed] = (samples[at] as number) * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size)); // below the length
    let bit = size >> 1;
    for (; bit > 0 && reversed & bit; bit >>= 1) reversed ^= bit;
    reversed |= bit;
  }
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const [cos, sin] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)];
      for (let even = k; even < size; even += 2 * half) {
        const odd = even + half;
        const [a, b] = [real[odd] as number, imaginary[odd] as number]; // below the length
        const [re, im] = [a * cos - b * sin, a * sin + b * cos];
        real[odd] = (real[even] as number) - re;
        imaginary[odd] = (imaginary[even] as number) - im;
        real[even] = (real[even] as number) + re;
        imaginary[even] = (imaginary[even] as number) + im;
      }
    }
  }
  return Float64Array.from({ length: size / 2 + 1 }, (_, bin) => (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2);
}
