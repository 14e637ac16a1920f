import type { Samples } from '../../src/core/format.ts';

/** Bits of one code: 2, 3, 4, 5 for 16, 24, 32, 40 kbit/s. */
export type G726Bits = 2 | 3 | 4 | 5;

/** What a code stands for, by its magnitude; negative codes are the ones' complement of positive ones. */
interface Quantizer {
  /** Logarithm to base 2 of the quantized difference, 7 fractional bits (RECONST). */
  readonly levels: readonly number[];
  /** Multiplier W of the scale factor, 4 fractional bits (FUNCTW). */
  readonly multipliers: readonly number[];
  /** F, which tells steady sound from unsteady (FUNCTF). */
  readonly speeds: readonly number[];
}
const nothing = -2048; // a level below all others: the difference is 0
/** ITU-T G.726 (12/90), 4.2. */
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

// The recommendation multiplies in a floating point of 4 bits of exponent and 6 of mantissa. Both factors are kept so that a product needs no branch:
// the mantissa in bits 5 to 10; below it the coefficient's exponent, or what a signal's exponent lacks to 28; a signal's sign in bit 31.

/** A signal in floating point; `sign` is 0, or -1 where it is negative (FLOATA, FLOATB). */
function floating(magnitude: number, sign: number): number {
  const exponent = 32 - Math.clz32(magnitude);
  return (sign << 31) | (magnitude === 0 ? 0x400 : ((magnitude << 11) >> exponent) & 0x7e0) | (28 - exponent);
}

/** A predictor coefficient in floating point, by its 14 upper bits (FMULT). Filled in a loop, as is the next: `from` takes milliseconds of every start. */
const coefficientFloats = new Uint16Array(0x4000);
for (let bits = 0; bits < 0x4000; bits++) {
  const float = floating(bits < 0x2000 ? bits : -bits & 0x1fff, 0);
  coefficientFloats[bits] = (float & 0x7e0) | (28 - (float & 0x1f));
}

/** Product of a coefficient and a signal in floating point (FMULT). */
function product(coefficient: number, signal: number): number {
  const float = coefficientFloats[(coefficient >> 2) & 0x3fff] ?? 0;
  const mantissa = (Math.imul(float >> 5, signal & 0x7e0) + (48 << 5)) & ~0x1ff;
  const size = (mantissa >> (signal - float)) & 0x7fff; // a shift takes the five lowest bits, which are 28 less both exponents
  const sign = (coefficient ^ signal) >> 31;
  return ((size ^ sign) - sign) | 0;
}

/**
 * Magnitude (bits 11 to 25) and floating point of a quantized difference, by the 12 bits of its logarithm in two's complement (ANTILOG):
 * the least of all from 0x800 on, where logarithms are negative, and never asked for between 0x780 and there.
 */
const antilogs = new Int32Array(0x1000).fill(floating(0, 0));
for (let log = 0; log < 0x780; log++) {
  const magnitude = ((0x80 | (log & 0x7f)) << 7) >> (14 - (log >> 7));
  antilogs[log] = (magnitude << 11) | floating(magnitude, 0);
}
const antilogOf = (log: number): number => antilogs[log & 0xfff] ?? 0;

/** What a difference must exceed for a tone to have changed, from the slow scale factor (TRANS). */
function transitionThreshold(yl: number): number {
  const whole = yl >> 15;
  const threshold = whole > 9 ? 0x7c00 : (0x20 | ((yl >> 10) & 0x1f)) << whole;
  return (threshold + (threshold >> 1)) >> 1;
}

/** The tables of one rate, by code. */
interface Rate {
  readonly levels: Int32Array;
  readonly multipliers: Int32Array;
  readonly speeds: Int32Array;
  /** The first negative code. */
  readonly half: number;
  /** Zeros fade by one part of 2 to the power of this. */
  readonly leak: number;
}

/**
 * Decodes nothing, a few times: V8 compiles the loop while it first runs, knows nothing of what comes after it where it has never been, and would leave the
 * compiled code at each end of it: 799 times in 1,000 calls of 2 s without this, 133 times with it.
 */
function warm(rate: Rate): Rate {
  for (let time = 0; time < 16; time++) decodeCodes(rate, atReset(), new Uint8Array(0), 0, new Int16Array(0), 0);
  return rate;
}

function rateOf(bits: G726Bits): Rate {
  const { levels, multipliers, speeds } = quantizers[bits];
  const half = 1 << (bits - 1);
  const byCode = (values: readonly number[]): Int32Array =>
    Int32Array.from({ length: 2 * half }, (_, code) => values[code < half ? code : 2 * half - 1 - code] ?? 0);
  return {
    levels: byCode(levels),
    multipliers: byCode(multipliers),
    speeds: byCode(speeds),
    half,
    leak: bits === 5 ? 9 : 8, // at 40 kbit/s at half the pace (UPB)
  };
}

/** Those that were asked for. */
const rates: Partial<Record<G726Bits, Rate>> = {};

/** What one sample hands to the next, as at a reset (DELAYA to DELAYD). */
const atReset = () => {
  const silence = floating(0, 0);
  return {
    // Coefficients of poles and zeros, 14 fractional bits.
    a1: 0,
    a2: 0,
    b1: 0,
    b2: 0,
    b3: 0,
    b4: 0,
    b5: 0,
    b6: 0,
    // Past differences and reconstructed signals, in floating point.
    dq1: silence,
    dq2: silence,
    dq3: silence,
    dq4: silence,
    dq5: silence,
    dq6: silence,
    sr1: silence,
    sr2: silence,
    // Signs of past partial sums, 0 or -1; 1 while there is a tone.
    pk1: 0,
    pk2: 0,
    tone: 0,
    // Scale factors, fast and slow; speed control.
    yu: 544,
    yl: 34816,
    dms: 0,
    dml: 0,
    ap: 0,
    // Of the last sample: signal estimate, scale factor, reconstructed signal.
    se: 0,
    y: 0,
    sr: 0,
  };
};
type State = Readonly<ReturnType<typeof atReset>>;

/**
 * Decodes codes in order. It runs for every sample of an archive: the state lies in local variables from the first code to the last, always in
 * the same shape, and what hangs on a sign, which nobody can foretell, is worked out without a branch. That doubles the speed.
 */
function decodeCodes(
  { levels, multipliers, speeds, half, leak }: Rate,
  before: State,
  codes: Uint8Array,
  count: number,
  out: Samples,
  to: number,
): State {
  let { a1, a2, b1, b2, b3, b4, b5, b6, dq1, dq2, dq3, dq4, dq5, dq6, sr1, sr2, pk1, pk2, tone, yu, yl, dms, dml, ap, se, y, sr } = before;
  for (let i = 0; i < count; i++) {
    const code = codes[i] ?? 0;
    // Signal estimates: 16-bit sums, halved (ACCUM). All products before the sums, or V8 would guard each sum against overflow.
    const w1 = product(b1, dq1);
    const w2 = product(b2, dq2);
    const w3 = product(b3, dq3);
    const w4 = product(b4, dq4);
    const w5 = product(b5, dq5);
    const w6 = product(b6, dq6);
    const wa1 = product(a1, sr1);
    const wa2 = product(a2, sr2);
    const zeros = (w1 + w2 + w3 + w4 + w5 + w6) | 0;
    const sez = (zeros << 16) >> 17;
    se = ((zeros + wa1 + wa2) << 16) >> 17;
    // Scale factor (LIMA, MIX): the product is cut towards zero.
    const al = ap >= 256 ? 64 : ap >> 2;
    const off = Math.imul(yu - (yl >> 6), al);
    y = (yl >> 6) + ((off + ((off >> 31) & 63)) >> 6);
    // Quantized difference (RECONST, ADDA, ANTILOG), reconstructed signal (ADDB), partial sum (ADDC).
    const sign = (half - 1 - code) >> 31;
    const antilog = antilogOf((levels[code] ?? 0) + (y >> 2));
    const magnitude = antilog >> 11;
    const dq0 = (antilog & 0x7ff) | (sign << 31);
    const dq = (magnitude ^ sign) - sign;
    sr = ((dq + se) << 16) >> 16;
    const partial = ((dq + sez) << 16) >> 16;
    const pk0 = partial >> 31;

    // A tone that changes (TRANS): the predictor starts anew (TRIGB) and the scale follows at once (TRIGA).
    const transition = tone === 1 && magnitude > transitionThreshold(yl);
    if (transition) {
      a1 = a2 = b1 = b2 = b3 = b4 = b5 = b6 = 0;
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
      const swing = gain << 1; // from the one sign to the other (XOR, UPB)
      b1 = ((b1 - (b1 >> leak) + gain - (((dq0 ^ dq1) >> 31) & swing)) << 16) >> 16;
      b2 = ((b2 - (b2 >> leak) + gain - (((dq0 ^ dq2) >> 31) & swing)) << 16) >> 16;
      b3 = ((b3 - (b3 >> leak) + gain - (((dq0 ^ dq3) >> 31) & swing)) << 16) >> 16;
      b4 = ((b4 - (b4 >> leak) + gain - (((dq0 ^ dq4) >> 31) & swing)) << 16) >> 16;
      b5 = ((b5 - (b5 >> leak) + gain - (((dq0 ^ dq5) >> 31) & swing)) << 16) >> 16;
      b6 = ((b6 - (b6 >> leak) + gain - (((dq0 ^ dq6) >> 31) & swing)) << 16) >> 16;
    }

    // Scale factors, fast and slow (FILTD, LIMB, FILTE).
    const next = y + ((((multipliers[code] ?? 0) << 5) - y) >> 5);
    yu = next < 544 ? 544 : Math.min(next, 5120);
    yl += yu + (-yl >> 6);
    // Speed control (FILTA, FILTB, SUBTC, FILTC, TRIGA).
    const speed = speeds[code] ?? 0;
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
    sr1 = floating(sr < 0 ? -sr & 0x7fff : sr, sr >> 31);
    pk2 = pk1;
    pk1 = pk0;
    out[to + i] = (sr > 8191 ? 8191 : Math.max(sr, -8192)) << 2;
  }
  return { a1, a2, b1, b2, b3, b4, b5, b6, dq1, dq2, dq3, dq4, dq5, dq6, sr1, sr2, pk1, pk2, tone, yu, yl, dms, dml, ap, se, y, sr };
}

/** One decoder of codes, one code a byte; carries its state from call to call. */
export interface G726 {
  /** Decodes `count` codes into `out` from `to`: uniform samples of 14 bits, scaled to 16. */
  decode(codes: Uint8Array, count: number, out: Samples, to: number): void;
  /** Of the last code: signal estimate SE, scale factor Y, reconstructed signal SR before its limit. What tandem coding needs. */
  last(): { readonly se: number; readonly y: number; readonly sr: number };
}

/** The decoder of ITU-T G.726 for one rate. Block names in the comments are the recommendation's. Output as in its Annex A (1994). */
export function g726Decoder(bits: G726Bits): G726 {
  rates[bits] ??= warm(rateOf(bits));
  const rate = rates[bits];
  let state: State = atReset();
  return {
    last: () => state,
    decode(codes, count, out, to) {
      state = decodeCodes(rate, state, codes, count, out, to);
    },
  };
}
