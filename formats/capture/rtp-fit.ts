import type { RtpCoding } from './rtp-coding.ts';
import type { OrderedStream } from './rtp-order.ts';
import type { RtpStream } from './rtp-streams.ts';

/** How well the packets of one payload type fit a coding. */
export interface Fit {
  /** Pairs of packets sent one behind the other that were looked at. */
  readonly pairs: number;
  /** Share of them where the timestamp grows by what the first packet holds; 1 where there are none. */
  readonly share: number;
  /** Share of packets whose size and first bytes the coding can have. */
  readonly known: number;
  /** Ticks a second that the sender really counts. */
  readonly clockHz: number;
  /** Bytes that would have to go from the end of each packet for it to fit: what SRTP appends; 0 where it fits as it is. */
  readonly tail: number;
}

const mostPairs = 4_000;
/** Authentication tags of SRTP: 80 and 32 bits (RFC 3711, 5.2 and RFC 4568), and 128 bits of AES-GCM (RFC 7714). */
const tails = [10, 4, 16] as const;
/** Pairs without which nothing is said of what does not fit. */
const fewPairs = 10;
/** What fits by chance fits rarely. */
const mostly = 0.6;

/** Pairs of one size and one step, and the time in which they came. */
interface Step {
  readonly frames: number;
  readonly ticks: number;
  count: number;
  seconds: number;
}

/** Holds sizes against timestamps; `type` is the payload type of the coding. */
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

/** Whether so many samples take so many ticks, to less than one. */
function fits(frames: number, ticks: number, clockHz: number, rateHz: number): boolean {
  return frames > 0 && Math.abs((frames * clockHz) / rateHz - ticks) < 1;
}

/** The clock by which the commonest step is as long as its packet sounds, where packets come at that pace and not at the timestamps'. */
function ownClock(steps: ReadonlyMap<number, Step>, { rateHz, clockHz }: RtpCoding): number[] {
  const [first, ...more] = steps.values();
  if (first === undefined) return [];
  const { frames, ticks, count, seconds } = more.reduce((a, b) => (b.count > a.count ? b : a), first);
  if (frames <= 0 || ticks <= 0 || count < fewPairs) return [];
  const pace = seconds / count;
  return Math.abs(pace - frames / rateHz) < Math.abs(pace - ticks / clockHz) ? [(ticks * rateHz) / frames] : [];
}

/** Chi-square of 255 degrees of freedom: mean 255, deviation 22.6. G.711 of any call has thousands in as many bytes. */
const uniformChiSquare = 480;
const uniformBytes = 8_192;

/** Whether all byte values are equally frequent in the payloads, as after encryption only. Null where there are too few to tell. */
export function isUniform({ histogram }: RtpStream): boolean | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total < uniformBytes) return null;
  const expected = total / 256;
  return histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) < uniformChiSquare;
}
