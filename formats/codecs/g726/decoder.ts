import type { Samples } from '../../../src/core/model/format.ts';
import type { SampleRoom } from '../base/block-decoder.ts';
import { antilogFloats, antilogs, floating, loud, product } from './floats.ts';

/** Number of bits of one code: 2, 3, 4, 5 for 16, 24, 32, 40 kbit/s. */
export type G726Bits = 2 | 3 | 4 | 5;

/** Meaning of a code by its magnitude; a negative code is the ones' complement of the positive one. */
interface Quantizer {
  /** Logarithm to base 2 of the quantized difference, 7 fractional bits (RECONST). */
  readonly levels: readonly number[];
  /** Multiplier W of the scale factor, 4 fractional bits (FUNCTW). */
  readonly multipliers: readonly number[];
  /** F, which distinguishes steady from unsteady signals (FUNCTF). */
  readonly speeds: readonly number[];
}
const nothing = -2048; // a level below all others: the difference is 0
/** Quantizers by number of bits per code. Source: ITU-T G.726 (12/90), 4.2. */
const quantizers: Readonly<Record<G726Bits, Quantizer>> = {
  2: { levels: [116, 365], multipliers: [-22, 439], speeds: [0, 7] },
  3: { levels: [nothing, 135, 273, 373], multipliers: [-4, 30, 137, 582], speeds: [0, 1, 2, 7] },
  4: {
    levels: [nothing, 4, 135, 213, 273, 323, 373, 425],
    multipliers: [-12, 18, 41, 64, 112, 198, 355, 1122],
    speeds: [0, 0, 0, 1, 1, 1, 3, 7],
  },
  5: {
    levels: [nothing, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566],
    multipliers: [14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696],
    speeds: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6],
  },
};

/** Returns, from the slow scale factor, the threshold that a difference exceeds when a tone changes (TRANS). */
function transitionThreshold(yl: number): number {
  const whole = yl >> 15;
  const threshold = whole > 9 ? 0x7c00 : (0x20 | ((yl >> 10) & 0x1f)) << whole;
  return (threshold + (threshold >> 1)) >> 1;
}

// One constant table serves all rates: V8 compiles its address into the loop, without the checks that it makes for a table passed as an argument. The entries
// of a rate are filled when the rate is first used.
const levels = new Int32Array(4 * 32);
const multipliers = new Int32Array(4 * 32);
const speeds = new Int32Array(4 * 32);

/** One of the four rates. */
interface Rate {
  /** Offset of its codes in the tables. */
  readonly place: number;
  /** The first negative code. */
  readonly half: number;
  /** Zeros fade by one part in 2 to this power. */
  readonly leak: number;
}

/**
 * Decodes a varied sample of codes: codes of both signs and all sizes, then alternating largest codes until the signal is loud and a tone, which then stops. V8
 * compiles the loop while it first runs, without information about branches that were never taken, and would discard the compiled code at the first use of each
 * such branch.
 */
function warm(rate: Rate): Rate {
  const codes = new Uint8Array(256);
  for (let i = 0; i < 128; i++) codes[i] = Math.imul(i, 0x9e3779b1) >>> 8;
  const greatest = rate.half - 1;
  for (let i = 128; i < 256; i++) codes[i] = ((i >> 2) & 1) === 0 || i > 240 ? greatest : greatest + 1;
  for (let i = 0; i < 128; i++) codes[i] = (codes[i] ?? 0) & (2 * rate.half - 1);
  const out = new Int16Array(256);
  decodeCodes(rate, atReset(), codes, 256, { out, to: 0 });
  for (let time = 0; time < 16; time++) decodeCodes(rate, atReset(), codes, 0, { out, to: 0 });
  return rate;
}

function rateOf(bits: G726Bits): Rate {
  const quantizer = quantizers[bits];
  const half = 1 << (bits - 1);
  const place = (bits - 2) << 5;
  for (let code = 0; code < 2 * half; code++) {
    const size = code < half ? code : 2 * half - 1 - code;
    levels[place + code] = quantizer.levels[size] ?? 0;
    multipliers[place + code] = quantizer.multipliers[size] ?? 0;
    speeds[place + code] = quantizer.speeds[size] ?? 0;
  }
  return { place, half, leak: bits === 5 ? 9 : 8 }; // at half the pace for 40 kbit/s (UPB)
}

/** Rates that have been used. */
const rates: Partial<Record<G726Bits, Rate>> = {};

/** Returns the state between samples after a reset (DELAYA to DELAYD). */
const atReset = () => {
  return {
    // Coefficients of poles, 14 fractional bits; coefficients of zeros, with 32768 added.
    a1: 0,
    a2: 0,
    b1: 32768,
    b2: 32768,
    b3: 32768,
    b4: 32768,
    b5: 32768,
    b6: 32768,
    // Past differences and reconstructed signals, in floating point.
    dq1: 0,
    dq2: 0,
    dq3: 0,
    dq4: 0,
    dq5: 0,
    dq6: 0,
    sr1: 0,
    sr2: 0,
    // Signs of past partial sums, 0 or -1; 1 during a tone.
    pk1: 0,
    pk2: 0,
    tone: 0,
    // Scale factors, fast and slow; speed control.
    yu: 544,
    yl: 34816,
    dms: 0,
    dml: 0,
    ap: 0,
    // Signal estimate, scale factor and reconstructed signal of the last sample.
    se: 0,
    y: 0,
    sr: 0,
    // Number of samples for which any of those signals is loud.
    loudFor: 0,
  };
};
type State = Readonly<ReturnType<typeof atReset>>;

/**
 * Decodes codes in order. This runs for every sample of an archive. Therefore the state is in local variables, always with the same types, from the first code
 * to the last; and results that depend on a sign, which is unpredictable, are computed without a branch. That doubles the speed.
 * One function: the state is in its local variables, which smaller functions would have to pass to each other for every sample.
 */
function decodeCodes({ place, half, leak }: Rate, before: State, codes: Uint8Array, count: number, { out, to }: SampleRoom): State {
  let { a1, a2, b1, b2, b3, b4, b5, b6, dq1, dq2, dq3, dq4, dq5, dq6, sr1, sr2, pk1, pk2, tone, yu, yl, dms, dml, ap, se, y, sr, loudFor } = before;
  for (let i = 0; i < count; i++) {
    const code = codes[i] ?? 0;
    const entry = (code | place) & 0x7f;
    // Signal estimates: 16-bit sums, halved (ACCUM).
    let w1 = product(b1 >> 2, dq1);
    let w2 = product(b2 >> 2, dq2);
    let w3 = product(b3 >> 2, dq3);
    let w4 = product(b4 >> 2, dq4);
    let w5 = product(b5 >> 2, dq5);
    let w6 = product(b6 >> 2, dq6);
    let wa1 = product((a1 + 32768) >> 2, sr1);
    let wa2 = product((a2 + 32768) >> 2, sr2);
    if (loudFor > 0) {
      loudFor--;
      w1 -= Math.trunc(w1 / 32768) * 32768;
      w2 -= Math.trunc(w2 / 32768) * 32768;
      w3 -= Math.trunc(w3 / 32768) * 32768;
      w4 -= Math.trunc(w4 / 32768) * 32768;
      w5 -= Math.trunc(w5 / 32768) * 32768;
      w6 -= Math.trunc(w6 / 32768) * 32768;
      wa1 -= Math.trunc(wa1 / 32768) * 32768;
      wa2 -= Math.trunc(wa2 / 32768) * 32768;
    }
    const zeros = (w1 + w2 + w3 + w4 + w5 + w6) | 0;
    const poles = (wa1 + wa2) | 0;
    const sez = (zeros << 16) >> 17;
    se = ((zeros + poles) << 16) >> 17;
    // Scale factor (LIMA, MIX): the product is truncated towards zero.
    const al = ap >= 256 ? 64 : ap >> 2;
    const off = Math.imul(yu - (yl >> 6), al);
    y = (yl >> 6) + ((off + ((off >> 31) & 63)) >> 6);
    // Quantized difference (RECONST, ADDA, ANTILOG), reconstructed signal (ADDB), partial sum (ADDC).
    const sign = (half - 1 - code) >> 31;
    const log = ((levels[entry] ?? 0) + (y >> 2)) & 0xfff;
    const magnitude = antilogs[log] ?? 0;
    const dq0 = (antilogFloats[log] ?? 0) | (sign << 31);
    const dq = (magnitude ^ sign) - sign;
    sr = ((dq + se) << 16) >> 16;
    const partial = ((dq + sez) << 16) >> 16;
    const pk0 = partial >> 31;

    // A tone that changes (TRANS): the predictor restarts (TRIGB) and the scale follows at once (TRIGA).
    const transition = tone === 1 && magnitude > transitionThreshold(yl);
    if (transition) {
      a1 = a2 = 0;
      b1 = b2 = b3 = b4 = b5 = b6 = 32768;
      tone = 0;
    } else {
      // Poles (UPA2, LIMC, UPA1, LIMD).
      let first = a1 - (a1 >> 8);
      let second = a2 - (a2 >> 7);
      if (partial !== 0) {
        const apart1 = pk0 ^ pk1;
        const apart2 = pk0 ^ pk2;
        const bounded = (a1 > 8191 ? 8191 : Math.max(a1, -8191)) << 2;
        second += ((16384 ^ apart2) - apart2 - ((bounded ^ apart1) - apart1)) >> 7;
        first += (192 ^ apart1) - apart1;
      }
      a2 = second > 12288 ? 12288 : Math.max(second, -12288);
      const most = 15360 - a2;
      a1 = first > most ? most : Math.max(first, -most);
      tone = a2 < -11776 ? 1 : 0; // TONE
      const gain = magnitude === 0 ? 0 : 128;
      const least = (gain + (32768 >> leak)) | 0; // includes the amount by which the 32768 in a zero fades
      const swing = gain << 1; // from one sign to the other (XOR, UPB)
      b1 = (b1 - (b1 >> leak) + least - (((dq0 ^ dq1) >> 31) & swing)) & 0xffff;
      b2 = (b2 - (b2 >> leak) + least - (((dq0 ^ dq2) >> 31) & swing)) & 0xffff;
      b3 = (b3 - (b3 >> leak) + least - (((dq0 ^ dq3) >> 31) & swing)) & 0xffff;
      b4 = (b4 - (b4 >> leak) + least - (((dq0 ^ dq4) >> 31) & swing)) & 0xffff;
      b5 = (b5 - (b5 >> leak) + least - (((dq0 ^ dq5) >> 31) & swing)) & 0xffff;
      b6 = (b6 - (b6 >> leak) + least - (((dq0 ^ dq6) >> 31) & swing)) & 0xffff;
    }

    // Scale factors, fast and slow (FILTD, LIMB, FILTE).
    const next = y + ((((multipliers[entry] ?? 0) << 5) - y) >> 5);
    yu = next < 544 ? 544 : Math.min(next, 5120);
    yl += yu + (-yl >> 6);
    // Speed control (FILTA, FILTB, SUBTC, FILTC, TRIGA).
    const speed = speeds[entry] ?? 0;
    dms += ((speed << 9) - dms) >> 5;
    dml += ((speed << 11) - dml) >> 7;
    const steady = y >= 1536 && Math.abs((dms << 2) - dml) < dml >> 3 && tone === 0;
    ap = transition ? 256 : ap + (((steady ? 0 : 512) - ap) >> 4);

    dq6 = dq5;
    dq5 = dq4;
    dq4 = dq3;
    dq3 = dq2;
    dq2 = dq1;
    dq1 = dq0;
    sr2 = sr1;
    const size = sr < 0 ? -sr & 0x7fff : sr;
    sr1 = floating(size, sr >> 31, 5);
    if ((size | magnitude) >= loud) loudFor = 6;
    pk2 = pk1;
    pk1 = pk0;
    out[to + i] = (sr > 8191 ? 8191 : Math.max(sr, -8192)) << 2;
  }
  return { a1, a2, b1, b2, b3, b4, b5, b6, dq1, dq2, dq3, dq4, dq5, dq6, sr1, sr2, pk1, pk2, tone, yu, yl, dms, dml, ap, se, y, sr, loudFor };
}

/** State of a decoder between two pieces of its codes. */
export interface G726Line {
  readonly rate: Rate;
  state: State;
}

/** Returns a decoder of ITU-T G.726 for one rate, after a reset. */
export function g726Line(bits: G726Bits): G726Line {
  rates[bits] ??= warm(rateOf(bits));
  return { rate: rates[bits], state: atReset() };
}

/**
 * Decodes `count` codes, one per byte, into `out` from `to`: uniform samples of 14 bits, scaled to 16. Block names in the comments are those of the
 * recommendation; the output is as in its Annex A (1994). A function of the module: code that V8 compiled for a function of one decoder is lost with the
 * decoder, and files are short.
 */
export function decodeG726(line: G726Line, codes: Uint8Array, count: number, out: Samples, to: number): void {
  line.state = decodeCodes(line.rate, line.state, codes, count, { out, to });
}

/** One decoder of codes; keeps its state from call to call. */
export interface G726 {
  /** Decodes codes like `decodeG726`. */
  decode(codes: Uint8Array, count: number, out: Samples, to: number): void;
  /**
   * Returns, for the last code, the signal estimate SE, the scale factor Y, and the reconstructed signal SR before it is limited, as needed for tandem coding.
   */
  last(): { readonly se: number; readonly y: number; readonly sr: number };
}

/** Returns a decoder as an object with functions. */
export function g726Decoder(bits: G726Bits): G726 {
  const line = g726Line(bits);
  return {
    last: () => line.state,
    decode: (codes, count, out, to) => decodeG726(line, codes, count, out, to),
  };
}
