import type { CodeMarks } from '../../core/model/format.ts';

/** Number of bytes that are examined first. */
const glanceBytes = 128;
/** Fewest distinct values among the first bytes of random data, which have 101 ± 4. */
const fewestDistinct = 60;
/** Share of a single value from which a window counts as unwritten. */
const mostOfOne = 0.4;

const counts = new Uint16Array(256);
const seen = new Uint8Array(256);

/**
 * Why the codes in a window are not audio in this coding. `even`: they are as evenly distributed as random bytes, with the number of standard deviations;
 * `unplaced`: they lack the structure of frames.
 */
export type NonAudio = { readonly kind: 'even'; readonly deviations: number } | { readonly kind: 'unplaced' };

/** Tests, by the marks of a coding, whether a window is not audio; null if it may be audio. */
export function nonAudioOf(window: Uint8Array, { frameBytes, deviations: most, placed: fewest }: CodeMarks): NonAudio | null {
  if (frameBytes.length === 0 && distinctAtFirst(window) < fewestDistinct) return null;
  const [frame] = frameBytes;
  if (frame === undefined || fewest === undefined) {
    const deviations = deviationsOf(window, frameBytes);
    return deviations < most ? { kind: 'even', deviations } : null;
  }
  const counts = countBits(window, frame);
  const deviations = deviationsOfCounts(counts);
  if (deviations < most) return { kind: 'even', deviations };
  // Unwritten bytes have one value at all places, and are reported as unwritten.
  return placedOfCounts(counts) < fewest && commonestOf(window) < mostOfOne * window.length ? { kind: 'unplaced' } : null;
}

/**
 * Returns how far codes are from an even distribution, in standard deviations. Random bytes give 0 with a deviation of 1.
 *
 * For coders with frames: some bits of a frame (those of pitch, gain, spectrum) are set more often than not, or remain the same from frame to frame. Encrypted
 * bytes have no such bits. For each bit of a frame, both are counted and compared with a fair coin; the sum of squares has a chi-square distribution. If
 * several frame lengths are given, the greatest result counts. For ADPCM, which has no frames (no length given): chi-square of the 256 byte values.
 */
export function deviationsOf(bytes: Uint8Array, frameBytes: readonly number[]): number {
  if (frameBytes.length === 0) return deviationsOfValues(bytes);
  return Math.max(...frameBytes.map((frame) => deviationsOfCounts(countBits(bytes, frame))));
}

function countValues(bytes: Uint8Array): void {
  counts.fill(0);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number; // below the length
    counts[byte] = (counts[byte] as number) + 1;
  }
}

/** Returns the number of occurrences of the most frequent value. */
function commonestOf(bytes: Uint8Array): number {
  countValues(bytes);
  return counts.reduce((most, count) => Math.max(most, count), 0);
}

function deviationsOfValues(bytes: Uint8Array): number {
  countValues(bytes);
  const expected = bytes.length / 256;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) sum += ((counts[byte] as number) - expected) ** 2;
  return (sum / expected - 255) / Math.sqrt(2 * 255);
}

/** Counts the distinct values in the first bytes. Speech in ADPCM has few, which makes a full count unnecessary. */
function distinctAtFirst(window: Uint8Array): number {
  seen.fill(0);
  let distinct = 0;
  for (let at = 0; at < glanceBytes; at++) {
    const byte = window[at] ?? 0;
    distinct += 1 - (seen[byte] as number);
    seen[byte] = 1;
  }
  return distinct;
}

/** The lower and the upper four bits of each byte, spread to one byte each of a word, so that two additions increment eight counters. */
const lower = Uint32Array.from({ length: 256 }, (_, byte) => spread(byte & 0x0f));
const upper = Uint32Array.from({ length: 256 }, (_, byte) => spread(byte >> 4));
/** Largest number of frames that a one-byte counter can count. */
const mostFrames = 255;

function spread(bits: number): number {
  return ((bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21)) >>> 0;
}

/** For each bit of a frame: how often it is set, and how often it equals that bit of the previous frame. */
interface BitCounts {
  readonly frames: number;
  readonly set: Float64Array;
  readonly same: Float64Array;
}

function countBits(bytes: Uint8Array, frame: number): BitCounts {
  const frames = Math.floor(bytes.length / frame);
  const set = new Float64Array(8 * frame);
  const same = new Float64Array(8 * frame);
  for (let from = 0; from < frames; from += mostFrames) {
    const to = Math.min(frames, from + mostFrames);
    for (let place = 0; place < frame; place++) {
      let [setLow, setHigh, sameLow, sameHigh] = [0, 0, 0, 0];
      for (let at = from * frame + place; at < to * frame; at += frame) {
        const value = bytes[at] as number; // below the length
        setLow += lower[value] as number;
        setHigh += upper[value] as number;
        if (at < frame) continue;
        const kept = ~(value ^ (bytes[at - frame] as number)) & 0xff;
        sameLow += lower[kept] as number;
        sameHigh += upper[kept] as number;
      }
      addBytes(set, 8 * place, setLow, setHigh);
      addBytes(same, 8 * place, sameLow, sameHigh);
    }
  }
  return { frames, set, same };
}

function deviationsOfCounts({ frames, set, same }: BitCounts): number {
  if (frames < 2) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let place = 0; place < set.length; place++) {
    sum += (2 * (set[place] as number) - frames) ** 2 / frames + (2 * (same[place] as number) - (frames - 1)) ** 2 / (frames - 1);
  }
  const coins = 2 * set.length;
  return (sum - coins) / Math.sqrt(2 * coins);
}

/**
 * Returns how much the frequencies of bits depend on a byte's place in the frame, in standard deviations of bytes without frames (text, programs, other
 * codings), whatever values these have. Each count is compared with the mean of that bit over all places.
 */
export function placedOf(bytes: Uint8Array, frame: number): number {
  return placedOfCounts(countBits(bytes, frame));
}

function placedOfCounts({ frames, set }: BitCounts): number {
  const places = set.length / 8;
  let [sum, counted] = [0, 0];
  for (let bit = 0; bit < 8; bit++) {
    let total = 0;
    for (let at = bit; at < set.length; at += 8) total += set[at] as number;
    const mean = total / places;
    const variance = mean * (1 - mean / frames);
    if (variance <= 0) continue;
    for (let at = bit; at < set.length; at += 8) sum += ((set[at] as number) - mean) ** 2 / variance;
    counted += places;
  }
  return counted === 0 ? Number.POSITIVE_INFINITY : (sum - counted) / Math.sqrt(2 * counted);
}

function addBytes(sums: Float64Array, from: number, low: number, high: number): void {
  for (let bit = 0; bit < 4; bit++) {
    sums[from + bit] = (sums[from + bit] as number) + ((low >>> (8 * bit)) & 0xff);
    sums[from + 4 + bit] = (sums[from + 4 + bit] as number) + ((high >>> (8 * bit)) & 0xff);
  }
}
