import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { frameWindow } from '../frames/frame-window.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { type FrameReader, firstFrame, readAc3Frame, readAdts, readDtsFrame, readMpegAudio } from './frames.ts';
import { pesPayload } from './pes.ts';

const packetBytes = 188;
const sync = 0x47;
/** Number of bytes at the start that are searched for tables and the first audio. */
const searchBytes = 4 * 1024 * 1024;
const sectionBytes = 1024;
/** Number of payload bytes of the first audio that are collected to find a frame. */
const soundBytes = 8 * 1024;

/** Readers by stream_type of audio (ISO/IEC 13818-1, table 2-34; ATSC A/52 for 0x81 and 0x87; FFmpeg libavformat/mpegts.c for 0x82 and 0x84 of Blu-ray). */
const readers = new Map<number, FrameReader>([
  [0x03, readMpegAudio],
  [0x04, readMpegAudio],
  [0x0f, readAdts],
  [0x81, readAc3Frame],
  [0x82, readDtsFrame],
  [0x84, readAc3Frame],
  [0x87, readAc3Frame],
]);
/** Readers that are tried for private data without a descriptor. */
const guessed: readonly FrameReader[] = [readAc3Frame, readDtsFrame, readAdts, readMpegAudio];
/** Readers by the descriptors that identify private data (0x06) (ETSI EN 300 468, 6.1 and 6.4). */
const described = new Map<number, FrameReader>([
  [0x6a, readAc3Frame],
  [0x7a, readAc3Frame],
  [0x7b, readDtsFrame],
]);
const privateData = 0x06;

interface Packet {
  readonly pid: number;
  readonly begins: boolean;
  readonly payload: Uint8Array;
}

/** Yields the packets of a transport stream in memory (ISO/IEC 13818-1, 2.4.3.2). @param step 188, or 192 with a time stamp before each packet */
function* packetsOf(bytes: Uint8Array, offset: number, step: number): Generator<Packet> {
  for (let at = offset; at + packetBytes <= bytes.length && bytes[at] === sync; at += step) {
    const [, b1 = 0, b2 = 0, b3 = 0, adaptation = 0] = bytes.subarray(at, at + 5);
    const start = 4 + ((b3 & 0x20) !== 0 ? 1 + adaptation : 0);
    if ((b3 & 0x10) === 0 || start >= packetBytes) continue;
    yield { pid: ((b1 & 0x1f) << 8) | b2, begins: (b1 & 0x40) !== 0, payload: bytes.subarray(at + start, at + packetBytes) };
  }
}

/** Returns the payload of a packet identifier, from the first packet that begins a unit, up to `most` bytes. */
function collect(packets: Iterable<Packet>, pid: number, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const packet of packets) {
    if (packet.pid !== pid || (parts.length === 0 && !packet.begins)) continue;
    if (parts.length > 0 && packet.begins) break;
    parts.push(packet.payload);
    length += packet.payload.length;
    if (length >= most) break;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Returns the body of a section between its fixed fields and its CRC; null if it does not belong to this table. */
function section(bytes: Uint8Array, table: number, fixedBytes: number): Uint8Array | null {
  const at = 1 + (bytes[0] ?? 0);
  if (bytes[at] !== table) return null;
  const length = (((bytes[at + 1] ?? 0) & 0x0f) << 8) | (bytes[at + 2] ?? 0);
  return bytes.subarray(at + fixedBytes, Math.max(at + fixedBytes, at + 3 + length - 4));
}

interface Elementary {
  readonly type: number;
  readonly pid: number;
  readonly read: FrameReader | undefined;
}

/** Returns the elementary streams of a program map (2.4.4.8). */
function elementaryOf(map: Uint8Array): Elementary[] {
  const streams: Elementary[] = [];
  const programInfo = (((map[0] ?? 0) & 0x0f) << 8) | (map[1] ?? 0);
  for (let at = 2 + programInfo; at + 5 <= map.length; ) {
    const [type = 0, p1 = 0, p2 = 0, i1 = 0, i2 = 0] = map.subarray(at, at + 5);
    const infoBytes = ((i1 & 0x0f) << 8) | i2;
    let read = readers.get(type);
    for (let tag = at + 5; tag + 2 <= at + 5 + infoBytes; tag += 2 + (map[tag + 1] ?? 0))
      if (type === privateData) read ??= described.get(map[tag] ?? 0);
    streams.push({ type, pid: ((p1 & 0x1f) << 8) | p2, read });
    at += 5 + infoBytes;
  }
  return streams;
}

/** Returns the reader that finds a frame at the beginning and another one where the first ends. */
function readerOf(payload: Uint8Array): FrameReader | undefined {
  return guessed.find((read) => {
    const frame = read(payload, 0);
    return frame !== null && read(payload, frame.size) !== null;
  });
}

/** Counts bytes that are in no packet; each packet begins with a sync byte. A packet that is cut off by the end of the file counts as one packet. */
async function bytesOutside(
  bytes: ByteReader,
  offset: number,
  step: number,
  signal: AbortSignal,
): Promise<Pick<DemuxedSound, 'strayBytes' | 'lackingBytes'>> {
  const window = frameWindow(bytes, signal);
  const stop = Math.min(bytes.size, limits.framesCheckedBytes);
  let stray = 0;
  let isStray = false;
  let at = offset;
  while (at < stop) {
    const here = window.peek(at, 2 * step + 1) ?? (await window.read(at, 2 * step + 1));
    // After such bytes, a single sync byte is a coincidence.
    const follow = [step, 2 * step].every((further) => here.length <= further || here[further] === sync);
    if (here[0] === sync && (!isStray || follow)) {
      at += step;
      isStray = false;
    } else {
      at++;
      stray++;
      isStray = true;
    }
  }
  // The last packet begins one step earlier.
  return { strayBytes: stray, lackingBytes: isStray || stop < bytes.size ? 0 : Math.max(0, at - step + packetBytes - bytes.size) };
}

/** Number of bytes at the end that are searched for the last packet of the audio stream. */
const endBytes = 256 * 1024;

/**
 * Returns the number of bytes missing from the last packet of an elementary stream according to its stated length (2.4.3.7); 0 if it states none or is
 * complete.
 */
async function lackingAtEnd(bytes: ByteReader, offset: number, step: number, pid: number, signal: AbortSignal): Promise<number> {
  const packets = Math.floor((bytes.size - offset) / step);
  const from = offset + Math.max(0, packets - Math.floor(endBytes / step)) * step;
  const end = (await bytes.read(from, endBytes + step, signal)).slice();
  let last: { length: number; there: number } | null = null;
  for (const packet of packetsOf(end, 0, step)) {
    if (packet.pid !== pid) continue;
    const [, , , , l1 = 0, l2 = 0] = packet.payload;
    if (packet.begins) last = { length: l1 * 256 + l2, there: packet.payload.length - 6 };
    else if (last !== null) last.there += packet.payload.length;
  }
  return last === null || last.length === 0 ? 0 : Math.max(0, last.length - last.there);
}

async function soundOf(bytes: ByteReader, offset: number, step: number, signal: AbortSignal): Promise<DemuxedSound | string> {
  const start = await bytes.read(0, searchBytes, signal);
  const packets = [...packetsOf(start, offset, step)];
  const programs = section(collect(packets, 0, sectionBytes), 0x00, 8);
  if (programs === null) return 'no program association table at its beginning';
  const streams: Elementary[] = [];
  for (let at = 0; at + 4 <= programs.length; at += 4) {
    const [n1 = 0, n2 = 0, p1 = 0, p2 = 0] = programs.subarray(at, at + 4);
    // Program 0 leads to the network information.
    if (n1 + n2 === 0) continue;
    const map = section(collect(packets, ((p1 & 0x1f) << 8) | p2, sectionBytes), 0x02, 10);
    if (map !== null) streams.push(...elementaryOf(map));
  }
  const payload = (pid: number): Uint8Array => pesPayload(collect(packets, pid, soundBytes));
  const audio = streams.flatMap(({ type, pid, read }) => {
    const known = read ?? (type === privateData ? readerOf(payload(pid)) : undefined);
    return known === undefined ? [] : [{ pid, read: known }];
  });
  const [first] = audio;
  if (first === undefined) return `no audio stream among ${streams.length}`;
  const frame = firstFrame(payload(first.pid), first.read);
  if (frame === null) return 'no frame of its audio stream at its beginning';
  const frames = audio.map(({ pid, read }) => firstFrame(payload(pid), read));
  const alike = frames.every((one) => one !== null && one.channels === 1 && one.sampleRateHz === frame.sampleRateHz);
  const outside = await bytesOutside(bytes, offset, step, signal);
  const lackingBytes = outside.lackingBytes || (await lackingAtEnd(bytes, offset, step, first.pid, signal));
  return { ...frame, audioStreams: audio.length, alike, otherStreams: streams.length - audio.length, ...outside, lackingBytes };
}

/** Describes MPEG transport streams: broadcast and interception recorders. */
export const mpegTs: DemuxedContainer = {
  demuxer: 'mpegts',
  title: 'MPEG transport stream',
  extensions: ['.m2ts', '.mts'],
  magics: [
    [0, 'G'],
    [4, 'G'],
  ],
  confidence: 'structure',
  fact: 'MPEG-TS: ISO/IEC 13818-1; files of FFmpeg with layer II, AAC, AC-3, with and without video',
  sound: async (head, bytes, signal) => {
    const shapes = [
      [0, packetBytes],
      [4, packetBytes + 4],
    ] as const;
    for (const [offset, step] of shapes) {
      if (head[offset] !== sync || head[offset + step] !== sync || bytes.size < 3 * step) continue;
      const third = await bytes.read(offset + 2 * step, 1, signal);
      const fourth = bytes.size > offset + 3 * step ? await bytes.read(offset + 3 * step, 1, signal) : third;
      if (third[0] === sync && fourth[0] === sync) return await soundOf(bytes, offset, step, signal);
    }
    return null;
  },
};
