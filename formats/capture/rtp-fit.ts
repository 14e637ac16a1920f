import type { RtpCoding } from './rtp-coding.ts';
import type { OrderedStream } from './rtp-order.ts';
import type { RtpStream } from './rtp-streams.ts';

/** How well the packets of one payload type match a coding. */
export interface Fit {
  /** Number of consecutive pairs of packets that were compared. */
  readonly pairs: number;
  /** Share of pairs in which the timestamp grows by the content of the first packet; 1 if there are no pairs. */
  readonly share: number;
  /** Share of packets whose size and first bytes are possible in the coding. */
  readonly known: number;
  /** The sender's actual number of ticks per second. */
  readonly clockHz: number;
  /** Number of bytes, the tag that SRTP appends, that must be removed from the end of each packet for it to match; 0 if it matches unchanged. */
  readonly tail: number;
}

const mostPairs = 4_000;
/** Sizes of SRTP's authentication tags: 80 and 32 bits (RFC 3711, 5.2 and RFC 4568), and 128 bits of AES-GCM (RFC 7714). */
const tails = [10, 4, 16] as const;
/** Smallest number of pairs from which a mismatch is reported. */
const fewPairs = 10;
/** Share of matching pairs that does not occur by chance. */
const mostly = 0.6;

/** Number of pairs with one size and one step, and the time in which they arrived. */
interface Step {
  readonly frames: number;
  readonly ticks: number;
  count: number;
  seconds: number;
}

/** Compares the sizes of packets with their timestamps. @param type payload type of the coding */
export function fitOf({ stream, order, timestamps }: OrderedStream, type: number, coding: RtpCoding): Fit {
  const steps = new Map<number, Step>();
  const rightTails = tails.map(() => 0);
  let pairs = 0;
  let looked = 0;
  let known = 0;
  for (let place = 0; place < order.length && pairs < mostPairs; place++) {
    const index = order[place] ?? 0;
    if (stream.types[index] !== type || stream.cut[index] === 1) continue;
    const [size, head] = [stream.sizes[index] ?? 0, stream.heads[index] ?? 0];
    const { frames } = coding.read(size, head);
    looked++;
    if (frames > 0) known++;
    const next = order[place + 1];
    if (next === undefined || stream.types[next] !== type) continue;
    if ((stream.sequences[next] ?? 0) - (stream.sequences[index] ?? 0) !== 1) continue;
    pairs++;
    const ticks = (timestamps[place + 1] ?? 0) - (timestamps[place] ?? 0);
    const key = frames * 0x1_0000_0000 + ticks;
    const step = steps.get(key) ?? { frames, ticks, count: 0, seconds: 0 };
    step.count++;
    step.seconds += (stream.times[next] ?? 0) - (stream.times[index] ?? 0);
    steps.set(key, step);
    for (const [at, tail] of tails.entries()) {
      const shorter = size > tail ? coding.read(size - tail, head).frames : 0;
      if (fits(shorter, ticks, coding.clockHz, coding.rateHz)) rightTails[at] = (rightTails[at] ?? 0) + 1;
    }
  }
  const shareOf = (clockHz: number): number => {
    let right = 0;
    for (const { frames, ticks, count } of steps.values()) if (fits(frames, ticks, clockHz, coding.rateHz)) right += count;
    return pairs === 0 ? 1 : right / pairs;
  };
  const plain = shareOf(coding.clockHz);
  const tail = tails.find((_, at) => pairs >= fewPairs && plain < mostly && (rightTails[at] ?? 0) / pairs >= mostly) ?? 0;
  const found = { pairs, known: looked === 0 ? 1 : known / looked, tail };
  if (plain >= mostly || tail > 0) return { ...found, share: plain, clockHz: coding.clockHz };
  const clocks = [coding.rateHz, 1_000, ...ownClock(steps, coding)];
  const best = clocks.reduce((a, b) => (shareOf(b) > shareOf(a) ? b : a));
  const share = shareOf(best);
  return share >= mostly && share > plain ? { ...found, share, clockHz: best } : { ...found, share: plain, clockHz: coding.clockHz };
}

/** Returns true if this many samples take this many ticks, within less than one tick. */
function fits(frames: number, ticks: number, clockHz: number, rateHz: number): boolean {
  return frames > 0 && Math.abs((frames * clockHz) / rateHz - ticks) < 1;
}

/**
 * Returns clocks at which the most frequent step equals the playing time of its packet, if packets arrive at that pace and not at the pace of the timestamps.
 */
function ownClock(steps: ReadonlyMap<number, Step>, { rateHz, clockHz }: RtpCoding): number[] {
  const [first, ...more] = steps.values();
  if (first === undefined) return [];
  const { frames, ticks, count, seconds } = more.reduce((a, b) => (b.count > a.count ? b : a), first);
  if (frames <= 0 || ticks <= 0 || count < fewPairs) return [];
  const pace = seconds / count;
  return Math.abs(pace - frames / rateHz) < Math.abs(pace - ticks / clockHz) ? [(ticks * rateHz) / frames] : [];
}

/** Chi-square limit for 255 degrees of freedom: mean 255, deviation 22.6. G.711 of any call reaches thousands within as many bytes as are counted. */
const uniformChiSquare = 480;
const uniformBytes = 8_192;

/** Returns true if all byte values are equally frequent in the payloads, which only encryption causes; null if there are too few bytes. */
export function isUniform({ histogram }: RtpStream): boolean | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total < uniformBytes) return null;
  const expected = total / 256;
  return histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) < uniformChiSquare;
}
