import { limits } from '../../src/core/base/limits.ts';
import { type Datagram, type Piece, piecesWithin } from '../../src/core/capture/ip-datagrams.ts';
import { readRtp } from './rtp-header.ts';

/**
 * The data kept of one stream's packets, in the order of arrival, in columns of equal length. The columns are empty while a possible stream has only one
 * packet.
 */
export interface RtpStream {
  /** Endpoints of sender and receiver. */
  readonly source: number;
  readonly target: number;
  readonly ssrc: number;
  readonly count: number;
  /** Sequence numbers without wrap; a restart of the numbering adds `restartStep`. */
  readonly sequences: Float64Array;
  /** RTP timestamps unchanged, 32 bits. */
  readonly timestamps: Uint32Array;
  /** Arrival times in seconds. */
  readonly times: Float64Array;
  /** Offsets of the payload in the file. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** The first two bytes of the payload. */
  readonly heads: Uint16Array;
  readonly types: Uint8Array;
  /** 1 if the capture has only the beginning of the packet, else 0. */
  readonly cut: Uint8Array;
  /** Packets whose payload lies in several places of the file, by index. */
  readonly pieces: ReadonlyMap<number, readonly Piece[]>;
  /** Number of packets within `nearSteps` of the highest number before; this does not happen by chance. */
  readonly inStep: number;
  /** Number of packets with the number of the previous packet. High if everything was captured twice, or if the data is not RTP. */
  readonly repeats: number;
  /** How often each byte value occurs in the first payloads; encrypted data have all values equally often. */
  readonly histogram: Uint32Array;
}

/** Number that is added to sequence numbers after a restart. */
export const restartStep = 0x1_0000_0000;
/** A larger step is not a loss but possibly a restart: Oreka's threshold, twice RFC 3550's MAX_DROPOUT of a minute. */
const mostSteps = 1_000;
const nearSteps = 20;
/** Number of payload bytes of a stream whose values are counted. */
const countedBytes = 128 * 1024;
/** Number of new streams after which those with a single packet are dropped; `graceSeconds`: seconds in which a stream must continue. */
const sweepEvery = 4_096;
const graceSeconds = 5;

/** Finds RTP streams among datagrams. */
export interface RtpStreams {
  /** Takes a datagram and returns true if it may be RTP. Keeps it then, unless there is no room. */
  take(datagram: Datagram): boolean;
  /** Returns the streams so far, in the order of their first packets. */
  list(): RtpStream[];
  /** Number of packets that exceeded the limit. */
  readonly overflow: number;
}

/** Creates an empty collection of streams. */
export function createRtpStreams(): RtpStreams {
  const streams = new Map<string, GrowingStream>();
  let packets = 0;
  let overflow = 0;
  let last: GrowingStream | null = null;
  let unswept = 0;
  /** Drops streams that were not continued. Other protocols begin with the same bits, and each of their packets would be a stream of its own. */
  const sweep = (now: number): void => {
    unswept = 0;
    for (const [key, { count, begin }] of streams) {
      if (count > 1 || Math.abs(now - begin) < graceSeconds) continue;
      streams.delete(key);
      packets--;
    }
  };
  const streamOf = (source: number, target: number, ssrc: number, now: number): GrowingStream | null => {
    if (last !== null && last.ssrc === ssrc && last.source === source && last.target === target) return last;
    const key = `${source} ${target} ${ssrc}`;
    let stream = streams.get(key);
    if (stream === undefined) {
      if (++unswept >= sweepEvery) sweep(now);
      if (streams.size >= limits.captureStreams) return null;
      stream = new GrowingStream(source, target, ssrc);
      streams.set(key, stream);
    }
    last = stream;
    return stream;
  };
  return {
    take(datagram) {
      const { bytes, from, to, missing, offset } = datagram;
      const header = readRtp(bytes, from, to, missing === 0);
      if (header === null) return false;
      const stream = packets < limits.capturePackets ? streamOf(datagram.source, datagram.target, header.ssrc, datagram.seconds) : null;
      if (stream === null) {
        overflow++;
        return true;
      }
      packets++;
      const begin = header.from - from;
      const pieces = datagram.pieces === null ? null : piecesWithin(datagram.pieces, begin, header.to - from);
      const { sequence, timestamp, payloadType: type } = header;
      stream.add({
        sequence,
        timestamp,
        type,
        seconds: datagram.seconds,
        offset: offset + begin,
        bytes,
        from: header.from,
        to: header.to,
        isCut: missing > 0,
        pieces,
      });
      return true;
    },
    list: () => [...streams.values()],
    get overflow() {
      return overflow;
    },
  };
}

/** A packet of a stream. Its payload is at [from, to) of `bytes`, and at `offset` in the file. */
interface AddedPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly type: number;
  readonly seconds: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly isCut: boolean;
  readonly pieces: readonly Piece[] | null;
}

/** One run of sequence numbers: its highest number, unwrapped. */
interface Run {
  top: number;
  /** `top` as sent, before unwrapping. */
  sent: number;
}

const empty = {
  sequences: new Float64Array(0),
  timestamps: new Uint32Array(0),
  times: new Float64Array(0),
  offsets: new Float64Array(0),
  sizes: new Uint32Array(0),
  heads: new Uint16Array(0),
  types: new Uint8Array(0),
  cut: new Uint8Array(0),
} as const;
const noPieces: Map<number, readonly Piece[]> = new Map();

/** A stream that is still growing; `isSure` is true once it is known to be RTP. A class, because its columns must have equal lengths. */
export class GrowingStream implements RtpStream {
  readonly source: number;
  readonly target: number;
  readonly ssrc: number;
  count = 0;
  sequences: Float64Array = empty.sequences;
  timestamps: Uint32Array = empty.timestamps;
  times: Float64Array = empty.times;
  offsets: Float64Array = empty.offsets;
  sizes: Uint32Array = empty.sizes;
  heads: Uint16Array = empty.heads;
  types: Uint8Array = empty.types;
  cut: Uint8Array = empty.cut;
  pieces: Map<number, readonly Piece[]> = noPieces;
  /** Second of the stream's first packet. */
  begin = 0;
  inStep = 0;
  repeats = 0;
  #first: AddedPacket | null = null;
  #histogram: Uint32Array | null = null;
  #counted = 0;
  #run: Run | null = null;
  #before: Run | null = null;
  #restarts = 0;
  readonly #isSure: boolean;

  constructor(source: number, target: number, ssrc: number, isSure = false) {
    this.#isSure = isSure;
    this.source = source;
    this.target = target;
    this.ssrc = ssrc;
  }

  get histogram(): Uint32Array {
    return this.#histogram ?? new Uint32Array(256);
  }

  /** Adds a packet. */
  add(packet: AddedPacket): void {
    if (!this.#isSure && this.#first === null && this.count === 0) {
      // Most packets that begin with these bits by chance are never continued: they get no columns.
      this.count = 1;
      this.begin = packet.seconds;
      this.#first = { ...packet, bytes: packet.bytes.slice(packet.from, packet.to), from: 0, to: packet.to - packet.from };
      return;
    }
    if (this.#first !== null) {
      const first = this.#first;
      this.#first = null;
      this.count = 0;
      this.#keep(first);
    }
    this.#keep(packet);
  }

  #keep({ sequence, timestamp, type, seconds, offset, bytes, from, to, isCut, pieces }: AddedPacket): void {
    if (this.count === this.types.length) this.#grow();
    const at = this.count++;
    this.sequences[at] = this.#unwrap(sequence);
    this.timestamps[at] = timestamp;
    this.times[at] = seconds;
    this.offsets[at] = offset;
    this.sizes[at] = to - from;
    this.heads[at] = ((from < to ? (bytes[from] ?? 0) : 0) << 8) | (from + 1 < to ? (bytes[from + 1] ?? 0) : 0);
    this.types[at] = type;
    this.cut[at] = isCut ? 1 : 0;
    if (pieces !== null && this.pieces.size < limits.captureFragmented * 64) {
      if (this.pieces === noPieces) this.pieces = new Map();
      this.pieces.set(at, pieces);
    }
    if (this.#counted < countedBytes) {
      this.#histogram ??= new Uint32Array(256);
      const counts = this.#histogram;
      for (let i = from; i < to; i++) counts[bytes[i] ?? 0] = (counts[bytes[i] ?? 0] ?? 0) + 1;
      this.#counted += to - from;
    }
  }

  /** Unwraps a sequence number: 16 bits wrap after 22 minutes. A single stray packet does not make the following packets count as a restart. */
  #unwrap(sequence: number): number {
    if (this.#run === null) {
      this.#run = { top: sequence, sent: sequence };
      return sequence;
    }
    const step = stepOf(this.#run, sequence);
    if (step !== null) {
      if (step === 0) this.repeats++;
      else if (Math.abs(step) <= nearSteps) this.inStep++;
      return advance(this.#run, step, sequence);
    }
    const back = this.#before === null ? null : stepOf(this.#before, sequence);
    if (this.#before !== null && back !== null) {
      [this.#run, this.#before] = [this.#before, this.#run];
      return advance(this.#run, back, sequence);
    }
    this.#before = this.#run;
    this.#run = { top: ++this.#restarts * restartStep + sequence, sent: sequence };
    return this.#run.top;
  }

  #grow(): void {
    const room = Math.max(8, 2 * this.count);
    this.sequences = into(new Float64Array(room), this.sequences);
    this.timestamps = into(new Uint32Array(room), this.timestamps);
    this.times = into(new Float64Array(room), this.times);
    this.offsets = into(new Float64Array(room), this.offsets);
    this.sizes = into(new Uint32Array(room), this.sizes);
    this.heads = into(new Uint16Array(room), this.heads);
    this.types = into(new Uint8Array(room), this.types);
    this.cut = into(new Uint8Array(room), this.cut);
  }
}

function into<Column extends { set(from: Column): void }>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}

/** Returns the distance of a sequence number from the highest of a run; null if it is too far. */
function stepOf(run: Run, sequence: number): number | null {
  const step = ((sequence - run.sent) << 16) >> 16;
  return Math.abs(step) <= mostSteps ? step : null;
}

function advance(run: Run, step: number, sequence: number): number {
  if (step <= 0) return run.top + step;
  run.top += step;
  run.sent = sequence;
  return run.top;
}
