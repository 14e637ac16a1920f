import type { ByteReader } from '../../src/core/base/bytes.ts';
import type { Track } from '../../src/core/model/format.ts';
import { alawValues, mulawValues } from '../codecs/waveform/g711.ts';

/** Ways to read bytes as samples that differ in the smoothness of the result. */
export type Reading = 'mulaw' | 'alaw' | 'pcm-u8' | 'pcm-s8' | 'pcm-s16le' | 'pcm-s16be';

/** Properties of bytes, over all windows together. */
export interface Look {
  /** R = mean squared difference of neighbours / variance for each reading: about 0.16 for speech read correctly, 2 for noise; null: silence. */
  readonly roughness: ReadonlyMap<Reading, number | null>;
  /** Number of bytes examined. */
  readonly bytes: number;
  /** True if all 256 values are equally frequent, which only encrypted or well compressed data have. */
  readonly uniform: boolean;
  /** True if all bytes are printable ASCII. */
  readonly text: boolean;
}

const windowBytes = 4096;
const windows = 16;
/** Variance of 16-bit samples below which a reading is silence: a standard deviation of about 6 units. */
const silentVariance = 40;
/**
 * Limit of chi-square, ten deviations above the mean: with 255 degrees of freedom the mean is 255 and the deviation 22.6. Real G.729 has 700 in 8 kB, GSM
 * 2,000.
 */
const uniformChiSquare = 480;
/** Smallest number of bytes that show whether they are uniform. */
const uniformBytes = 2048;

const identity8u = Int16Array.from({ length: 256 }, (_, byte) => (byte - 128) << 8);
const identity8s = Int16Array.from({ length: 256 }, (_, byte) => byte << 8);
const byteReadings: readonly (readonly [Reading, Int16Array])[] = [
  ['mulaw', mulawValues],
  ['alaw', alawValues],
  ['pcm-u8', identity8u],
  ['pcm-s8', identity8s],
];

/** Reads windows spread over [start, end), at even distances from `start`, so that 16-bit samples are not split. */
export async function sampleWindows(bytes: ByteReader, start: number, end: number, signal: AbortSignal, count = windows): Promise<Uint8Array[]> {
  const size = end - start;
  if (size <= windowBytes * count) return size > 0 ? [await bytes.read(start, size, signal)] : [];
  const step = Math.floor((size - windowBytes) / (count - 1) / 2) * 2;
  return Promise.all(Array.from({ length: count }, (_, i) => bytes.read(start + i * step, windowBytes, signal)));
}

/** Sums for one reading, so that loud windows count more than quiet ones. */
interface Sums {
  differences: number;
  deviations: number;
  samples: number;
}

/** Adds the first `count` samples, which are those of one window. */
function add(sums: Sums, samples: Int16Array, count: number): void {
  if (count < 2) return;
  let sum = 0;
  let squares = 0;
  let differences = 0;
  let before = samples[0] ?? 0;
  for (let i = 0; i < count; i++) {
    const now = samples[i] ?? 0;
    const difference = now - before;
    differences += difference * difference;
    sum += now;
    squares += now * now;
    before = now;
  }
  sums.differences += differences;
  sums.deviations += squares - (sum * sum) / count;
  sums.samples += count;
}

/** Adds a window whose bytes are samples. All sums except the differences follow from how often each byte value occurs. */
function addBytes(sums: Sums, part: Uint8Array, counts: Uint32Array, values: Int16Array): void {
  if (part.length < 2) return;
  let sum = 0;
  let squares = 0;
  for (let byte = 0; byte < 256; byte++) {
    const [value, count] = [values[byte] ?? 0, counts[byte] ?? 0];
    sum += count * value;
    squares += count * value * value;
  }
  let differences = 0;
  let before = values[part[0] ?? 0] ?? 0;
  for (let i = 1; i < part.length; i++) {
    const now = values[part[i] ?? 0] ?? 0;
    const difference = now - before;
    differences += difference * difference;
    before = now;
  }
  sums.differences += differences;
  sums.deviations += squares - (sum * sum) / part.length;
  sums.samples += part.length;
}

function byteCounts(part: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < part.length; i++) {
    const byte = part[i] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return counts;
}

/** Returns the properties of these windows in all readings, or in some of them. */
export function lookAt(parts: readonly Uint8Array[], only?: readonly Reading[]): Look {
  const roughness = new Map<Reading, number | null>();
  const measure = (reading: Reading, addPart: (sums: Sums, part: Uint8Array, index: number) => void): void => {
    if (only !== undefined && !only.includes(reading)) return;
    const sums: Sums = { differences: 0, deviations: 0, samples: 0 };
    for (const [index, part] of parts.entries()) addPart(sums, part, index);
    const silent = sums.samples === 0 || sums.deviations / sums.samples < silentVariance;
    roughness.set(reading, silent ? null : sums.differences / sums.deviations);
  };
  const ofParts = parts.map(byteCounts);
  for (const [reading, values] of byteReadings) {
    measure(reading, (sums, part, index) => addBytes(sums, part, ofParts[index] ?? new Uint32Array(256), values));
  }
  for (const [reading, low] of [
    ['pcm-s16le', 0],
    ['pcm-s16be', 1],
  ] as const) {
    measure(reading, (sums, part) => {
      const samples = new Int16Array(part.length >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = (part[2 * i + low] ?? 0) | ((part[2 * i + 1 - low] ?? 0) << 8);
      add(sums, samples, samples.length);
    });
  }

  const counts = new Uint32Array(256);
  for (const part of ofParts) for (let byte = 0; byte < 256; byte++) counts[byte] = (counts[byte] ?? 0) + (part[byte] ?? 0);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  let chiSquare = 0;
  let distinct = 0;
  let unprintable = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] ?? 0;
    chiSquare += (count - bytes / 256) ** 2 / (bytes / 256);
    if (count > 0) distinct++;
    const printable = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
    if (!printable) unprintable += count;
  }
  return {
    roughness,
    bytes,
    uniform: bytes >= uniformBytes && chiSquare < uniformChiSquare,
    text: bytes > 0 && unprintable === 0 && distinct >= 10, // a constant byte is not text, e.g. 0x55, which is silence in A-law
  };
}

/** Returns the smoothest reading; null if all are silent. */
export function smoothest(look: Pick<Look, 'roughness'>): { readonly reading: Reading; readonly roughness: number } | null {
  let best: { reading: Reading; roughness: number } | null = null;
  for (const [reading, roughness] of look.roughness) {
    if (roughness !== null && (best === null || roughness < best.roughness)) best = { reading, roughness };
  }
  return best;
}

/** Returns roughness as text for people. */
export function roughnessText(roughness: number | null | undefined): string {
  return roughness === null || roughness === undefined ? 'silent' : roughness.toFixed(2);
}

/** Returns true if the id of a codec is also the name of a reading. */
export function isReading(codec: string): codec is Reading {
  return readings.has(codec);
}

const readings = new Set<string>(['mulaw', 'alaw', 'pcm-u8', 'pcm-s8', 'pcm-s16le', 'pcm-s16be'] satisfies Reading[]);
/** Roughness below which only audio lies: speech read correctly has less, text and tables have more. */
const clearlySound = 0.5;

/**
 * Returns true if bytes [start, end) are audio in a coding. Returns false also if that cannot be determined, for codings in blocks, and for several channels.
 */
export async function isClearlySound(bytes: ByteReader, start: number, end: number, track: Track, signal: AbortSignal): Promise<boolean> {
  if (!isReading(track.codec) || track.channels !== 1 || end - start < 2048) return false;
  const look = lookAt(await sampleWindows(bytes, start, end, signal));
  const roughness = look.roughness.get(track.codec);
  return roughness !== undefined && roughness !== null && roughness <= clearlySound && !look.text;
}

/**
 * Returns true if 24-bit samples in 32-bit words are in the low bits, although WAVEFORMATEXTENSIBLE requires the high bits: the top bytes of the first words
 * then hold only zeros or signs.
 */
export async function liesInLowBits(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<boolean> {
  const span = track.spans[0];
  if (span === undefined) return false;
  const words = await bytes.read(span[0], Math.min(windowBytes * windows, span[1] - span[0]), signal);
  let sounding = false;
  for (let at = 0; at + 4 <= words.length; at += 4) {
    const top = words[at + 3];
    if (top !== 0 && top !== 0xff) return false;
    sounding ||= (words[at] ?? 0) !== 0 || (words[at + 1] ?? 0) !== 0;
  }
  return sounding;
}
