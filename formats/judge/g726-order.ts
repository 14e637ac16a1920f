import { type G726Bits, g726Decoder } from '../codecs/g726/decoder.ts';
import { type BitOrder, unpackCodes } from '../codecs/g726/g726.ts';
import { clearMargin, type PairTest, pairMargin, testPairs } from './code-pairs.ts';

/** One way to read bytes as G.726, and its result. */
export interface G726Score {
  readonly bits: G726Bits;
  readonly order: BitOrder;
  /** Mean squared difference of neighbours / variance; null: silence. */
  readonly roughness: number | null;
  /** Root mean square in 16-bit units; it is very large if 24 and 40 kbit/s are read wrongly. */
  readonly rms: number;
  /** Share of neighbours with different signs. */
  readonly crossings: number;
}

/** Rate and bit order of G.726 bytes. */
export interface G726Judgement {
  /** Number of bits per code; null: the bytes do not show it. */
  readonly bits: G726Bits | null;
  /** Bit order; null: the bytes do not show it. Given only if the rate is known. */
  readonly order: BitOrder | null;
  /** Scores, the smoothest first. */
  readonly scores: readonly G726Score[];
  /** Reason for the decision, in words with numbers. */
  readonly basis: string;
}

export const g726Rates: readonly G726Bits[] = [2, 3, 4, 5];

/** All windows must begin at a multiple of this from the first coded byte, so that groups of 3 and of 5 bytes are complete. */
export const g726WindowBytes = 15;

const settlingSamples = 100; // from a window's start until scale and predictor are close to the encoder's
const silentVariance = 400; // 20 units of 16 bits

function read(bytes: Uint8Array, bits: G726Bits, order: BitOrder): Uint8Array {
  const codes = new Uint8Array(Math.floor((bytes.length * 8) / bits));
  unpackCodes({ bytes, from: 0, count: codes.length }, bits, order, codes);
  return codes;
}

function score(windows: readonly Uint8Array[], bits: G726Bits, order: BitOrder): G726Score {
  let [differences, deviations, crossings, squares, count] = [0, 0, 0, 0, 0];
  for (const bytes of windows) {
    const codes = read(bytes, bits, order);
    const samples = new Int16Array(codes.length);
    g726Decoder(bits).decode(codes, codes.length, samples, 0);
    const start = Math.min(settlingSamples, samples.length >> 2);
    let before = samples[start] ?? 0;
    let [sum, own] = [0, 0];
    for (let i = start; i < samples.length; i++) {
      const now = samples[i] ?? 0;
      differences += (now - before) ** 2;
      if (now < 0 !== before < 0) crossings++;
      sum += now;
      own += now * now;
      before = now;
    }
    const length = samples.length - start;
    if (length > 0) deviations += own - (sum * sum) / length;
    squares += own;
    count += length;
  }
  const silent = count === 0 || deviations / count < silentVariance;
  return {
    bits,
    order,
    roughness: silent ? null : differences / deviations,
    rms: Math.sqrt(squares / Math.max(1, count)),
    crossings: crossings / Math.max(1, count),
  };
}

/** Smallest number of codes 0 to be expected from which their absence counts. */
const fewestZeros = 20;
/**
 * Share of the zeros that random bytes would have. Codes that are read correctly have at most this share, due to damage (at most 1 zero was seen, 0.008 of that
 * number).
 */
const neverSent = 0.02;
/**
 * If codes of 2 bits are read as longer ones, they have at least 1.18 times as many zeros as random bytes: 1,200 codings of prompts and calls, with pauses and
 * tones, at 12 to -40 dB.
 */
const sentAsAny = 0.6;
/** Factor by which the wrong order of codes of 3 and 5 bits has more zeros than the right one, if that has any. */
const clearZeros = 20;

/** Longest run of codes 0 that is counted; a longer one is unwritten space, or digital silence at 16 kbit/s. */
const longestRun = 16;

/** Counts codes 0, and the number that random bytes would have. No encoder sends them at 24, 32 and 40 kbit/s (ITU-T G.726, 3.3, and the note of table 2). */
function countZeros(windows: readonly Uint8Array[], bits: 3 | 4 | 5, order: BitOrder): { readonly zeros: number; readonly expected: number } {
  let [zeros, count] = [0, 0];
  for (const bytes of windows) {
    const codes = read(bytes, bits, order);
    for (let at = 0; at < codes.length; ) {
      let end = at;
      while (end < codes.length && codes[end] === 0) end++;
      if (end - at <= longestRun) {
        zeros += end - at;
        count += end - at + 1;
      }
      at = end + 1;
    }
  }
  return { zeros, expected: count / (1 << bits) };
}

/**
 * Returns the rates that codes may have according to code 0, which only 16 kbit/s sends: only 16 kbit/s if the other readings are full of zeros, and the others
 * if their codes have none. Codes of 3 bits have few zeros when read as codes of 4 and 5, so several rates may remain. If there are too few codes, returns only
 * the stated rate; if no rate is possible, as for random bytes, returns none.
 */
export function ratesByZeros(windows: readonly Uint8Array[], stated: G726Bits): readonly G726Bits[] {
  const shares = ([3, 4, 5] as const).map((bits) => {
    const counts = (bits === 4 ? (['msb'] as const) : (['msb', 'lsb'] as const)).map((order) => countZeros(windows, bits, order));
    const shown = counts.every(({ expected }) => expected >= fewestZeros);
    return { bits, share: shown ? Math.min(...counts.map(({ zeros, expected }) => zeros / expected)) : null };
  });
  if (shares.some(({ share }) => share === null)) return [stated];
  const without = shares.flatMap(({ bits, share }) => (share !== null && share <= neverSent ? [bits] : []));
  return shares.every(({ share }) => share !== null && share >= sentAsAny) ? [2, ...without] : without;
}

/** Returns the order in which codes of 3 or 5 bits have no zeros, if the other order has many. */
function orderByZeros(windows: readonly Uint8Array[], bits: 3 | 5): BitOrder | null {
  const [msb, lsb] = [countZeros(windows, bits, 'msb').zeros, countZeros(windows, bits, 'lsb').zeros];
  const isClear = Math.max(msb, lsb) >= Math.max(fewestZeros, clearZeros * Math.min(msb, lsb));
  return isClear ? (msb < lsb ? 'msb' : 'lsb') : null;
}

/**
 * In the right order, pairs also differ by position if a tone repeats every four or eight samples: the order is shown only if they differ far less than in the
 * other order. All of 10 wrong answers among 2,400 were below 1.5, and 96 of 100 right ones above 3.
 */
const clearExcess = 3;

/** Returns the order of codes that fill bytes evenly, judged by how much pairs of codes differ by position. */
function orderByPairs(windows: readonly Uint8Array[], bits: 2 | 4): { readonly order: BitOrder | null; readonly text: string } {
  const testOf = (order: BitOrder): PairTest => {
    return testPairs(
      windows.map((bytes) => read(bytes, bits, order)),
      bits,
    );
  };
  const [msb, lsb] = [testOf('msb'), testOf('lsb')];
  const margin = pairMargin(msb, lsb);
  const [better, worse] = margin >= 0 ? [msb, lsb] : [lsb, msb];
  const isClear = Math.abs(margin) >= clearMargin && excess(worse) >= clearExcess * excess(better);
  const text = `pairs of codes differ by place with chi-square ${msb.chiSquare.toFixed(0)} (msb) and ${lsb.chiSquare.toFixed(0)} (lsb)`;
  return { order: isClear ? (margin > 0 ? 'msb' : 'lsb') : null, text };
}

function excess({ chiSquare, freedom }: PairTest): number {
  return Math.max(0, chiSquare - freedom);
}

/** Returns the order of codes of a known rate; null if the bytes do not show it. */
export function orderOfRate(windows: readonly Uint8Array[], bits: G726Bits): BitOrder | null {
  return bits === 2 || bits === 4 ? orderByPairs(windows, bits).order : orderByZeros(windows, bits);
}

/** Level that exceeds all of the 42 pieces below when read correctly (at most 11,700); wrong readings of 24 and 40 kbit/s reach 12,000 to 24,000. */
const exploded = 12_000;
/** Largest roughness of speech and music read correctly; random codes and wrong rates exceed it. */
const clearlyRough = 0.7;
/**
 * Roughness below which the rate is certainly right, so that no other rate needs to be tried. When 54 pieces of prompts (2 to 16 kB, four rates, both
 * orders) were read 10,400 times at a wrong rate, the smoothest result had 0.49; about four in five results at the right rate are below the limit.
 */
const certainlySmooth = 0.35;

/** Factor by which a rate that a header states, and that the codes may have, must be rougher to be rejected. */
const certainRatio = 2;

/** Factor by which the smoothest reading of another rate, or of the other order at 24 and 40 kbit/s, must be rougher. */
const clearRatio = 1.25;

/** Number of bytes of each window, or of four parts of a single window, that are first decoded at all rates in both orders. */
const glanceBytes = 34 * g726WindowBytes;
const glanceParts = 4;
/**
 * If everything else is rougher by at least this factor in the first pass, nothing more is decoded: this holds for 85 % of 5,600 judgements on windows of 500
 * bytes to 8 kB from 20 prompts. It made none of them wrong, and six more were right.
 */
const sureRatio = 1.6;

/** Returns a small part of each window: eight readings of the whole would take as long as decoding it ten times. */
function glanceOf(windows: readonly Uint8Array[]): readonly Uint8Array[] {
  const [only, second] = windows;
  if (only === undefined) return windows;
  if (second !== undefined) return windows.map((window) => window.subarray(0, glanceBytes));
  if (only.length <= glanceParts * glanceBytes) return windows;
  const step = Math.floor((only.length - glanceBytes) / (glanceParts - 1) / g726WindowBytes) * g726WindowBytes;
  return Array.from({ length: glanceParts }, (_, index) => only.subarray(index * step, index * step + glanceBytes));
}

/** Returns all readings, the smoothest first. */
function scoresOf(windows: readonly Uint8Array[], rates: readonly G726Bits[]): G726Score[] {
  return rates.flatMap((bits) => [score(windows, bits, 'msb'), score(windows, bits, 'lsb')]).sort(bySmoothness);
}

function bySmoothness(a: G726Score, b: G726Score): number {
  return (a.roughness ?? Number.POSITIVE_INFINITY) - (b.roughness ?? Number.POSITIVE_INFINITY);
}

/** Returns true if the smoothest reading is audio, and all competing readings are rougher by `ratio`. */
function isClear([best, ...others]: readonly G726Score[], ratio: number): boolean {
  if (best === undefined || best.roughness === null || best.roughness > clearlyRough || best.rms > exploded) return false;
  const least = ratio * best.roughness;
  const evenly = best.bits === 2 || best.bits === 4;
  return others.every(({ bits, roughness }) => (evenly && bits === best.bits) || (roughness !== null && roughness >= least));
}

/** Returns true if these readings of one rate show that the rate is right. */
function isCertain(own: readonly G726Score[]): boolean {
  const smoothest = own[0]?.roughness ?? null;
  return smoothest !== null && smoothest <= certainlySmooth && isClear(own, sureRatio);
}

/** Returns true if a reading with this number of bits is so smooth that its rate must be right, and the readings of all other rates are far rougher. */
export function isCertainlySmoother(scores: readonly G726Score[], bits: G726Bits): boolean {
  const smoothest = (own: boolean): number => Math.min(...scores.flatMap((score) => ((score.bits === bits) === own ? [score.roughness ?? 0] : [])));
  return smoothest(true) <= certainlySmooth && smoothest(false) >= certainRatio * smoothest(true);
}

/** Returns all readings, of as few bytes as suffice to show the rate. */
function scoresFor(windows: readonly Uint8Array[], rates: readonly G726Bits[], likely: G726Bits | null): G726Score[] {
  const glance = glanceOf(windows);
  const own = likely === null ? [] : scoresOf(glance, [likely]);
  if (isCertain(own)) return own;
  const others = rates.filter((bits) => bits !== likely);
  const seen = [...own, ...scoresOf(glance, others)].sort(bySmoothness);
  if (glance === windows || isClear(seen, sureRatio)) return seen;
  // Reading the other rates is most of the work, and is skipped if the likely rate is certainly smooth throughout.
  const whole = likely === null ? [] : scoresOf(windows, [likely]);
  if (isCertain(whole)) return whole;
  return [...whole, ...scoresOf(windows, others)].sort(bySmoothness);
}

/**
 * Judges rate and bit order of mono G.726 at 8000 Hz.
 *
 * The rate shows in the roughness of each hypothesis after decoding. So does the order at 24 and 40 kbit/s, where the code 0 shows it as well. At 16 and 32
 * kbit/s the wrong order is nearly as smooth (right by roughness: 40 and 23 of 42), so pairs of codes decide there. Measured on 42 pieces of speech and music
 * (Asterisk's prompts in five languages, innovaphone's), coded by libspandsp at four rates in both orders, 336 files per size: with 4 windows of 4 kB, 326 were
 * right and 10 undecided; of 2 kB, 318 and 18; of 500 bytes, 208 and 128. None was wrong.
 * @param windows runs of coded bytes, each beginning at a multiple of `g726WindowBytes`; a few of 4 kB suffice, and more compensate for short words and pauses
 * @param rates possible rates, if a header or a duration limits them
 * @param likely rate that is tried first; the others are hardly examined if the bytes show it
 */
export function judgeG726Order(
  windows: readonly Uint8Array[],
  rates: readonly G726Bits[] = g726Rates,
  likely: G726Bits | null = null,
): G726Judgement {
  const scores = scoresFor(windows, rates, likely);
  const best = scores[0];
  const text = scores
    .slice(0, 4)
    .map(({ bits, order, roughness }) => `${bits * 8} kbit/s ${order} ${roughness?.toFixed(2) ?? 'silent'}`)
    .join(', ');
  const basis = `roughness ${text}`;
  const undecided = (bits: G726Bits | null): G726Judgement => ({ bits, order: null, scores, basis });
  if (best === undefined || best.roughness === null || best.roughness > clearlyRough || best.rms > exploded) {
    return undecided(null);
  }
  const { bits } = best;
  const otherRate = scores.find((other) => other.bits !== bits);
  if (otherRate !== undefined && (otherRate.roughness === null || otherRate.roughness < clearRatio * best.roughness)) return undecided(null);
  if (bits === 3 || bits === 5) {
    const otherOrder = scores.find((other) => other.bits === bits && other.order !== best.order);
    const clear = otherOrder?.roughness != null && otherOrder.roughness >= clearRatio * best.roughness;
    const byZeros = orderByZeros(windows, bits);
    if (clear && byZeros !== null && byZeros !== best.order) return undecided(bits);
    return { bits, order: clear ? best.order : byZeros, scores, basis };
  }
  const { order, text: pairs } = orderByPairs(windows, bits);
  return { bits, order, scores, basis: `${basis}; ${pairs}` };
}
