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
/** What fits by chance fits rarely. */
const mostly = 0.6;

/** Holds sizes against timestamps; `type` is the payload type of the coding. */
export function fitOf({ stream, order, timestamps }: OrderedStream, type: number, coding: RtpCoding): Fit {
  const clocks = [...new Set([coding.clockHz, coding.rateHz, 1_000])];
  const right = new Map(clocks.map((clock) => [clock, 0]));
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
    const fits = (count: number, clock: number): boolean => count > 0 && Math.abs((count * clock) / coding.rateHz - ticks) < 1;
    for (const clock of clocks) if (fits(frames, clock)) right.set(clock, (right.get(clock) ?? 0) + 1);
    for (const [at, tail] of tails.entries()) {
      if (size > tail && fits(coding.read(size - tail, head).frames, coding.clockHz)) rightTails[at] = (rightTails[at] ?? 0) + 1;
    }
  }
  const best = clocks.reduce((a, b) => ((right.get(b) ?? 0) > (right.get(a) ?? 0) ? b : a));
  const count = right.get(best) ?? 0;
  const share = pairs === 0 ? 1 : count / pairs;
  const tail = tails.find((_, at) => pairs >= 10 && share < mostly && (rightTails[at] ?? 0) / pairs >= mostly) ?? 0;
  const clockHz = pairs > 0 && share >= mostly ? best : coding.clockHz;
  return { pairs, share, known: looked === 0 ? 1 : known / looked, clockHz, tail };
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
