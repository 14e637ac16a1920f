import { limits } from '../../src/core/base/limits.ts';
import { createPacketTable, type PacketTable } from '../frames/packet-table.ts';
import type { RtpCoding } from './rtp-coding.ts';
import type { OrderedStream } from './rtp-order.ts';
import { restartStep } from './rtp-streams.ts';

/** Why a stretch of a side is silent. */
export type Cause = 'loss' | 'pause' | 'event' | 'restart' | 'cut';

/** Silent stretches of one cause. */
export interface Gaps {
  count: number;
  seconds: number;
  longest: number;
}

/** A payload type of a stream with what it means; `clockHz` is what the sender counts. */
export interface StreamCoding {
  readonly coding: RtpCoding;
  readonly clockHz: number;
}

/** A stream that is placed on the line of its side. */
export interface SideStream extends OrderedStream {
  /** By payload type; what is not here is not placed. */
  readonly codings: ReadonlyMap<number, StreamCoding>;
}

/** One side of a call on the time line. */
export interface SideLine {
  /** Packets of each coding that occurs. */
  readonly tables: readonly { readonly coding: RtpCoding; readonly table: PacketTable }[];
  readonly gaps: ReadonlyMap<Cause, Gaps>;
  /** Sequence numbers that never came. */
  readonly lost: number;
  /** Packets of sound, and seconds at which the last of them ends. */
  readonly packets: number;
  readonly end: number;
  /** Places where the count of time began anew, and the line goes on by the times of arrival. */
  readonly restarts: number;
  /** Packets whose end the capture does not have. */
  readonly cut: number;
  readonly events: number;
  /** False where there were more packets than a table takes. */
  readonly complete: boolean;
}

/** A run of packets whose timestamps belong together. */
interface Segment {
  readonly from: SideStream;
  /** Places in its order, [start, end). */
  readonly start: number;
  readonly end: number;
  /** Seconds at which the first packet would have come without delay. */
  readonly seconds: number;
  readonly clockHz: number;
  /** True where the timestamps go on from the run before of the same stream: it only paused, and another may have spoken meanwhile. */
  readonly follows: boolean;
}

/** A sudden change of the delay of this many seconds may be a restart of the timestamps. */
const suspectSeconds = 0.3;
/** A lasting change of this many seconds is one: a network stands still for a while and then delivers, a sender that paused does not. */
const restartSeconds = 0.5;
/** A pause of this many seconds ends a run: who holds a call lets another sound meanwhile, and both must stand in their order. */
const pauseSeconds = 1;
/** A step of the timestamps of this many seconds is a restart where times of arrival do not help (Oreka's threshold: 160,000 ticks). */
const farSeconds = 20;
/** Packets on each side of a place in which the least delay is looked for. */
const delayWindow = 500;
/** Packets at the beginning of a segment that say when it began. */
const anchorWindow = 50;

/**
 * The runs of one side in order, each with the moment at which it began. Without `byTime` the times of arrival mean nothing: then one
 * run follows the other.
 */
export function segmentsOf(streams: readonly SideStream[], byTime: boolean): { readonly segments: readonly Segment[]; readonly strays: number } {
  const parts = streams.map((stream) => split(stream, byTime));
  const segments = parts.flatMap((part) => part.segments).sort((a, b) => a.seconds - b.seconds);
  return { segments, strays: parts.reduce((sum, part) => sum + part.strays, 0) };
}

/** Delay of a packet, to an unknown constant. */
function delay(stream: SideStream, place: number, clockHz: number): number {
  return (stream.stream.times[stream.order[place] ?? 0] ?? 0) - (stream.timestamps[place] ?? 0) / clockHz;
}

/** Cuts a stream where the count of time begins anew, and where it pauses. `strays`: packets of a count that nothing follows. */
function split(from: SideStream, byTime: boolean): { readonly segments: readonly Segment[]; readonly strays: number } {
  const { stream, order } = from;
  const segments: Segment[] = [];
  let clockHz = [...from.codings.values()][0]?.clockHz ?? 8_000;
  let start = 0;
  let follows = false;
  let lastSound = -1;
  let strays = 0;
  /** Ends the run before `end`; the next begins there. */
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
      // A new coding that counts otherwise: ticks before and after cannot be set against each other.
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

/** The least delay of the packets on one side of a place, up to the next sudden change. */
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

/** Places the packets of one side; `origin` is where the medium begins, in the capture's seconds. */
export function placeSide(segments: readonly Segment[], origin: number): SideLine {
  const tables = new Map<string, { coding: RtpCoding; table: PacketTable; last: number }>();
  const gaps = new Map<Cause, Gaps>();
  const line = { lost: 0, packets: 0, end: 0, restarts: 0, cut: 0, events: 0, complete: true };
  /** Seconds at which sound ended last; null before the first. */
  let ended: number | null = null;
  const silence = (cause: Cause, seconds: number): void => {
    const known = gaps.get(cause) ?? { count: 0, seconds: 0, longest: 0 };
    gaps.set(cause, { count: known.count + 1, seconds: known.seconds + seconds, longest: Math.max(known.longest, seconds) });
  };
  /** Of each stream: where its last run was to begin, the timestamp there, and its last sequence number. */
  const runs = new Map<SideStream, { wanted: number; first: number; sequence: number }>();
  for (const [number, { from, clockHz, start, end, seconds: wall, follows }] of segments.entries()) {
    const { stream, order, timestamps, codings } = from;
    const first = timestamps[start] ?? 0;
    const before = follows ? runs.get(from) : undefined;
    if (number > 0 && before === undefined) line.restarts++;
    // On whole ticks, so that a run which goes on is not moved by rounding.
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
        // After a restart of the count alone nobody knows how many there were, but for a long outage.
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
      // Whole samples: exact where the clock divides the rate, as all do but those of broken senders.
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
      entry.last = Math.max(position, entry.last + 1); // equal positions would make one packet of two
      for (const piece of stream.pieces.get(index) ?? [{ offset: stream.offsets[index] ?? 0, size }]) {
        const bytes = Math.min(piece.size, speechBytes);
        if (bytes > 0 && !entry.table.add(piece.offset, bytes, entry.last)) line.complete = false;
      }
      line.packets++;
      // Nobody knows how long packets of a foreign coding sound.
      ended = frames === 0 ? null : Math.max(ended ?? 0, seconds + frames / coding.rateHz);
      line.end = Math.max(line.end, ended ?? seconds);
      cause = isCut ? 'cut' : 'pause';
    }
    runs.set(from, { wanted, first, sequence });
  }
  return { ...line, tables: [...tables.values()], gaps };
}
