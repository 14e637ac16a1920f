import { type RtpStream, restartStep } from './rtp-streams.ts';

/** A stream's packets in the order in which they were sent, each once. */
export interface OrderedStream {
  readonly stream: RtpStream;
  /** Indices into the stream's columns. */
  readonly order: Uint32Array;
  /** RTP timestamps without wrap, by position in `order`; the first is unchanged. */
  readonly timestamps: Float64Array;
  readonly duplicates: number;
  /** Number of packets that arrived after a packet that was sent later. */
  readonly reordered: number;
}

/** Sorts packets by sequence number, drops repeated ones, and unwraps the timestamps, whose 32 bits may wrap at any time. */
export function orderStream(stream: RtpStream): OrderedStream {
  const { count, sequences } = stream;
  let reordered = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let isSorted = true;
  for (let index = 0; index < count; index++) {
    const sequence = sequences[index] ?? 0;
    if (sequence > highest) highest = sequence;
    else {
      isSorted = false;
      // The numbering returns to the one before a restart: a single packet had another number.
      if (highest - sequence > restartStep / 2) highest = sequence;
      else if (sequence < highest) reordered++;
    }
  }
  const all = Uint32Array.from({ length: count }, (_, index) => index);
  // The sort is stable: among packets with one number, the first that arrived is kept.
  if (!isSorted) all.sort((a, b) => (sequences[a] ?? 0) - (sequences[b] ?? 0) || a - b);
  let kept = 0;
  for (const index of all) {
    if (kept === 0 || sequences[index] !== sequences[all[kept - 1] ?? 0]) all[kept++] = index;
  }
  const order = all.subarray(0, kept);
  const timestamps = new Float64Array(kept);
  let unwrapped = 0;
  let before = 0;
  for (let place = 0; place < kept; place++) {
    const timestamp = stream.timestamps[order[place] ?? 0] ?? 0;
    unwrapped = place === 0 ? timestamp : unwrapped + ((timestamp - before) | 0);
    timestamps[place] = unwrapped;
    before = timestamp;
  }
  return { stream, order, timestamps, duplicates: count - kept, reordered };
}
