// Estimates how audible the noise of a copy is, with a masking model after J. D. Johnston, "Transform coding of audio signals using perceptual noise criteria" (IEEE JSAC 6(2),
// 1988): power by critical bands, spread over neighbours, lowered by an offset that depends on how tonal the frame is.

const frameSamples = 256;
/** Edges of critical bands, Hz (E. Zwicker, JASA 33, 1961). */
const edgesHz = [
  20, 100, 200, 300, 400, 510, 630, 770, 920, 1_080, 1_270, 1_480, 1_720, 2_000, 2_320, 2_700, 3_150, 3_700, 4_400, 5_300, 6_400, 7_700, 9_500,
  12_000,
];
/** Frames quieter than that, in dB below the loudest frame, are ignored. */
const quietestDb = 40;

/** −75 dBFS in one band, as this window's transform gives it. */
const quietPower = 32_768 ** 2 * 10 ** -7.5 * (3 / 16) * frameSamples ** 2;

/** The noise that a copy adds to its original. */
export interface Noise {
  /** Mean ratio of noise to masking threshold, dB: below 0 the noise is inaudible on average. */
  readonly noiseToMaskDb: number;
  /** Share of bands of all frames in which the noise is above the mask, 0 to 1. */
  readonly aboveMask: number;
  /** Mean signal-to-noise ratio of the frames, each clamped to −10 to 50 dB. */
  readonly segmentalSnrDb: number;
}

/** Compares a copy with its original, sample by sample; both at `rateHz`. Null if nothing is loud enough. */
export function noiseOf(original: Int16Array, copy: Int16Array, rateHz: number): Noise | null {
  const bands = edgesHz.slice(0, -1).flatMap((low, index) => {
    const high = edgesHz[index + 1] ?? low;
    const bin = (hz: number): number => Math.round((hz * frameSamples) / rateHz);
    return high <= rateHz / 2 ? [{ from: bin(low), to: Math.max(bin(low) + 1, bin(high)) }] : [];
  });
  const frames: { signal: Float64Array; noise: Float64Array; power: number; error: number }[] = [];
  for (let at = 0; at + frameSamples <= original.length; at += frameSamples / 2) {
    const of = (value: (index: number) => number): Float64Array =>
      powerSpectrum(Float64Array.from({ length: frameSamples }, (_, i) => value(at + i) * window(i)));
    const difference = (index: number): number => (copy[index] ?? 0) - (original[index] ?? 0);
    const signal = of((index) => original[index] ?? 0);
    const noise = of(difference);
    let [power, error] = [0, 0];
    for (let i = at; i < at + frameSamples; i++) {
      power += (original[i] ?? 0) ** 2;
      error += difference(i) ** 2;
    }
    frames.push({ signal, noise, power, error });
  }
  const loudest = Math.max(0, ...frames.map(({ power }) => power));
  const loud = frames.filter(({ power }) => power > 0 && power > loudest / 10 ** (quietestDb / 10));
  if (loud.length === 0) return null;
  let [ratiosDb, above, count, snr] = [0, 0, 0, 0];
  for (const { signal, noise, power, error } of loud) {
    const mask = maskOf(signal, bands);
    for (const [band, { from, to }] of bands.entries()) {
      const ratio = sum(noise, from, to) / (mask[band] ?? 1);
      ratiosDb += Math.max(-60, 10 * Math.log10(ratio + 1e-12));
      if (ratio > 1) above++;
      count++;
    }
    snr += Math.max(-10, Math.min(50, 10 * Math.log10(power / Math.max(error, 1e-9))));
  }
  return { noiseToMaskDb: ratiosDb / count, aboveMask: above / count, segmentalSnrDb: snr / loud.length };
}

const window = (index: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / frameSamples);

/** Masking threshold of each band: power that noise may have without being heard. */
function maskOf(signal: Float64Array, bands: readonly { readonly from: number; readonly to: number }[]): Float64Array {
  const power = bands.map(({ from, to }) => sum(signal, from, to));
  let [logs, total] = [0, 0];
  for (const value of signal) {
    logs += Math.log(value + 1);
    total += value + 1;
  }
  // Spectral flatness: 0 dB for noise, −60 dB and less for a tone.
  const flatnessDb = (10 / Math.LN10) * (logs / signal.length) - 10 * Math.log10(total / signal.length);
  const tonality = Math.min(1, flatnessDb / -60);
  return Float64Array.from(power, (_, band) => {
    let spread = 0;
    let gain = 0;
    for (const [other, value] of power.entries()) {
      const factor = spreading(band - other);
      spread += value * factor;
      gain += factor;
    }
    const offsetDb = tonality * (14.5 + band + 1) + (1 - tonality) * 5.5;
    // Threshold of hearing at the level of a telephone.
    return Math.max(quietPower, (spread / gain) * 10 ** (-offsetDb / 10));
  });
}

/** Schroeder's function of the distance in critical bands, as a ratio of powers. */
function spreading(distance: number): number {
  const x = distance + 0.474;
  return 10 ** ((15.81 + 7.5 * x - 17.5 * Math.sqrt(1 + x * x)) / 10);
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let index = from; index < to; index++) total += values[index] ?? 0;
  return total;
}

const cosines = Float64Array.from({ length: frameSamples }, (_, index) => Math.cos((2 * Math.PI * index) / frameSamples));

/** Squared magnitudes of the bins from 0 to half the rate, by a radix-2 discrete Fourier transform. */
function powerSpectrum(values: Float64Array): Float64Array {
  const [real, imaginary] = transform(values, 0, 1, frameSamples);
  return Float64Array.from({ length: frameSamples / 2 }, (_, bin) => (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2);
}

function transform(values: Float64Array, from: number, step: number, length: number): [Float64Array, Float64Array] {
  if (length === 1) return [Float64Array.of(values[from] ?? 0), new Float64Array(1)];
  const half = length / 2;
  const [evenReal, evenImaginary] = transform(values, from, 2 * step, half);
  const [oddReal, oddImaginary] = transform(values, from + step, 2 * step, half);
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  for (let bin = 0; bin < half; bin++) {
    const at = (bin * frameSamples) / length;
    const c = cosines[at] ?? 0;
    const s = cosines[(at + (3 * frameSamples) / 4) % frameSamples] ?? 0; // the sine
    const re = c * (oddReal[bin] ?? 0) + s * (oddImaginary[bin] ?? 0);
    const im = c * (oddImaginary[bin] ?? 0) - s * (oddReal[bin] ?? 0);
    real[bin] = (evenReal[bin] ?? 0) + re;
    imaginary[bin] = (evenImaginary[bin] ?? 0) + im;
    real[bin + half] = (evenReal[bin] ?? 0) - re;
    imaginary[bin + half] = (evenImaginary[bin] ?? 0) - im;
  }
  return [real, imaginary];
}
