import type { CodedRun } from '../base/block-decoder.ts';

// Tables, block names (in brackets) and arithmetic: ITU-T G.722 (11/88; 09/2012), clause 6.

const negated = (values: readonly number[]): number[] => values.map((value) => -value);
/** Magnitudes of the low band's inverse quantizers (INVQAL, INVQBL), largest first. */
const levels6 = [
  ...[24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576],
  ...[3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136],
];
const levels5 = [23352, 17560, 14120, 11664, 9752, 8184, 6864, 5712, 4696, 3784, 2960, 2208, 1520, 880, 280];
const levels4 = [20456, 12896, 8968, 6288, 4240, 2584, 1200];
/** Levels by code. The first codes are never sent, because a run of zero bits would disturb old lines; they count as the smallest level. */
const lowLevels = {
  6: Int16Array.of(-136, -136, -136, -136, ...negated(levels6.slice(0, 28)), ...levels6, -432, -136),
  5: Int16Array.of(-280, -280, ...negated(levels5.slice(0, 14)), ...levels5, -280),
  4: Int16Array.of(0, ...negated(levels4), ...levels4, 0),
} as const;
const highLevels = Int16Array.of(-7408, -1616, 7408, 1616);
/** Changes of the logarithmic scale factor by code: LOGSCL for the four bits that all modes have, LOGSCH. */
const lowChanges = Int16Array.of(-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60);
const highChanges = Int16Array.of(798, -214, 798, -214);
/** 2 to the power of 32nds, 11 fractional bits (SCALEL, SCALEH: table ILB). */
const powers = Int16Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);

/** Number of the low band's bits that a mode uses; the others of its six bits are data of another channel. */
export type G722Bits = 6 | 5 | 4;

// One constant array serves all modes and both bands: V8 compiles its address into the loop, without the checks that it makes for an array passed as an
// argument. The entries of a mode are filled when the mode is first used.

/** Offset of a band's 256 bytes in the tables. */
const lowPlaces = { 6: 0, 5: 256, 4: 512 } as const;
const highPlace = 768;
/** Levels of the difference for the output; then levels for the predictor, and changes of the logarithmic scale factor. */
const heard = new Int16Array(1024);
const followed = new Int16Array(1024);
const changes = new Int16Array(1024);
/** Sign of the predictor's difference, 1 or -1; no scale factor is so small that a negative difference becomes 0. */
const signs = new Float64Array(1024);
/** Scale factors by logarithm, in 32nds: from index 0 for the high band (SCALEH), from 64 for the low band (SCALEL), whose factors are four times as large. */
const scales = new Int32Array(353);
for (let log = 0; log < 353; log++) {
  const power = powers[log & 31] ?? 0;
  scales[log] = (log < 352 ? power >> (10 - (log >> 5)) : power << 1) << 2;
}

/** One of the two bands. */
export interface Band {
  /** Offset of the band's bytes in the tables; a multiple of 256 below 1024. */
  readonly place: number;
  /** Offset of the band's scale factors. */
  readonly scalePlace: number;
  /** Largest logarithm of the scale factor, 11 fractional bits. */
  readonly mostLog: number;
}

/** Both bands of a mode. */
export interface Bands {
  readonly low: Band;
  readonly high: Band;
}

/** Returns the bands of a mode, with their tables filled. */
export function bandsOf(bits: G722Bits): Bands {
  const place = lowPlaces[bits];
  for (let byte = 0; byte < 256; byte++) {
    const core = (byte >> 2) & 0x0f; // the predictor uses the four bits that all modes have
    heard[place + byte] = lowLevels[bits][(byte & 0x3f) >> (6 - bits)] ?? 0;
    followed[place + byte] = lowLevels[4][core] ?? 0;
    signs[place + byte] = (lowLevels[4][core] ?? 0) < 0 ? -1 : 1;
    signs[highPlace + byte] = (highLevels[byte >> 6] ?? 0) < 0 ? -1 : 1;
    changes[place + byte] = lowChanges[core] ?? 0;
    heard[highPlace + byte] = highLevels[byte >> 6] ?? 0;
    followed[highPlace + byte] = highLevels[byte >> 6] ?? 0;
    changes[highPlace + byte] = highChanges[byte >> 6] ?? 0;
  }
  return { low: { place, scalePlace: 64, mostLog: 18432 }, high: { place: highPlace, scalePlace: 0, mostLog: 22528 } };
}

/**
 * Number of bytes decoded per call. It is small, so that V8 soon switches to the code compiled for calls: the code with which it replaces a running loop has no
 * type information.
 */
export const codesAtOnce = 128;

/** State of a band between samples, in the order in which `decodeBand` takes it: 8 integers, and 18 numbers that are computed in floating point. */
export interface BandState {
  readonly whole: Int32Array;
  readonly real: Float64Array;
}

/** Returns a band after a reset: everything is 0 except the signs, which are positive. */
export function bandAtReset(): BandState {
  return { whole: new Int32Array(8), real: new Float64Array(18).fill(1, 12) };
}

/**
 * Decodes up to `codesAtOnce` bytes of one band in order, one sample each. This runs for every sample of an archive. Therefore the state is in local variables,
 * always with the same types, from the first byte to the last; and results that depend on a sign, which is unpredictable, are computed without a branch. The
 * zeros and their factors are integers in floating point, which is exact up to 53 bits: this is half of the work, and the processor's floating-point units
 * would otherwise be idle. `| 0` tells V8 that a sum fits into 32 bits.
 * One function: the state of a band is in its local variables, which smaller functions would have to pass to each other for every sample.
 */
export function decodeBand(
  { place, scalePlace, mostLog }: Band,
  { whole, real }: BandState,
  { bytes, from, count }: CodedRun,
  samples: Int32Array,
): void {
  // Estimate of the next sample, and its part from the zeros; logarithm of the scale factor, 11 fractional bits.
  let estimate = whole[0] ?? 0;
  let zeros = whole[1] ?? 0;
  let log = whole[2] ?? 0;
  // Poles; past reconstructed signal, doubled for the predictor; signs of past partly reconstructed signals, 0 or -1.
  let a1 = whole[3] ?? 0;
  let a2 = whole[4] ?? 0;
  let r1 = whole[5] ?? 0;
  let p1 = whole[6] ?? 0;
  let p2 = whole[7] ?? 0;
  // Zeros; past differences, each times 2 to the power of -14; their signs, 1 or -1. The newest comes first.
  let b1 = real[0] ?? 0;
  let b2 = real[1] ?? 0;
  let b3 = real[2] ?? 0;
  let b4 = real[3] ?? 0;
  let b5 = real[4] ?? 0;
  let b6 = real[5] ?? 0;
  let d1 = real[6] ?? 0;
  let d2 = real[7] ?? 0;
  let d3 = real[8] ?? 0;
  let d4 = real[9] ?? 0;
  let d5 = real[10] ?? 0;
  let d6 = real[11] ?? 0;
  let s1 = real[12] ?? 0;
  let s2 = real[13] ?? 0;
  let s3 = real[14] ?? 0;
  let s4 = real[15] ?? 0;
  let s5 = real[16] ?? 0;
  let s6 = real[17] ?? 0;
  for (let i = 0; i < count; i++) {
    const entry = (bytes[from + i] ?? 0) | (place & 0x300);
    const scale = scales[((log >> 6) + scalePlace) & 0x1ff] ?? 0;
    const sample = (estimate + (Math.imul(scale, heard[entry] ?? 0) >> 15)) | 0;
    samples[i] = sample > 16383 ? 16383 : Math.max(sample, -16384);
    const d0 = Math.imul(scale, followed[entry] ?? 0) >> 15; // 10228 at most
    // The next scale factor (LOGSCL, LOGSCH).
    const nextLog = ((Math.imul(log, 127) >> 7) + (changes[entry] ?? 0)) | 0;
    log = nextLog > mostLog ? mostLog : Math.max(nextLog, 0);

    // Reconstructed signal; only the sign of the partly reconstructed signal is used (RECONS, PARREC).
    const doubled = (estimate + d0) << 1;
    const r0 = doubled > 32767 ? 32767 : Math.max(doubled, -32768);
    const p0 = (zeros + d0) >> 31;
    const apart1 = p0 ^ p1;
    const apart2 = p0 ^ p2;
    // Poles (UPPOL2, UPPOL1): the recommendation's limit, applied as a quarter of the limit to a quarter of the value.
    const bounded = a1 > 8191 ? 8191 : Math.max(a1, -8191);
    const second = (((bounded ^ ~apart1) - ~apart1) >> 5) + 128 - (apart2 & 256) + (Math.imul(a2, 127) >> 7);
    a2 = second > 12288 ? 12288 : Math.max(second, -12288);
    const first = (192 - (apart1 & 384) + (Math.imul(a1, 255) >> 8)) | 0;
    const most = (15360 - a2) | 0;
    const least = (a2 - 15360) | 0;
    a1 = first > most ? most : Math.max(first, least);
    // Zeros (UPZERO): they fade by a factor of 255/256, and these steps keep them within 16 bits.
    const step = ((d0 >> 31) | (-d0 >>> 31)) << 7;
    b1 = Math.floor(b1 * 0.99609375 + step * s1);
    b2 = Math.floor(b2 * 0.99609375 + step * s2);
    b3 = Math.floor(b3 * 0.99609375 + step * s3);
    b4 = Math.floor(b4 * 0.99609375 + step * s4);
    b5 = Math.floor(b5 * 0.99609375 + step * s5);
    b6 = Math.floor(b6 * 0.99609375 + step * s6);
    // Delay (DELAYA); prediction (FILTEZ, FILTEP, PREDIC) from the doubled differences.
    d6 = d5;
    d5 = d4;
    d4 = d3;
    d3 = d2;
    d2 = d1;
    d1 = d0 / 16384;
    s6 = s5;
    s5 = s4;
    s4 = s3;
    s3 = s2;
    s2 = s1;
    s1 = signs[entry] ?? 0;
    const sum =
      (Math.floor(b1 * d1) + Math.floor(b2 * d2) + Math.floor(b3 * d3) + Math.floor(b4 * d4) + Math.floor(b5 * d5) + Math.floor(b6 * d6)) | 0;
    zeros = sum > 32767 ? 32767 : Math.max(sum, -32768);
    const both = ((Math.imul(a1, r0) >> 15) + (Math.imul(a2, r1) >> 15)) | 0;
    const poles = both > 32767 ? 32767 : Math.max(both, -32768);
    const next = (poles + zeros) | 0;
    estimate = next > 32767 ? 32767 : Math.max(next, -32768);
    r1 = r0;
    p2 = p1;
    p1 = p0;
  }
  whole[0] = estimate;
  whole[1] = zeros;
  whole[2] = log;
  whole[3] = a1;
  whole[4] = a2;
  whole[5] = r1;
  whole[6] = p1;
  whole[7] = p2;
  real[0] = b1;
  real[1] = b2;
  real[2] = b3;
  real[3] = b4;
  real[4] = b5;
  real[5] = b6;
  real[6] = d1;
  real[7] = d2;
  real[8] = d3;
  real[9] = d4;
  real[10] = d5;
  real[11] = d6;
  real[12] = s1;
  real[13] = s2;
  real[14] = s3;
  real[15] = s4;
  real[16] = s5;
  real[17] = s6;
}
