import { gsmParameterCount, gsmPerSubframe, gsmRatios } from './gsm-packing.ts';

/** Decoding of the log area ratios (EN 300 961, table 5.1): B, MIC and 1/A of each. */
const ratioOffsets = Int16Array.of(0, 0, 2048, -2560, 94, -1792, -341, -1144);
const ratioMinima = Int16Array.of(-32, -32, -16, -16, -8, -8, -4, -4);
const ratioScales = Int16Array.of(13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708);
/** Gains of the long term predictor (table 5.3b) and normalised direct mantissas (table 5.6: FAC). */
const ltpGains = Int16Array.of(3277, 11469, 21299, 32767);
const mantissas = Int16Array.of(18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767);

/** Deemphasis factor, 0.86 (5.3.6). */
const deemphasis = 28180;
/** Longest and shortest lag of the long term predictor (5.3.2). */
const longestLag = 120;
const shortestLag = 40;

const saturate = (value: number): number => Math.max(-32768, Math.min(32767, value));
/** The standard's mult_r: product of two Q15 numbers, rounded. */
const multiply = (a: number, b: number): number => saturate((Math.imul(a, b) + 16384) >> 15);

/**
 * Pulses of the regular excitation by block maximum (6 bits) and pulse (3 bits): 5.3.1 worked out once.
 */
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

/** Log area ratios by their place and code: 5.2.8 worked out once. */
const ratios = new Int16Array(8 * 64);
for (let place = 0; place < 8; place++) {
  for (let code = 0; code < 64; code++) {
    const raised = saturate((code + (ratioMinima[place] ?? 0)) << 10);
    const scaled = multiply(ratioScales[place] ?? 0, saturate(raised - ((ratioOffsets[place] ?? 0) << 1)));
    ratios[place * 64 + code] = saturate(2 * scaled);
  }
}

/** A reflection coefficient of an interpolated log area ratio (5.2.9.2). */
function reflection(ratio: number): number {
  const size = ratio === -32768 ? 32767 : Math.abs(ratio);
  const bent = size < 11059 ? size << 1 : size < 20070 ? size + 11059 : saturate((size >> 2) + 26112);
  return ratio < 0 ? -bent : bent;
}

/** The memory of one channel: what one frame hands to the next, and where it is worked on. */
export interface GsmChannel {
  /** The parameters of the frame to decode, as the packing gives them; filled by the caller. */
  readonly parameters: Uint8Array;
  /** Reconstructed short term residual: 120 samples of the past, then the frame. */
  readonly residual: Int16Array;
  lag: number;
  /** Log area ratios of the last frame and of this one. */
  readonly before: Int16Array;
  readonly now: Int16Array;
  /** Reflection coefficients. */
  readonly r: Int32Array;
  readonly memory: Int32Array;
  emphasised: number;
}

// The loops are functions of the module, not of each decoder: what V8 compiled for a function ends with it, and files are short.

/** Residual of the four subframes: excitation and long term prediction (5.3.1, 5.3.2). */
function excite(channel: GsmChannel): void {
  const { parameters, residual } = channel;
  let { lag } = channel;
  for (let subframe = 0; subframe < 4; subframe++) {
    const p = gsmRatios + subframe * gsmPerSubframe;
    const start = longestLag + subframe * 40;
    const stated = parameters[p] ?? 0;
    if (stated >= shortestLag && stated <= longestLag) lag = stated; // else the last one is kept
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

/** Short term synthesis of samples [from, to) of the frame, and the standard's post-processing, into `out` (5.3.4 to 5.3.7). */
function synthesise(channel: GsmChannel, from: number, to: number, out: Int16Array, at: number): void {
  const { residual, r, memory } = channel;
  // One by one: taking an array apart runs its iterator.
  const r0 = r[0] ?? 0;
  const r1 = r[1] ?? 0;
  const r2 = r[2] ?? 0;
  const r3 = r[3] ?? 0;
  const r4 = r[4] ?? 0;
  const r5 = r[5] ?? 0;
  const r6 = r[6] ?? 0;
  const r7 = r[7] ?? 0;
  let v0 = memory[0] ?? 0;
  let v1 = memory[1] ?? 0;
  let v2 = memory[2] ?? 0;
  let v3 = memory[3] ?? 0;
  let v4 = memory[4] ?? 0;
  let v5 = memory[5] ?? 0;
  let v6 = memory[6] ?? 0;
  let v7 = memory[7] ?? 0;
  let last = channel.emphasised;
  for (let k = from; k < to; k++) {
    let s = residual[longestLag + k] ?? 0;
    // A lattice of eight stages. No reflection coefficient is -32768, so that the rounded products need no limit.
    s -= (Math.imul(r7, v7) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    s -= (Math.imul(r6, v6) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v7 = v6 + ((Math.imul(r6, s) + 16384) >> 15);
    if (v7 !== (v7 << 16) >> 16) v7 = v7 < 0 ? -32768 : 32767;
    s -= (Math.imul(r5, v5) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v6 = v5 + ((Math.imul(r5, s) + 16384) >> 15);
    if (v6 !== (v6 << 16) >> 16) v6 = v6 < 0 ? -32768 : 32767;
    s -= (Math.imul(r4, v4) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v5 = v4 + ((Math.imul(r4, s) + 16384) >> 15);
    if (v5 !== (v5 << 16) >> 16) v5 = v5 < 0 ? -32768 : 32767;
    s -= (Math.imul(r3, v3) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v4 = v3 + ((Math.imul(r3, s) + 16384) >> 15);
    if (v4 !== (v4 << 16) >> 16) v4 = v4 < 0 ? -32768 : 32767;
    s -= (Math.imul(r2, v2) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v3 = v2 + ((Math.imul(r2, s) + 16384) >> 15);
    if (v3 !== (v3 << 16) >> 16) v3 = v3 < 0 ? -32768 : 32767;
    s -= (Math.imul(r1, v1) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v2 = v1 + ((Math.imul(r1, s) + 16384) >> 15);
    if (v2 !== (v2 << 16) >> 16) v2 = v2 < 0 ? -32768 : 32767;
    s -= (Math.imul(r0, v0) + 16384) >> 15;
    if (s !== (s << 16) >> 16) s = s < 0 ? -32768 : 32767;
    v1 = v0 + ((Math.imul(r0, s) + 16384) >> 15);
    if (v1 !== (v1 << 16) >> 16) v1 = v1 < 0 ? -32768 : 32767;
    v0 = s;
    last = s + ((Math.imul(last, deemphasis) + 16384) >> 15);
    if (last !== (last << 16) >> 16) last = last < 0 ? -32768 : 32767;
    let sample = last << 1;
    if (sample !== (sample << 16) >> 16) sample = sample < 0 ? -32768 : 32767;
    out[at + k] = sample & ~7; // 13 bits
  }
  memory[0] = v0;
  memory[1] = v1;
  memory[2] = v2;
  memory[3] = v3;
  memory[4] = v4;
  memory[5] = v5;
  memory[6] = v6;
  memory[7] = v7;
  channel.emphasised = last;
}

/**
 * Full rate decoder of EN 300 961, 5.3: fixed point, bit-exact. Turns the parameters of a frame into 160 samples in `out` from index `to`. The log area
 * ratios move from those of the last frame to those of this one in the first 40 samples (5.2.9.1): by a quarter, a half, three quarters.
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

/** A channel in the home state. */
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
  };
}
