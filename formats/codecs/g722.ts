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
/** A limited integer; `| 0` so that V8 need not think of -0. */
const within = (value: number, least: number, most: number): number => (value > most ? most : Math.max(value, least)) | 0;
const saturated = (value: number): number => within(value, -32768, 32767);

/** The tables of one band. */
interface Band {
  /** By byte: level of the difference that is heard, of the one that the predictor follows, change of the logarithmic scale factor. */
  readonly heard: Int16Array;
  readonly followed: Int16Array;
  readonly changes: Int16Array;
  /** Scale factor by its logarithm, in 32nds. */
  readonly scales: Int32Array;
  /** Greatest logarithm, 11 fractional bits. */
  readonly mostLog: number;
}

const byByte = (value: (byte: number) => number | undefined): Int16Array => Int16Array.from({ length: 256 }, (_, byte) => value(byte) ?? 0);

/** Scale factors up to a greatest logarithm (SCALEL with `shift` 8, SCALEH with 10). */
function scaleFactors(mostLog: number, shift: number): Int32Array {
  return Int32Array.from({ length: (mostLog >> 6) + 1 }, (_, log) => {
    const down = shift - (log >> 5);
    const power = powers[log & 31] ?? 0;
    return (down < 0 ? power << -down : power >> down) << 2;
  });
}

/** The low band, of which `bits` are heard; the rest of its six is another channel's data. */
function lowBand(bits: 6 | 5 | 4): Band {
  const core = (byte: number): number => (byte >> 2) & 0x0f; // the predictor follows the four bits that all modes have
  return {
    heard: byByte((byte) => lowLevels[bits][(byte & 0x3f) >> (6 - bits)]),
    followed: byByte((byte) => lowLevels[4][core(byte)]),
    changes: byByte((byte) => lowChanges[core(byte)]),
    scales: scaleFactors(18432, 8),
    mostLog: 18432,
  };
}

const highBand: Band = {
  heard: byByte((byte) => highLevels[byte >> 6]),
  followed: byByte((byte) => highLevels[byte >> 6]),
  changes: byByte((byte) => highChanges[byte >> 6]),
  scales: scaleFactors(22528, 10),
  mostLog: 22528,
};

/** What one sample of a band hands to the next. */
const atReset = () => ({
  // Estimate of the next sample, and its part from the zeros; logarithm of the scale factor, 11 fractional bits.
  estimate: 0,
  zeros: 0,
  log: 0,
  // Poles; past reconstructed signal, doubled as the predictor takes it; signs of past partly reconstructed signals, 0 or -1.
  a1: 0,
  a2: 0,
  r1: 0,
  p1: 0,
  p2: 0,
  // Zeros; past differences, doubled, the newest first.
  b1: 0,
  b2: 0,
  b3: 0,
  b4: 0,
  b5: 0,
  b6: 0,
  d1: 0,
  d2: 0,
  d3: 0,
  d4: 0,
  d5: 0,
  d6: 0,
});
type State = Readonly<ReturnType<typeof atReset>>;

/**
 * Decodes one band of bytes in order, a sample each. It runs for every sample of an archive: the state lies in local variables from the first byte
 * to the last, always in the same shape, and what hangs on a sign, which nobody can foretell, is worked out without a branch.
 */
function decodeBand(band: Band, before: State, bytes: Uint8Array, from: number, count: number, samples: Int32Array): State {
  const { heard, followed, changes, scales, mostLog } = band;
  let { estimate, zeros, log, a1, a2, r1, p1, p2, b1, b2, b3, b4, b5, b6, d1, d2, d3, d4, d5, d6 } = before;
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + i] ?? 0;
    const scale = scales[log >> 6] ?? 0;
    samples[i] = within(estimate + (Math.imul(scale, heard[byte] ?? 0) >> 15), -16384, 16383);
    const difference = Math.imul(scale, followed[byte] ?? 0) >> 15;
    // The next scale factor (LOGSCL, LOGSCH).
    const nextLog = (Math.imul(log, 127) >> 7) + (changes[byte] ?? 0);
    log = within(nextLog, 0, mostLog);

    // Reconstructed signal; of the partly reconstructed one only the sign counts (RECONS, PARREC).
    const r0 = saturated(saturated(estimate + difference) << 1);
    const p0 = (zeros + difference) >> 31;
    const apart1 = p0 ^ p1;
    const apart2 = p0 ^ p2;
    // Poles (UPPOL2, UPPOL1). The least is -32767: what is -32768 by the recommendation becomes 32767 turned round, and the same as it is.
    const quadruple = within(a1 << 2, -32767, 32767);
    const second = (((quadruple ^ ~apart1) - ~apart1) >> 7) + (128 ^ apart2) - apart2 + (Math.imul(a2, 32512) >> 15);
    a2 = within(second, -12288, 12288);
    const first = (192 ^ apart1) - apart1 + (Math.imul(a1, 32640) >> 15);
    const most = 15360 - a2;
    a1 = within(first, -most, most);
    // Zeros (UPZERO): these steps and this fading keep them within 16 bits.
    const gain = difference === 0 ? 0 : 128;
    const swing = gain << 1; // from the one sign to the other
    const d0 = saturated(difference << 1);
    b1 = (gain - (((d0 ^ d1) >> 31) & swing) + (Math.imul(b1, 32640) >> 15)) | 0;
    b2 = (gain - (((d0 ^ d2) >> 31) & swing) + (Math.imul(b2, 32640) >> 15)) | 0;
    b3 = (gain - (((d0 ^ d3) >> 31) & swing) + (Math.imul(b3, 32640) >> 15)) | 0;
    b4 = (gain - (((d0 ^ d4) >> 31) & swing) + (Math.imul(b4, 32640) >> 15)) | 0;
    b5 = (gain - (((d0 ^ d5) >> 31) & swing) + (Math.imul(b5, 32640) >> 15)) | 0;
    b6 = (gain - (((d0 ^ d6) >> 31) & swing) + (Math.imul(b6, 32640) >> 15)) | 0;
    // Time goes on (DELAYA); prediction (FILTEZ, FILTEP, PREDIC).
    d6 = d5;
    d5 = d4;
    d4 = d3;
    d3 = d2;
    d2 = d1;
    d1 = d0;
    const sum =
      (Math.imul(b1, d1) >> 15) +
      (Math.imul(b2, d2) >> 15) +
      (Math.imul(b3, d3) >> 15) +
      (Math.imul(b4, d4) >> 15) +
      (Math.imul(b5, d5) >> 15) +
      (Math.imul(b6, d6) >> 15);
    zeros = saturated(sum);
    const poles = saturated((Math.imul(a1, r0) >> 15) + (Math.imul(a2, r1) >> 15));
    estimate = saturated(poles + zeros);
    r1 = r0;
    p2 = p1;
    p1 = p0;
  }
  return { estimate, zeros, log, a1, a2, r1, p1, p2, b1, b2, b3, b4, b5, b6, d1, d2, d3, d4, d5, d6 };
}

/** Taps of the receive filter, less one, for one of two samples; the other's are their mirror image. */
const history = 11;

/**
 * The receive filter: each pair of `sums` and `differences` of the bands, `history` of them from before the first, makes two samples. The taps stand in
 * the sums, where a compiler finds them.
 */
function filterBands(sums: Int32Array, differences: Int32Array, count: number, out: Samples, to: number): void {
  for (let i = 0; i < count; i++) {
    const even =
      Math.imul(differences[i] ?? 0, -11) +
      Math.imul(differences[i + 1] ?? 0, 53) +
      Math.imul(differences[i + 2] ?? 0, -156) +
      Math.imul(differences[i + 3] ?? 0, 362) +
      Math.imul(differences[i + 4] ?? 0, -805) +
      Math.imul(differences[i + 5] ?? 0, 3876) +
      Math.imul(differences[i + 6] ?? 0, 951) +
      Math.imul(differences[i + 7] ?? 0, -210) +
      Math.imul(differences[i + 8] ?? 0, 32) +
      Math.imul(differences[i + 9] ?? 0, 12) +
      Math.imul(differences[i + 10] ?? 0, -11) +
      Math.imul(differences[i + 11] ?? 0, 3);
    const odd =
      Math.imul(sums[i] ?? 0, 3) +
      Math.imul(sums[i + 1] ?? 0, -11) +
      Math.imul(sums[i + 2] ?? 0, 12) +
      Math.imul(sums[i + 3] ?? 0, 32) +
      Math.imul(sums[i + 4] ?? 0, -210) +
      Math.imul(sums[i + 5] ?? 0, 951) +
      Math.imul(sums[i + 6] ?? 0, 3876) +
      Math.imul(sums[i + 7] ?? 0, -805) +
      Math.imul(sums[i + 8] ?? 0, 362) +
      Math.imul(sums[i + 9] ?? 0, -156) +
      Math.imul(sums[i + 10] ?? 0, 53) +
      Math.imul(sums[i + 11] ?? 0, -11);
    out[to + 2 * i] = saturated(even >> 11);
    out[to + 2 * i + 1] = saturated(odd >> 11);
  }
}

const codesAtOnce = 128; // few, so that V8 soon goes over to the code that it compiled for calls: what it puts into a running loop knows no types

/** A decoder between two pieces of its bytes. */
interface Line {
  low: State;
  high: State;
  readonly lowSamples: Int32Array;
  readonly highSamples: Int32Array;
  /** Sum and difference of the two bands, the last eleven of the run before first. */
  readonly sums: Int32Array;
  readonly differences: Int32Array;
}

const lineAtReset = (): Line => ({
  low: atReset(),
  high: atReset(),
  lowSamples: new Int32Array(codesAtOnce),
  highSamples: new Int32Array(codesAtOnce),
  sums: new Int32Array(history + codesAtOnce),
  differences: new Int32Array(history + codesAtOnce),
});

/**
 * Decodes bytes in order, two samples each. As all loops here a function of the module: what V8 compiled for a function of one decoder ends with it, and
 * files are short.
 */
function decodeBytes(line: Line, lowTables: Band, bytes: Uint8Array, from: number, count: number, out: Samples, to: number): void {
  const { lowSamples, highSamples, sums, differences } = line;
  for (let done = 0; done < count; done += codesAtOnce) {
    const now = Math.min(codesAtOnce, count - done);
    line.low = decodeBand(lowTables, line.low, bytes, from + done, now, lowSamples);
    line.high = decodeBand(highBand, line.high, bytes, from + done, now, highSamples);
    for (let i = 0; i < now; i++) {
      const lowSample = lowSamples[i] ?? 0;
      const highSample = highSamples[i] ?? 0;
      sums[history + i] = lowSample + highSample;
      differences[history + i] = lowSample - highSample;
    }
    filterBands(sums, differences, now, out, to + 2 * done);
    sums.copyWithin(0, now, now + history);
    differences.copyWithin(0, now, now + history);
  }
}

function g722Mode(id: string, title: string, lowBits: 6 | 5 | 4): Codec {
  /** Made for the first decoder. */
  let lowTables: Band | null = null;
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
        const line = lineAtReset();
        lowTables ??= lowBand(lowBits);
        const tables = lowTables;
        return blockDecoder({
          blockBytes: 1,
          blockSamples: 2,
          allocate: (samples) => new Int16Array(samples),
          decode: (bytes, from, count, out, to) => decodeBytes(line, tables, bytes, from, count, out, to),
        });
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
