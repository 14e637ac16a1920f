import type { Codec, Samples } from '../../src/core/format.ts';
import { blockDecoder } from './block-decoder.ts';
import { codedBytes } from './coded-frames.ts';

/** Bits of one code: 2, 3, 4, 5 for 16, 24, 32, 40 kbit/s. */
export type G726Bits = 2 | 3 | 4 | 5;
/** Which bits of a byte hold its first code: the most significant (ITU-T I.366.2 for AAL2) or the least (RFC 3551, 4.5.4). */
export type BitOrder = 'msb' | 'lsb';

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

/** Product of a predictor coefficient and a sample in the recommendation's 11-bit floating point (FMULT). */
function product(coefficient: number, float: number): number {
  const quarter = coefficient >> 2;
  const magnitude = coefficient < 0 ? -quarter & 0x1fff : quarter;
  const exponent = 32 - Math.clz32(magnitude);
  const mantissa = magnitude === 0 ? 32 : (magnitude << 6) >> exponent;
  const shift = 26 - exponent - ((float >> 6) & 0x0f);
  const raised = ((mantissa * (float & 0x3f) + 48) >> 4) << 7;
  const size = shift >= 0 ? raised >> shift : (raised << -shift) & 0x7fff;
  return coefficient < 0 !== float >= 0x400 ? -size : size;
}

/** Sign in bit 10, then 4 bits of exponent and 6 of mantissa (FLOATA, FLOATB). */
function floating(magnitude: number, negative: boolean): number {
  const exponent = 32 - Math.clz32(magnitude);
  return (negative ? 0x400 : 0) + (magnitude === 0 ? 32 : (exponent << 6) + ((magnitude << 6) >> exponent));
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
  const { levels, multipliers, speeds } = quantizers[bits];
  const half = 1 << (bits - 1);
  const byCode = (values: readonly number[]): Int32Array =>
    Int32Array.from({ length: 2 * half }, (_, code) => values[code < half ? code : 2 * half - 1 - code] ?? 0);
  const levelOf = byCode(levels);
  const multiplierOf = byCode(multipliers);
  const speedOf = byCode(speeds);
  const leak = bits === 5 ? 9 : 8; // at 40 kbit/s zeros fade at half the pace (UPB)

  // Reset as DELAYA to DELAYD have it.
  let [a1, a2, b1, b2, b3, b4, b5, b6] = [0, 0, 0, 0, 0, 0, 0, 0]; // coefficients, 14 fractional bits
  let [dq1, dq2, dq3, dq4, dq5, dq6, sr1, sr2] = [32, 32, 32, 32, 32, 32, 32, 32]; // past signals, floating
  let [pk1, pk2, tone] = [false, false, false];
  let [yu, yl, dms, dml, ap] = [544, 34816, 0, 0, 0];
  let [se, y, sr] = [0, 0, 0];
  /** Next coefficient of a zero (XOR, UPB). */
  const zero = (b: number, gain: number, sign: number, past: number): number =>
    ((b + (sign === (past & 0x400) ? gain : -gain) - (b >> leak)) << 16) >> 16;

  return {
    last: () => ({ se, y, sr }),
    decode(codes, count, out, to) {
      for (let i = 0; i < count; i++) {
        const code = codes[i] ?? 0;
        // Signal estimates: 16-bit sums, halved (ACCUM).
        const zeros = product(b1, dq1) + product(b2, dq2) + product(b3, dq3) + product(b4, dq4) + product(b5, dq5) + product(b6, dq6);
        const sez = (zeros << 16) >> 17;
        se = ((zeros + product(a1, sr1) + product(a2, sr2)) << 16) >> 17;
        // Scale factor (LIMA, MIX).
        const al = ap >= 256 ? 64 : ap >> 2;
        const off = yu - (yl >> 6);
        y = (yl >> 6) + (off < 0 ? -((-off * al) >> 6) : (off * al) >> 6);
        // Quantized difference (RECONST, ADDA, ANTILOG), reconstructed signal (ADDB), partial sum (ADDC).
        const negative = code >= half;
        const log = (levelOf[code] ?? 0) + (y >> 2);
        const magnitude = log < 0 ? 0 : ((0x80 | (log & 0x7f)) << 7) >> (14 - (log >> 7));
        const dq = negative ? -magnitude : magnitude;
        sr = ((dq + se) << 16) >> 16;
        const partial = ((dq + sez) << 16) >> 16;
        const pk0 = partial < 0;

        // A tone that changes (TRANS): the predictor starts anew (TRIGB) and the scale follows at once (TRIGA).
        const whole = yl >> 15;
        const threshold = whole > 9 ? 0x7c00 : (0x20 | ((yl >> 10) & 0x1f)) << whole;
        const transition = tone && magnitude > (threshold + (threshold >> 1)) >> 1;
        if (transition) {
          a1 = a2 = b1 = b2 = b3 = b4 = b5 = b6 = 0;
          tone = false;
        } else {
          // Poles (UPA2, LIMC, UPA1, LIMD).
          let first = a1 - (a1 >> 8);
          let second = a2 - (a2 >> 7);
          if (partial !== 0) {
            const bounded = (a1 > 8191 ? 8191 : Math.max(a1, -8191)) << 2;
            second += ((pk0 === pk2 ? 16384 : -16384) + (pk0 === pk1 ? -bounded : bounded)) >> 7;
            first += pk0 === pk1 ? 192 : -192;
          }
          a2 = second > 12288 ? 12288 : Math.max(second, -12288);
          const most = 15360 - a2;
          a1 = first > most ? most : Math.max(first, -most);
          tone = a2 < -11776; // TONE
          const gain = magnitude === 0 ? 0 : 128;
          const sign = negative ? 0x400 : 0;
          b1 = zero(b1, gain, sign, dq1);
          b2 = zero(b2, gain, sign, dq2);
          b3 = zero(b3, gain, sign, dq3);
          b4 = zero(b4, gain, sign, dq4);
          b5 = zero(b5, gain, sign, dq5);
          b6 = zero(b6, gain, sign, dq6);
        }

        // Scale factors, fast and slow (FILTD, LIMB, FILTE).
        const next = y + ((((multiplierOf[code] ?? 0) << 5) - y) >> 5);
        yu = next < 544 ? 544 : Math.min(next, 5120);
        yl += yu + (-yl >> 6);
        // Speed control (FILTA, FILTB, SUBTC, FILTC, TRIGA).
        const speed = speedOf[code] ?? 0;
        dms += ((speed << 9) - dms) >> 5;
        dml += ((speed << 11) - dml) >> 7;
        const apart = (dms << 2) - dml;
        const steady = y >= 1536 && (apart < 0 ? -apart : apart) < dml >> 3 && !tone;
        ap = transition ? 256 : ap + (((steady ? 0 : 512) - ap) >> 4);

        dq6 = dq5;
        dq5 = dq4;
        dq4 = dq3;
        dq3 = dq2;
        dq2 = dq1;
        dq1 = floating(magnitude, negative);
        sr2 = sr1;
        sr1 = floating(sr < 0 ? -sr & 0x7fff : sr, sr < 0);
        pk2 = pk1;
        pk1 = pk0;
        out[to + i] = (sr > 8191 ? 8191 : Math.max(sr, -8192)) << 2;
      }
    },
  };
}

/** Bytes in which a whole number of codes ends with a byte. */
const groupBytes: Readonly<Record<G726Bits, number>> = { 2: 1, 3: 3, 4: 1, 5: 5 };

/** Takes up to `count` codes out of the bytes from `from`, one a byte. */
export function unpackCodes(bytes: Uint8Array, from: number, count: number, bits: number, order: BitOrder, codes: Uint8Array): void {
  const mask = (1 << bits) - 1;
  let held = 0;
  let heldBits = 0;
  for (let i = 0, at = from; i < count; i++) {
    if (heldBits < bits) {
      const byte = bytes[at++] ?? 0;
      held = order === 'msb' ? ((held << 8) | byte) & 0xffff : held | (byte << heldBits);
      heldBits += 8;
    }
    heldBits -= bits;
    if (order === 'msb') {
      codes[i] = (held >> heldBits) & mask;
    } else {
      codes[i] = held & mask;
      held >>= bits;
    }
  }
}

const codesAtOnce = 2048; // a whole number of groups for every rate

function g726(bits: G726Bits, order: BitOrder): Codec {
  const kbits = bits * 8;
  return {
    id: `g726-${kbits}-${order}`,
    title: `G.726 at ${kbits} kbit/s, first code in the ${order === 'msb' ? 'most' : 'least'} significant bits`,
    facts: [
      'ITU-T G.726 (12/90), 4.2, and its Annex A (11/94) for uniform output; reproduces the ITU-T test sequences in A-law and mu-law',
      'libspandsp 0.0.6 gives the same samples where they are not limited; FFmpeg 7.1 deviates, at 40 kbit/s by far',
    ],
    frames: (track) => Math.floor((codedBytes(track) * 8) / bits),
    decode: {
      by: 'us',
      decoder() {
        const decoder = g726Decoder(bits);
        const codes = new Uint8Array(codesAtOnce);
        const blockBytes = groupBytes[bits];
        const run = (bytes: Uint8Array, from: number, count: number, out: Samples, to: number): void => {
          for (let done = 0; done < count; done += codesAtOnce) {
            const now = Math.min(codesAtOnce, count - done);
            unpackCodes(bytes, from + (done * bits) / 8, now, bits, order, codes);
            decoder.decode(codes, now, out, to + done);
          }
        };
        const blockSamples = (blockBytes * 8) / bits;
        return blockDecoder({
          blockBytes,
          blockSamples,
          allocate: (samples) => new Int16Array(samples),
          decode: (bytes, from, blocks, out, to) => run(bytes, from, blocks * blockSamples, out, to),
          cut(bytes, out) {
            const samples = Math.floor((bytes.length * 8) / bits);
            run(bytes, 0, samples, out, 0);
            return { samples, bytes: bytes.length };
          },
        });
      },
    },
  };
}

/** G.726 at its four rates in both bit orders: mono, 8000 Hz unless the track says otherwise. */
export const g726Codecs: readonly Codec[] = ([2, 3, 4, 5] as const).flatMap((bits) => [g726(bits, 'msb'), g726(bits, 'lsb')]);
