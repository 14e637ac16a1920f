import { limits } from '../../src/core/base/limits.ts';
import { createPacketTable, type PacketTable } from '../frames/packet-table.ts';
import type { RtpCoding } from './rtp-coding.ts';
import type { OrderedStream } from './rtp-order.ts';
import { restartStep } from './rtp-streams.ts';

/** Why a stretch of a side is silent. */
export type Cause = 'loss' | 'pause' | 'event' | 'restart' | 'cut';

/** Silent stretches that have one cause. */
export interface Gaps {
  count: number;
  seconds: number;
  longest: number;
}

/** A payload type of a stream with its coding; `clockHz` is the sender's actual clock. */
export interface StreamCoding {
  readonly coding: RtpCoding;
  readonly clockHz: number;
}

/** A stream on the timeline of its side. */
export interface SideStream extends OrderedStream {
  /** Codings by payload type; packets of other types get no position. */
  readonly codings: ReadonlyMap<number, StreamCoding>;
}

/** One side of a call on the timeline. */
export interface SideLine {
  /** Packets of each coding that occurs. */
  readonly tables: readonly { readonly coding: RtpCoding; readonly table: PacketTable }[];
  readonly gaps: ReadonlyMap<Cause, Gaps>;
  /** Number of sequence numbers that never arrived. */
  readonly lost: number;
  /** Number of audio packets, and the second at which the last of them ends. */
  readonly packets: number;
  readonly end: number;
  /** Number of places where timestamps restarted and the line continues by arrival times. */
  readonly restarts: number;
  /** Number of packets whose end the capture lacks. */
  readonly cut: number;
  readonly events: number;
  /** False if there were more packets than a table may hold. */
  readonly complete: boolean;
}

/** A run of packets with continuous timestamps. */
interface Segment {
  readonly from: SideStream;
  /** Indices into the stream's order, [start, end). */
  readonly start: number;
  readonly end: number;
  /** Second at which the first packet would have arrived without delay. */
  readonly seconds: number;
  readonly clockHz: number;
  /** True if the timestamps continue those of the previous run of the same stream: the stream only paused, and another may have sent audio meanwhile. */
  readonly follows: boolean;
}

/** A sudden change of the delay by at least this many seconds may be a restart of the timestamps. */
const suspectSeconds = 0.3;
/** A lasting change by at least this many seconds is a restart: a network stalls for a while and then delivers, but a sender that paused does not. */
const restartSeconds = 0.5;
/** A pause of at least this many seconds ends a run: during a hold another stream may be audible, and both must be kept in order. */
const pauseSeconds = 1;
/** A step of the timestamps by at least this many seconds is a restart if arrival times are meaningless (Oreka's threshold: 160,000 ticks). */
const farSeconds = 20;
/** Number of packets on each side of a position among which the smallest delay is searched. */
const delayWindow = 500;
/** Number of packets at the beginning of a segment that determine when it began. */
const anchorWindow = 50;

/**
 * Returns the runs of one side in order, each with the moment at which it began. If `byTime` is false, the arrival times are meaningless, and the runs follow
 * each other without gaps.
 */
export function segmentsOf(streams: readonly SideStream[], byTime: boolean): { readonly segments: readonly Segment[]; readonly strays: number } {
  const parts = streams.map((stream) => split(stream, byTime));
  const segments = parts.flatMap((part) => part.segments).sort((a, b) => a.seconds - b.seconds);
  return { segments, strays: parts.reduce((sum, part) => sum + part.strays, 0) };
}

/** Returns the delay of a packet, except for an unknown constant. */
function delay(stream: SideStream, place: number, clockHz: number): number {
  return (stream.stream.times[stream.order[place] ?? 0] ?? 0) - (stream.timestamps[place] ?? 0) / clockHz;
}

/** Splits a stream where timestamps restart and where it pauses. `strays`: packets with an isolated timestamp. */
function split(from: SideStream, byTime: boolean): { readonly segments: readonly Segment[]; readonly strays: number } {
  const { stream, order } = from;
  const segments: Segment[] = [];
  let clockHz = [...from.codings.values()][0]?.clockHz ?? 8_000;
  let start = 0;
  let follows = false;
  let lastSound = -1;
  let strays = 0;
  /** Ends the run before `end`, where the next one begins. */
  const close = (end: number, isPause: boolean): void => {
    if (!follows && !isPause && end - start < 3 && order.length > 10) strays += end - start;
    else {
      const before = segments.at(-1);
      let seconds = 0;
      if (follows && before !== undefined)
        seconds = before.seconds + ((from.timestamps[start] ?? 0) - (from.timestamps[before.start] ?? 0)) / clockHz;
      else if (byTime) {
        let least = Number.POSITIVE_INFINITY;
        for (let place = start; place < Math.min(end, start + anchorWindow); place++) least = Math.min(least, delay(from, place, clockHz));
        seconds = least + (from.timestamps[start] ?? 0) / clockHz;
      }
      segments.push({ from, start, end, seconds, clockHz, follows });
    }
    start = end;
    follows = isPause;
  };
  for (let place = 0; place < order.length; place++) {
    const index = order[place] ?? 0;
    const known = from.codings.get(stream.types[index] ?? 0);
    if (known === undefined || known.coding.kind === 'event') continue; // events keep the time at which they began
    if (known.coding.kind === 'sound' && known.clockHz !== clockHz) {
      // A new coding with another clock: ticks before and after cannot be compared.
      if (lastSound >= 0) close(place, false);
      clockHz = known.clockHz;
    } else if (lastSound >= 0) {
      const jump = delay(from, place, clockHz) - delay(from, lastSound, clockHz);
      const step = (stream.sequences[index] ?? 0) - (stream.sequences[order[lastSound] ?? 0] ?? 0);
      const pause = ((from.timestamps[place] ?? 0) - (from.timestamps[lastSound] ?? 0)) / clockHz;
      const isRestart = byTime
        ? Math.abs(jump) > suspectSeconds && Math.abs(least(from, place, 1, clockHz) - least(from, lastSound, -1, clockHz)) > restartSeconds
        : step > restartStep / 2 || Math.abs(pause) > farSeconds;
      if (isRestart || pause > pauseSeconds) close(place, !isRestart);
    }
    lastSound = place;
  }
  close(order.length, false);
  return { segments, strays };
}

/** Returns the smallest delay of the packets on one side of a position, up to the next sudden change. */
function least(from: SideStream, place: number, direction: 1 | -1, clockHz: number): number {
  let result = delay(from, place, clockHz);
  let before = result;
  for (let step = 1; step < delayWindow; step++) {
    const at = place + step * direction;
    if (at < 0 || at >= from.order.length) break;
    const here = delay(from, at, clockHz);
    if (Math.abs(here - before) > suspectSeconds) break;
    result = Math.min(result, here);
    before = here;
  }
  return result;
}

/**
 * Places the packets of one side on the timeline. One function: each packet is placed after the previous one, and what was left out is counted.
 * @param origin start of the medium, in the capture's seconds
 */
export function placeSide(segments: readonly Segment[], origin: number): SideLine {
  const tables = new Map<string, { coding: RtpCoding; table: PacketTable; last: number }>();
  const gaps = new Map<Cause, Gaps>();
  const line = { lost: 0, packets: 0, end: 0, restarts: 0, cut: 0, events: 0, complete: true };
  /** Second at which audio last ended; null before the first. */
  let ended: number | null = null;
  const silence = (cause: Cause, seconds: number): void => {
    const known = gaps.get(cause) ?? { count: 0, seconds: 0, longest: 0 };
    gaps.set(cause, { count: known.count + 1, seconds: known.seconds + seconds, longest: Math.max(known.longest, seconds) });
  };
  /** Per stream: the planned start of its last run, the timestamp there, and the run's last sequence number. */
  const runs = new Map<SideStream, { wanted: number; first: number; sequence: number }>();
  for (const [number, { from, clockHz, start, end, seconds: wall, follows }] of segments.entries()) {
    const { stream, order, timestamps, codings } = from;
    const first = timestamps[start] ?? 0;
    const before = follows ? runs.get(from) : undefined;
    if (number > 0 && before === undefined) line.restarts++;
    // Rounded to whole ticks, so that rounding does not move a run that continues.
    const wanted = before === undefined ? Math.round((wall - origin) * clockHz) / clockHz : before.wanted + (first - before.first) / clockHz;
    const begin = Math.max(0, wanted, line.end);
    let cause: Cause = before === undefined ? 'restart' : 'pause';
    let sequence = before?.sequence ?? -1;
    let outage = 0;
    for (let place = start; place < end; place++) {
      const index = order[place] ?? 0;
      const missing = sequence < 0 ? 0 : (stream.sequences[index] ?? 0) - sequence - 1;
      sequence = stream.sequences[index] ?? 0;
      if (missing > 0) {
        // After a restart of the sequence numbers alone, the number of lost packets is unknown, except after a long outage.
        if (missing < restartStep / 2) line.lost += missing;
        else outage = missing % 0x1_0000;
        cause = 'loss';
      }
      const known = codings.get(stream.types[index] ?? 0);
      if (known === undefined) continue;
      const { coding } = known;
      const ticks = (timestamps[place] ?? 0) - first;
      const isCut = stream.cut[index] === 1;
      if (isCut) line.cut++;
      const size = stream.sizes[index] ?? 0;
      const { speechBytes } = coding.read(size, stream.heads[index] ?? 0);
      const frames = isCut && !coding.isBytewise ? 0 : coding.read(speechBytes, stream.heads[index] ?? 0).frames;
      const isForeign = coding.codec === 'unknown' && coding.kind === 'sound';
      if (coding.kind === 'event') line.events++;
      if (frames === 0 && !isForeign) {
        if (cause !== 'loss') cause = coding.kind === 'event' ? 'event' : isCut ? 'cut' : 'pause';
        line.end = Math.max(line.end, coding.kind === 'event' ? 0 : begin + ticks / clockHz);
        continue;
      }
      // In whole samples. Exact if the clock divides the rate, which is true of all senders that are not broken.
      const position = Math.max(0, Math.round(begin * coding.rateHz) + Math.round((ticks * coding.rateHz) / clockHz));
      if (position > limits.timeLineSeconds * coding.rateHz) {
        line.complete = false;
        continue;
      }
      const seconds = position / coding.rateHz;
      const gap = ended === null ? 0 : seconds - ended;
      if (gap > 0.5 / coding.rateHz) {
        silence(cause, gap);
        line.lost += outage;
      }
      outage = 0;
      const key = `${coding.codec} ${coding.name} ${coding.rateHz} ${coding.channels}`;
      let entry = tables.get(key);
      if (entry === undefined) {
        entry = { coding, table: createPacketTable(), last: -1 };
        tables.set(key, entry);
      }
      entry.last = Math.max(position, entry.last + 1); // equal positions would merge two packets into one
      for (const piece of stream.pieces.get(index) ?? [{ offset: stream.offsets[index] ?? 0, size }]) {
        const bytes = Math.min(piece.size, speechBytes);
        if (bytes > 0 && !entry.table.add(piece.offset, bytes, entry.last)) line.complete = false;
      }
      line.packets++;
      // The playing time of packets in an unsupported coding is unknown.
      ended = frames === 0 ? null : Math.max(ended ?? 0, seconds + frames / coding.rateHz);
      line.end = Math.max(line.end, ended ?? seconds);
      cause = isCut ? 'cut' : 'pause';
    }
    runs.set(from, { wanted, first, sequence });
  }
  return { ...line, tables: [...tables.values()], gaps };
}
