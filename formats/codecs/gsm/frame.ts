import { type GsmLattice, longestLag, synthesise } from './lattice.ts';
import { gsmParameterCount, gsmPerSubframe, gsmRatios } from './packing.ts';

/** Decoding of the log area ratios (EN 300 961, table 5.1): B, MIC and 1/A of each ratio. */
const ratioOffsets = Int16Array.of(0, 0, 2048, -2560, 94, -1792, -341, -1144);
const ratioMinima = Int16Array.of(-32, -32, -16, -16, -8, -8, -4, -4);
const ratioScales = Int16Array.of(13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708);
/** Gains of the long term predictor (table 5.3b) and normalised direct mantissas (table 5.6: FAC). */
const ltpGains = Int16Array.of(3277, 11469, 21299, 32767);
const mantissas = Int16Array.of(18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767);

/** Shortest lag of the long-term predictor (5.3.2). */
const shortestLag = 40;

const saturate = (value: number): number => Math.max(-32768, Math.min(32767, value));
/** Returns the standard's mult_r: product of two Q15 numbers, rounded. */
const multiply = (a: number, b: number): number => saturate((Math.imul(a, b) + 16384) >> 15);

/** Pulses of the regular excitation by block maximum (6 bits) and pulse (3 bits), precomputed from 5.3.1. */
const pulses = new Int16Array(64 * 8);
for (let maximum = 0; maximum < 64; maximum++) {
  let exponent = maximum > 15 ? (maximum >> 3) - 1 : 0;
  let mantissa = maximum - (exponent << 3);
  if (mantissa === 0) {
    exponent = -4;
    mantissa = 7;
  } else {
    while (mantissa <= 7) {
      mantissa = (mantissa << 1) | 1;
      exponent--;
    }
    mantissa -= 8;
  }
  const shift = 6 - exponent;
  const rounding = shift === 0 ? 0 : 1 << (shift - 1);
  for (let pulse = 0; pulse < 8; pulse++) {
    const scaled = multiply(mantissas[mantissa] ?? 0, ((pulse << 1) - 7) << 12);
    pulses[maximum * 8 + pulse] = saturate(scaled + rounding) >> shift;
  }
}

/** Log area ratios by position and code, precomputed from 5.2.8. */
const ratios = new Int16Array(8 * 64);
for (let place = 0; place < 8; place++) {
  for (let code = 0; code < 64; code++) {
    const raised = saturate((code + (ratioMinima[place] ?? 0)) << 10);
    const scaled = multiply(ratioScales[place] ?? 0, saturate(raised - ((ratioOffsets[place] ?? 0) << 1)));
    ratios[place * 64 + code] = saturate(2 * scaled);
  }
}

/** Returns a reflection coefficient of an interpolated log area ratio (5.2.9.2). */
function reflection(ratio: number): number {
  const size = ratio === -32768 ? 32767 : Math.abs(ratio);
  const bent = size < 11059 ? size << 1 : size < 20070 ? size + 11059 : saturate((size >> 2) + 26112);
  return ratio < 0 ? -bent : bent;
}

/** State of one channel between frames, and its working memory. */
export interface GsmChannel extends GsmLattice {
  /** Parameters of the frame to be decoded, in the order of the packing; the caller fills them in. */
  readonly parameters: Uint8Array;
  lag: number;
  /** Log area ratios of the last frame and of this one. */
  readonly before: Int16Array;
  readonly now: Int16Array;
}

// The loops are functions of the module, not of each decoder: code that V8 compiled for a decoder's function is lost with the decoder, and files are short.

/** Computes the residual of the four subframes: excitation and long term prediction (5.3.1, 5.3.2). */
function excite(channel: GsmChannel): void {
  const { parameters, residual } = channel;
  let { lag } = channel;
  for (let subframe = 0; subframe < 4; subframe++) {
    const p = gsmRatios + subframe * gsmPerSubframe;
    const start = longestLag + subframe * 40;
    const stated = parameters[p] ?? 0;
    if (stated >= shortestLag && stated <= longestLag) lag = stated; // otherwise the last lag is kept
    const gain = ltpGains[parameters[p + 1] ?? 0] ?? 0;
    for (let i = start; i < start + 40; i++) residual[i] = (Math.imul(gain, residual[i - lag] ?? 0) + 16384) >> 15;
    const table = (parameters[p + 3] ?? 0) * 8;
    let i = start + (parameters[p + 2] ?? 0);
    for (let pulse = p + 4; pulse < p + gsmPerSubframe; pulse++, i += 3) {
      residual[i] = saturate((residual[i] ?? 0) + (pulses[table + (parameters[pulse] ?? 0)] ?? 0));
    }
  }
  channel.lag = lag;
}

/**
 * Decodes the parameters of a frame to 160 samples in `out` from index `to`, with the full-rate decoder of EN 300 961, 5.3: fixed point, bit-exact. In the
 * first 40 samples, the log area ratios change from those of the last frame to those of this one (5.2.9.1): by a quarter, a half, three quarters.
 */
export function decodeGsmFrame(channel: GsmChannel, out: Int16Array, to: number): void {
  const { parameters, residual, before, now, r } = channel;
  excite(channel);
  for (let i = 0; i < 8; i++) now[i] = ratios[i * 64 + (parameters[i] ?? 0)] ?? 0;
  for (let i = 0; i < 8; i++) {
    const old = before[i] ?? 0;
    r[i] = reflection(saturate(saturate((old >> 2) + ((now[i] ?? 0) >> 2)) + (old >> 1)));
  }
  synthesise(channel, 0, 13, out, to);
  for (let i = 0; i < 8; i++) r[i] = reflection(saturate(((before[i] ?? 0) >> 1) + ((now[i] ?? 0) >> 1)));
  synthesise(channel, 13, 27, out, to);
  for (let i = 0; i < 8; i++) {
    const young = now[i] ?? 0;
    r[i] = reflection(saturate(saturate(((before[i] ?? 0) >> 2) + (young >> 2)) + (young >> 1)));
  }
  synthesise(channel, 27, 40, out, to);
  for (let i = 0; i < 8; i++) r[i] = reflection(now[i] ?? 0);
  synthesise(channel, 40, 160, out, to);
  before.set(now);
  residual.copyWithin(0, 160);
}

/** Returns a channel in the home state. */
export function gsmChannel(): GsmChannel {
  return {
    parameters: new Uint8Array(gsmParameterCount),
    residual: new Int16Array(longestLag + 160),
    lag: shortestLag,
    before: new Int16Array(8),
    now: new Int16Array(8),
    r: new Int32Array(8),
    memory: new Int32Array(8),
    emphasised: 0,
    loudRuns: 0,
  };
}
