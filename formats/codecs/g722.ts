import type { Codec, Samples } from '../../src/core/format.ts';
import { blockDecoder } from './block-decoder.ts';
import { framesInBlocks } from './coded-frames.ts';

// Tables, block names (in brackets) and arithmetic: ITU-T G.722 (11/88; 09/2012), clause 6.

const negated = (values: readonly number[]): number[] => values.map((value) => -value);
/** Magnitudes of the low band's inverse quantizers (INVQAL, INVQBL), greatest first. */
const levels6 = [
  ...[24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576],
  ...[3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136],
];
const levels5 = [23352, 17560, 14120, 11664, 9752, 8184, 6864, 5712, 4696, 3784, 2960, 2208, 1520, 880, 280];
const levels4 = [20456, 12896, 8968, 6288, 4240, 2584, 1200];
/** Levels by code; the first codes are never sent, as a run of zero bits would break old lines, and count as the smallest level. */
const lowLevels = {
  6: Int16Array.of(-136, -136, -136, -136, ...negated(levels6.slice(0, 28)), ...levels6, -432, -136),
  5: Int16Array.of(-280, -280, ...negated(levels5.slice(0, 14)), ...levels5, -280),
  4: Int16Array.of(0, ...negated(levels4), ...levels4, 0),
} as const;
const highLevels = Int16Array.of(-7408, -1616, 7408, 1616);
/** Change of the logarithmic scale factor by code: LOGSCL for the four bits that all modes have, LOGSCH. */
const lowChanges = Int16Array.of(-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60);
const highChanges = Int16Array.of(798, -214, 798, -214);
/** 2 to the power of 32nds, 11 fractional bits (SCALEL, SCALEH: table ILB). */
const powers = Int16Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);
/** Half of the 24 taps of the receive filter; the other half is their mirror image. */
const taps = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const tapsBack = taps.slice().reverse();

const saturated = (value: number): number => (value > 32767 ? 32767 : Math.max(value, -32768));
const limited = (value: number): number => (value > 16383 ? 16383 : Math.max(value, -16384));

/** Adaptive predictor and scale factor of one band. */
interface Band {
  /** Estimate of the next sample, and its part from the zeros. */
  estimate: number;
  zeros: number;
  /** Poles and past values: reconstructed signal, partly reconstructed signal. */
  a1: number;
  a2: number;
  r1: number;
  p1: number;
  p2: number;
  /** Six zeros and past differences, the newest first. */
  readonly b: Int32Array;
  readonly d: Int32Array;
  /** Scale factor, its logarithm with 11 fractional bits. */
  log: number;
  scale: number;
}

function band(scale: number): Band {
  return { estimate: 0, zeros: 0, a1: 0, a2: 0, r1: 0, p1: 0, p2: 0, b: new Int32Array(6), d: new Int32Array(6), log: 0, scale };
}

/** The next scale factor (LOGSCL and SCALEL with `shift` 8, LOGSCH and SCALEH with 10). */
function rescale(of: Band, change: number, most: number, shift: number): void {
  const log = ((of.log * 127) >> 7) + change;
  of.log = log < 0 ? 0 : Math.min(log, most);
  const down = shift - (of.log >> 11);
  const power = powers[(of.log >> 6) & 31] ?? 0;
  of.scale = (down < 0 ? power << -down : power >> down) << 2;
}

/** Takes in a quantized difference and predicts the next sample (RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ, PREDIC). */
function adapt(of: Band, difference: number): void {
  const { b, d, a1, a2 } = of;
  const reconstructed = saturated(of.estimate + difference);
  const partial = saturated(of.zeros + difference);
  const same1 = partial < 0 === of.p1 < 0;
  const same2 = partial < 0 === of.p2 < 0;
  const quadruple = saturated(a1 << 2);
  const pull = same1 ? (quadruple === -32768 ? 32767 : -quadruple) : quadruple;
  const second = (pull >> 7) + (same2 ? 128 : -128) + ((a2 * 32512) >> 15);
  of.a2 = second > 12288 ? 12288 : Math.max(second, -12288);
  const first = (same1 ? 192 : -192) + ((a1 * 32640) >> 15);
  const most = 15360 - of.a2;
  of.a1 = first > most ? most : Math.max(first, -most);
  const gain = difference === 0 ? 0 : 128;
  let zeros = 0;
  let newer = difference;
  for (let i = 0; i < 6; i++) {
    const past = d[i] ?? 0;
    const coefficient = saturated((past < 0 === difference < 0 ? gain : -gain) + (((b[i] ?? 0) * 32640) >> 15));
    b[i] = coefficient;
    d[i] = newer;
    zeros += (coefficient * saturated(newer << 1)) >> 15;
    newer = past;
  }
  of.zeros = saturated(zeros);
  const poles = ((of.a1 * saturated(reconstructed << 1)) >> 15) + ((of.a2 * saturated(of.r1 << 1)) >> 15);
  of.r1 = reconstructed;
  of.p2 = of.p1;
  of.p1 = partial;
  of.estimate = saturated(saturated(poles) + of.zeros);
}

const codesAtOnce = 1024;
const history = taps.length - 1;

/** Decodes bytes in order, two samples each; `lowBits` of the low band are used, the rest of the byte is another channel's data. */
function g722Decoder(lowBits: 6 | 5 | 4): (bytes: Uint8Array, from: number, count: number, out: Samples, to: number) => void {
  const levels = lowLevels[lowBits];
  const low = band(32);
  const high = band(8);
  // Sum and difference of the two bands, the last eleven of the run before first.
  const sums = new Int32Array(history + codesAtOnce);
  const differences = new Int32Array(history + codesAtOnce);
  const run = (bytes: Uint8Array, from: number, count: number, out: Samples, to: number): void => {
    for (let i = 0; i < count; i++) {
      const byte = bytes[from + i] ?? 0;
      const lowCode = byte & 0x3f;
      const lowSample = limited(low.estimate + ((low.scale * (levels[lowCode >> (6 - lowBits)] ?? 0)) >> 15));
      const core = lowCode >> 2; // the predictor follows the four bits that all modes have
      const lowDifference = (low.scale * (lowLevels[4][core] ?? 0)) >> 15;
      rescale(low, lowChanges[core] ?? 0, 18432, 8);
      adapt(low, lowDifference);
      const highDifference = (high.scale * (highLevels[byte >> 6] ?? 0)) >> 15;
      const highSample = limited(high.estimate + highDifference);
      rescale(high, highChanges[byte >> 6] ?? 0, 22528, 10);
      adapt(high, highDifference);
      sums[history + i] = lowSample + highSample;
      differences[history + i] = lowSample - highSample;
    }
    for (let i = 0; i < count; i++) {
      let even = 0;
      let odd = 0;
      for (let n = 0; n <= history; n++) {
        even += (differences[i + n] ?? 0) * (tapsBack[n] ?? 0);
        odd += (sums[i + n] ?? 0) * (taps[n] ?? 0);
      }
      out[to + 2 * i] = saturated(even >> 11);
      out[to + 2 * i + 1] = saturated(odd >> 11);
    }
    sums.copyWithin(0, count, count + history);
    differences.copyWithin(0, count, count + history);
  };
  return (bytes, from, count, out, to) => {
    for (let done = 0; done < count; done += codesAtOnce) {
      run(bytes, from + done, Math.min(codesAtOnce, count - done), out, to + 2 * done);
    }
  };
}

function g722Mode(id: string, title: string, lowBits: 6 | 5 | 4): Codec {
  return {
    id,
    title,
    facts: [
      'ITU-T G.722 (11/88; 09/2012), clause 6; reproduces the decoder outputs of the ITU-T Software Tool Library in its three modes',
      'FFmpeg 7.1 (bits_per_codeword 8, 7, 6) gives the same samples',
    ],
    frames: (track) => framesInBlocks(track, 1, 2),
    rateHz: 16_000,
    decode: {
      by: 'us',
      decoder() {
        const decode = g722Decoder(lowBits);
        return blockDecoder({ blockBytes: 1, blockSamples: 2, allocate: (samples) => new Int16Array(samples), decode });
      },
    },
  };
}

/** G.722 in mode 1: one byte for two samples at 16 kHz, whatever rate a header declares. Mono. */
export const g722: Codec = g722Mode('g722', 'G.722 at 64 kbit/s', 6);

/** G.722 in mode 2: still one byte for two samples; its lowest bit is no sound. */
export const g72256: Codec = g722Mode('g722-56', 'G.722 at 56 kbit/s (mode 2, in bytes)', 5);

/** G.722 in mode 3: still one byte for two samples; its two lowest bits are no sound. */
export const g72248: Codec = g722Mode('g722-48', 'G.722 at 48 kbit/s (mode 3, in bytes)', 4);
