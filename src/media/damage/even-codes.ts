import type { CodeMarks, Track } from '../../core/format.ts';
import { codedBytesOf } from '../coded-bytes.ts';
import type { MediumBytes } from '../medium-bytes.ts';

/** Bytes that are looked at: in a few windows, evenly over the track. */
const windows = 4;
const windowBytes = 4_096;
/**
 * Deviations above the mean up to which codes are as even as random ones. Those of random bytes scatter by 1, and 6 happen once in 50,000 times at most (one byte to a
 * frame: chi-square of 16 degrees of freedom); the least of any sound measured is in docs/plausibility.md.
 */
const evenDeviations = 6;

/** How evenly the codes of a track are spread. */
export interface Evenness {
  /** Deviations above the mean of random codes; of several lengths of frames the greatest. */
  readonly deviations: number;
  /** Bytes that were looked at. */
  readonly bytes: number;
}

/**
 * Returns how even the codes of a track are where they are as even as those of encrypted or random bytes; null where they are not, or where there
 * are too few to tell.
 *
 * In every frame of a coder some bits are set more often than not, or stay from frame to frame: of pitch, gain, spectrum. Bits of encrypted bytes do neither. For
 * each bit of a frame both are counted, and each count is compared with that of a fair coin: the sum of squares has a chi-square distribution.
 */
export function evenCodesOf(track: Track, bytes: MediumBytes, { frameBytes, leastBytes }: CodeMarks): Evenness | null {
  const total = codedBytesOf(track);
  if (total < leastBytes) return null;
  let greatest = Number.NEGATIVE_INFINITY;
  let seen = 0;
  for (const frame of frameBytes) {
    const counts = createCounts(frame);
    seen = 0;
    for (const window of windowsOf(track, bytes, frame, leastBytes)) {
      counts.add(window);
      seen += window.length;
    }
    greatest = Math.max(greatest, counts.deviations());
    if (greatest > evenDeviations) return null;
  }
  return seen < leastBytes / 2 ? null : { deviations: greatest, bytes: seen };
}

/** Windows of whole frames, each within one span: what stands between spans is no code. */
function* windowsOf(track: Track, bytes: MediumBytes, frame: number, leastBytes: number): Generator<Uint8Array> {
  const total = codedBytesOf(track);
  const length = Math.max(frame, Math.floor(Math.max(windowBytes, leastBytes / windows) / frame) * frame);
  const buffer = new Uint8Array(length);
  const isWhole = total <= windows * length;
  // Where each window begins among the coded bytes; all of a short track is one walk.
  const starts = isWhole
    ? [0]
    : Array.from({ length: windows }, (_, index) => Math.floor(((total - length) * index) / (windows - 1) / frame) * frame);
  let before = 0;
  let next = 0;
  for (const [start, end] of track.spans) {
    const size = end - start;
    while (next < starts.length && (starts[next] as number) < before + size) {
      let at = Math.max(0, (starts[next] as number) - before);
      // Frames are counted from the beginning of their span.
      at = Math.ceil(at / frame) * frame;
      const most = isWhole ? size : Math.min(size, at + length);
      for (; at + frame <= most; at += length) {
        const whole = Math.floor(Math.min(length, most - at) / frame) * frame;
        if (whole > 0) yield bytes.piece(start + at, whole, buffer).subarray(0, whole);
      }
      if (isWhole) break;
      next++;
    }
    before += size;
  }
}

/** Returns how far codes in frames of that many bytes are from even ones, in standard deviations; of several lengths the greatest. */
export function deviationsOf(bytes: Uint8Array, frameBytes: readonly number[]): number {
  return Math.max(
    ...frameBytes.map((frame) => {
      const counts = createCounts(frame);
      counts.add(bytes);
      return counts.deviations();
    }),
  );
}

/** Counts how often each bit of a frame is set, and is as in the frame before. */
function createCounts(frame: number) {
  const set = new Float64Array(8 * frame);
  const same = new Float64Array(8 * frame);
  let frames = 0;
  let pairs = 0;
  return {
    add: (window: Uint8Array): void => {
      const count = Math.floor(window.length / frame);
      for (let index = 0; index < count; index++) {
        const at = index * frame;
        for (let byte = 0; byte < frame; byte++) {
          const value = window[at + byte] as number;
          const kept = index === 0 ? 0 : ~(value ^ (window[at + byte - frame] as number));
          for (let bit = 0; bit < 8; bit++) {
            const place = 8 * byte + bit;
            set[place] = (set[place] as number) + ((value >> bit) & 1);
            same[place] = (same[place] as number) + ((kept >> bit) & 1);
          }
        }
      }
      frames += count;
      pairs += Math.max(0, count - 1);
    },
    /** Of the sum of squares from the mean of that many fair coins, in standard deviations. */
    deviations: (): number => {
      if (pairs === 0) return Number.POSITIVE_INFINITY;
      let sum = 0;
      for (let place = 0; place < set.length; place++) {
        sum += (2 * (set[place] as number) - frames) ** 2 / frames + (2 * (same[place] as number) - pairs) ** 2 / pairs;
      }
      const coins = 2 * set.length;
      return (sum - coins) / Math.sqrt(2 * coins);
    },
  };
}
