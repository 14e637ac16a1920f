import { agree } from '../../src/core/base/agree.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { DeclaredCoding, Format, Identification, Track } from '../../src/core/model/format.ts';
import { type FrameWindow, frameWindow } from '../frames/frame-window.ts';
import { createPacketTable, type PacketTable } from '../frames/packet-table.ts';
import { type NmfPacket, nmfCompression, nmfHeaderBytes, parseNmfPacket, readNmfPacket } from './nmf-packet.ts';

/** A compression code: name, codec, rate, and number of samples in a number of coded bytes. */
interface Coding {
  readonly name: string;
  readonly codec: string | null;
  readonly sampleRateHz: number;
  readonly samples: (bytes: number) => number;
  readonly note: string;
}

const g729: Coding = { name: 'G.729', codec: 'g729', sampleRateHz: 8000, samples: (bytes) => Math.floor(bytes / 10) * 80, note: '' };
const g726: Coding = {
  name: 'G.726',
  codec: null,
  sampleRateHz: 8000,
  samples: () => 0,
  note: 'neither rate nor bit order is declared: the rate follows from sizes and times, the order is that of RTP (low bits first)',
};
const g7231: Coding = { name: 'G.723.1', codec: 'g723.1', sampleRateHz: 8000, samples: (bytes) => Math.floor(bytes / 24) * 240, note: '' };
/** Codes as in the public converters (reverse-engineered); other codes are unknown. */
const codings = new Map<number, Coding>([
  [0, g729],
  [1, g726],
  [2, g726],
  [3, { name: 'A-law', codec: 'alaw', sampleRateHz: 8000, samples: (bytes) => bytes, note: '' }],
  [7, { name: 'mu-law', codec: 'mulaw', sampleRateHz: 8000, samples: (bytes) => bytes, note: '' }],
  [8, g729],
  [9, g7231],
  [10, g7231],
  [19, { name: 'G.722', codec: 'g722', sampleRateHz: 16_000, samples: (bytes) => bytes * 2, note: '' }],
]);
const unknownCoding: Coding = {
  name: 'unknown coding',
  codec: null,
  sampleRateHz: 8000,
  samples: () => 0,
  note: 'the coding of this code is unknown; ACA, NICE ADPCM, G.728 and GSM are likely among the unknown codes',
};

/** Number of packets with which a file must begin to be recognised, because there is no magic number. */
const packetsNeeded = 3;
/** A file of one or two packets is recognised if they reach its end exactly. */
const shortest = 1;
const daySeconds = 86_400;
/**
 * Tolerance in seconds: recorders stamp packets by a clock with coarse ticks, so a packet that begins this close to the end of the previous one follows it
 * directly.
 */
const toleranceSeconds = 0.1;
const streamsRead = 16;
/** Number of bytes that are searched for the next packet after a damaged one. */
const resyncBytes = 4 * 1024 * 1024;

interface Stream {
  readonly id: number;
  readonly coding: Coding;
  readonly compression: number | null;
  readonly table: PacketTable;
  bytes: number;
  seconds: number;
  /** End of the last packet in samples. */
  end: number;
  silent: number;
  gaps: number;
}

interface Walk {
  readonly streams: Stream[];
  readonly packets: number;
  /** Number of bytes that belong to no packet; `lostAt`: offset of the first. */
  readonly lost: number;
  readonly lostAt: number;
  readonly tail: number;
  readonly ended: boolean;
  readonly otherMedia: number;
  readonly beyond: number;
  readonly leading: number;
}

/** Identifies NICE's media file: packets of one or more interleaved streams with their times. */
export const nmf: Format = {
  id: 'nmf',
  title: 'NICE Media File',
  extensions: ['.nmf'],
  mediaType: 'application/x-nice-nmf',
  grade: 'experimental',
  facts: [
    'layout: quarckster/nmf_to_wav, nmf_converter.py ("obtained by decompiling NICE Audio Player"), and a later script around NICE\'s own libraries, both reverse-engineered; tested with synthetic files, because no real one was available',
  ],
  codings: declaredCodings(),
  async identify(bytes, _hint, signal) {
    const window = frameWindow(bytes, signal);
    const first = await firstPackets(window, bytes.size);
    if (first === null) return null;
    const walk = await walkPackets(window, bytes.size, signal);
    return answerOf(walk, bytes.name, bytes.size);
  },
};

function declaredCodings(): DeclaredCoding[] {
  return [...codings].map(([code, { name, codec, note }]) => ({ declared: `compression ${code}`, name, codec: codec ?? 'g726', note }));
}

/** Returns the first packet; null if the first bytes are not a chain of packets that continues or ends with the file. */
async function firstPackets(window: FrameWindow, size: number): Promise<NmfPacket | null> {
  let at = 0;
  let first: NmfPacket | null = null;
  let count = 0;
  while (count < packetsNeeded && at < size) {
    const packet = await readNmfPacket(window, at, size);
    if (packet === null) return null;
    first ??= packet;
    // A recorder begins with a header or with audio.
    if (first.type !== 1 && first.type !== 4 && first.type !== 5) return null;
    count++;
    at += nmfHeaderBytes + packet.size;
  }
  return count >= packetsNeeded || (count >= shortest && at === size) ? first : null;
}

async function walkPackets(window: FrameWindow, size: number, signal: AbortSignal): Promise<Walk> {
  const streams = new Map<string, Stream>();
  let base = Number.POSITIVE_INFINITY;
  let leading = 0;
  let [at, packets, lost, lostAt, tail, otherMedia, beyond, voices] = [0, 0, 0, -1, 0, 0, 0, 0];
  let ended = false;
  while (at < size) {
    signal.throwIfAborted();
    const packet = await readNmfPacket(window, at, size);
    if (packet === null) {
      const next = ended ? null : await resync(window, at + 1, size, signal);
      const skipped = (next ?? size) - at;
      if (ended) tail += skipped;
      else {
        if (lostAt < 0) lostAt = at;
        lost += skipped;
      }
      at += skipped;
      continue;
    }
    packets++;
    if (packet.type === 7) ended = true;
    if (packet.type === 1 && packet.start > 0) base = Math.min(base, packet.start);
    const isVoice = packet.type === 4 || (packet.type === 5 && packet.subtype === 300);
    if (packet.type === 5 && !isVoice) otherMedia++;
    const from = at + nmfHeaderBytes + packet.parametersSize;
    const to = Math.min(size, at + nmfHeaderBytes + packet.size);
    if (isVoice && packet.start > 0) {
      if (!Number.isFinite(base)) base = packet.start;
      const stream = voices++ < limits.packets ? await streamOf(streams, window, packet) : null;
      if (stream === null) beyond++;
      else if (to > from) {
        if (stream.table.count === 0) leading = Math.max(leading, (packet.start - base) * daySeconds);
        take(stream, packet, base, from, to - from);
      }
    }
    at += nmfHeaderBytes + packet.size;
  }
  return { streams: [...streams.values()], packets, lost, lostAt, tail: tail + Math.max(0, at - size), ended, otherMedia, beyond, leading };
}

/** Returns the stream of a packet; null if there are too many. A stream whose coding changes becomes two tracks of one side. */
async function streamOf(streams: Map<string, Stream>, window: FrameWindow, packet: NmfPacket): Promise<Stream | null> {
  const compression = await nmfCompression(window, packet);
  const key = `${packet.stream} ${compression}`;
  const known = streams.get(key);
  if (known !== undefined) return known;
  if (streams.size >= streamsRead) return null;
  const coding = compression === null ? unknownCoding : (codings.get(compression) ?? unknownCoding);
  const table = createPacketTable();
  const made: Stream = { id: packet.stream, coding, compression, table, bytes: 0, seconds: 0, end: 0, silent: 0, gaps: 0 };
  streams.set(key, made);
  return made;
}

function take(stream: Stream, packet: NmfPacket, base: number, offset: number, size: number): void {
  const rate = stream.coding.sampleRateHz;
  const seconds = (packet.end - packet.start) * daySeconds;
  const stated = Math.max(0, Math.round((packet.start - base) * daySeconds * rate));
  const gap = stated - stream.end;
  let position = stream.end;
  if (gap > toleranceSeconds * rate && stated < limits.timeLineSeconds * rate) {
    position = stated;
    stream.silent += gap;
    if (stream.table.count > 0) stream.gaps++;
  }
  stream.table.add(offset, size, position);
  stream.bytes += size;
  stream.seconds += seconds;
  const counted = stream.coding.samples(size);
  stream.end = position + (counted > 0 ? counted : Math.round(seconds * rate));
}

/** Returns the next offset at which two packets follow one another; null if there is none. */
async function resync(window: FrameWindow, from: number, size: number, signal: AbortSignal): Promise<number | null> {
  const end = Math.min(size, from + resyncBytes);
  const step = 128 * 1024;
  for (let start = from; start < end; start += step) {
    signal.throwIfAborted();
    const part = (await window.read(start, step + nmfHeaderBytes)).slice();
    for (let i = 0; i + nmfHeaderBytes <= part.length && start + i < end; i++) {
      const found = parseNmfPacket(part, i, start + i, size);
      if (found === null) continue;
      const next = start + i + nmfHeaderBytes + found.size;
      if (next === size || (await readNmfPacket(window, next, size)) !== null) return start + i;
    }
  }
  return null;
}

function answerOf(walk: Walk, place: string, size: number): Identification {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, place, message));
  };
  const sounding = walk.streams.filter((stream) => stream.table.count > 0);
  const ids = [...new Set(sounding.map(({ id }) => id))].sort((a, b) => a - b);
  const frames = Math.max(0, ...sounding.map(({ end, coding }) => end / coding.sampleRateHz));
  const tracks = sounding.map((stream): Track => trackOf(stream, ids.indexOf(stream.id), frames, tell));
  if (walk.lost > 0)
    tell('F360', agree`${walk.lost} of ${size} byte[s], the first at ${walk.lostAt}, belong to no packet; reading continued with the next one`);
  if (walk.beyond > 0)
    tell('F361', agree`${walk.beyond} packet[s] [is|are] beyond the first ${streamsRead} stream[s] or the first ${limits.packets} packets`);
  if (walk.otherMedia > 0) tell('F362', agree`${walk.otherMedia} packet[s] [holds|hold] media other than voice`);
  if (!walk.ended) tell('F363', agree`${walk.packets} packet[s], none of them the last (type 7)`);
  if (walk.tail > 0) tell('F364', agree`${walk.tail} byte[s] [is|are] missing from the last packet or [follows|follow] it`);
  const silent = sounding.reduce((sum, { silent: samples, coding }) => sum + samples / coding.sampleRateHz, 0);
  const gaps = sounding.reduce((sum, stream) => sum + stream.gaps, 0);
  if (silent > 0)
    tell(
      'F365',
      agree`${silent.toFixed(2)} s of silence is inserted where there is no packet: ${walk.leading.toFixed(2)} s at the beginning, ${gaps} gap[s] between`,
    );
  const words = sounding.map(
    ({ id, compression, table }) => agree`stream ${id}: ${table.count} packet[s], compression ${compression ?? 'not stated'}`,
  );
  return {
    format: nmf.id,
    confidence: 'structure',
    basis: `${walk.packets} NICE packets from 0${words.length > 0 ? `; ${words.join('; ')}` : ''}`,
    tracks,
    shortfall: { bytesWithoutSound: walk.lost, strayBytes: walk.lost },
    findings,
    state: tracks.length === 0 ? 'header-only' : walk.lost > 0 ? 'damaged' : walk.ended ? 'ok' : 'truncated',
  };
}

function trackOf(stream: Stream, side: number, seconds: number, tell: (code: FindingCode, message: string) => void): Track {
  const { coding, compression, table, bytes, seconds: stated } = stream;
  let { codec } = coding;
  let codecName = `NICE compression ${compression ?? 'not stated'} (${coding.name})`;
  if (coding === g726) {
    const bits = Math.round((8 * bytes) / (stated * coding.sampleRateHz));
    if (bits >= 2 && bits <= 5) {
      codec = `g726-${bits * 8}-lsb`;
      tell(
        'F366',
        agree`stream ${stream.id}: ${bytes} byte[s] for ${stated.toFixed(2)} s [is|are] ${bits} bit[s] per sample; low bits first is assumed`,
      );
    } else {
      codecName += agree`: ${bytes} byte[s] for ${stated.toFixed(2)} s [matches|match] none of its rates`;
    }
  } else if (codec !== null && table.count > 0) {
    // A wrong code shows in the duration: packets of an hour hold an hour of audio.
    let counted = 0;
    const packets = table.finish(side);
    for (const size of packets.sizes) counted += coding.samples(size);
    const there = counted / coding.sampleRateHz;
    if (stated > 1 && Math.abs(there - stated) > 0.1 * stated)
      tell('F367', `stream ${stream.id}: packets of ${stated.toFixed(2)} s hold ${there.toFixed(2)} s of ${coding.name}`);
  }
  return {
    codec: codec ?? 'unknown',
    codecName,
    sampleRateHz: coding.sampleRateHz,
    channels: 1,
    bitsPerSample: codec === 'alaw' || codec === 'mulaw' ? 8 : null,
    blockBytes: null,
    frames: Math.min(Math.round(seconds * coding.sampleRateHz), limits.timeLineSeconds * coding.sampleRateHz),
    setup: null,
    spans: [],
    packets: table.finish(side),
  };
}
