import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { aacRates } from '../mpeg/aac-config.ts';
import { readMpegFrame } from '../mpeg/mpeg-frame.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { walkUnits } from './walk.ts';

/** The header of one frame of a stream without a container. */
export interface StreamFrame {
  readonly coding: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of bytes to the next header. */
  readonly size: number;
}

/** Reads the frame header at an offset; returns null if there is none. */
export type FrameReader = (bytes: Uint8Array, at: number) => StreamFrame | null;

/** Returns a reader of bits from the highest bit down; it reads 0 beyond the end. */
function bitsOf(bytes: Uint8Array, at: number): (count: number) => number {
  let position = at * 8;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, position++) value = value * 2 + (((bytes[position >> 3] ?? 0) >> (7 - (position & 7))) & 1);
    return value;
  };
}

const ac3Rates = [48_000, 44_100, 32_000];
/** Number of front and surround channels by acmod (ETSI TS 102 366, table 4.3). */
const ac3Channels = [2, 1, 2, 3, 3, 4, 4, 5];
/** kbit/s by half of frmsizecod (table 4.13). */
const ac3Kbits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** Reads headers of AC-3 (ETSI TS 102 366, 4.3 and 4.4) and E-AC-3 (annex E, 2.2), which bsid distinguishes. */
export const readAc3Frame: FrameReader = (bytes, at) => {
  if (bytes[at] !== 0x0b || bytes[at + 1] !== 0x77 || at + 8 > bytes.length) return null;
  const bsid = (bytes[at + 5] ?? 0) >> 3;
  return bsid <= 10 ? ac3Frame(bytes, at, bsid) : bsid <= 16 ? eac3Frame(bytes, at) : null;
};

function ac3Frame(bytes: Uint8Array, at: number, bsid: number): StreamFrame | null {
  const take = bitsOf(bytes, at + 4);
  const rate = ac3Rates[take(2)];
  const sizeCode = take(6);
  const kbits = ac3Kbits[sizeCode >> 1];
  if (rate === undefined || kbits === undefined) return null;
  take(5 + 3); // bsid, bsmod
  const mode = take(3);
  if ((mode & 1) === 1 && mode !== 1) take(2); // cmixlev
  if ((mode & 4) !== 0) take(2); // surmixlev
  if (mode === 2) take(2); // dsurmod
  const lfe = take(1);
  const words = rate === 44_100 ? Math.floor((kbits * 1000 * 1536) / 44_100 / 16) + (sizeCode & 1) : (kbits * 96_000) / rate;
  // bsid 9 and 10 mean half and quarter rates, as old encoders wrote them.
  return { coding: 'AC-3', sampleRateHz: rate >> Math.max(0, bsid - 8), channels: (ac3Channels[mode] ?? 2) + lfe, size: 2 * words };
}

function eac3Frame(bytes: Uint8Array, at: number): StreamFrame | null {
  const take = bitsOf(bytes, at + 2);
  take(2 + 3); // strmtyp, substreamid
  const size = (take(11) + 1) * 2;
  const rateCode = take(2);
  const second = take(2); // fscod2 if fscod is 3, otherwise numblkscod
  const rate = rateCode === 3 ? (ac3Rates[second] ?? 0) / 2 : (ac3Rates[rateCode] ?? 0);
  const mode = take(3);
  const channels = (ac3Channels[mode] ?? 2) + take(1);
  return rate === 0 || size < 8 ? null : { coding: 'E-AC-3', sampleRateHz: rate, channels, size };
}

/** Rates in Hz by SFREQ (ETSI TS 102 114, table 5-5); 0: reserved. */
const dtsRates = [0, 8000, 16_000, 32_000, 0, 0, 11_025, 22_050, 44_100, 0, 0, 12_000, 24_000, 48_000, 96_000, 192_000];
/** Channels by AMODE (table 5-4). */
const dtsChannels = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8];

/** Reads headers of DTS core frames in 16-bit words, highest byte first (ETSI TS 102 114, 5.3). */
export const readDtsFrame: FrameReader = (bytes, at) => {
  if (at + 12 > bytes.length) return null;
  const take = bitsOf(bytes, at);
  if (take(32) !== 0x7ffe8001) return null;
  take(1 + 5 + 1 + 7); // type, deficit samples, CRC flag, blocks
  const size = take(14) + 1;
  const channels = dtsChannels[take(6)];
  const sampleRateHz = dtsRates[take(4)] ?? 0;
  take(5 + 1 + 1 + 1 + 1 + 1 + 3 + 1 + 1); // rate, mix, range, time stamp, auxiliary, HDCD, extension, its flag, sync
  const lfe = take(2) > 0 ? 1 : 0;
  return channels === undefined || sampleRateHz === 0 || size < 96 ? null : { coding: 'DTS', sampleRateHz, channels: channels + lfe, size };
};

/** Reads headers of MPEG audio of any layer. */
export const readMpegAudio: FrameReader = (bytes, at) => {
  const frame = readMpegFrame(bytes, at);
  return frame === null ? null : { coding: `MPEG audio layer ${'I'.repeat(frame.layer)}`, ...frame };
};

/** Reads headers of AAC with a header per frame (ISO/IEC 14496-3, 1.A.2.2). */
export const readAdts: FrameReader = (bytes, at) => {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xf6) !== 0xf0 || at + 7 > bytes.length) return null;
  const [, , b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes.subarray(at, at + 7);
  const sampleRateHz = aacRates[(b2 >> 2) & 15];
  const channels = ((b2 & 1) << 2) | (b3 >> 6);
  const size = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5);
  return sampleRateHz === undefined || size < 7 ? null : { coding: 'AAC', sampleRateHz, channels: channels === 7 ? 8 : channels || 2, size };
};

/** Returns the first frame in bytes whose beginning may be cut off by a packet: a frame whose size leads to another frame, or to the end. */
export function firstFrame(bytes: Uint8Array, read: FrameReader): StreamFrame | null {
  for (let at = 0; at < bytes.length; at++) {
    const frame = read(bytes, at);
    if (frame !== null && (at + frame.size >= bytes.length || read(bytes, at + frame.size) !== null)) return frame;
  }
  return null;
}

const framesNeeded = 3;
/** Size that exceeds any of these headers. */
const frameHeaderBytes = 16;
/** Largest frame size (DTS: 14 bits). */
const largest = 16_384;

/** Returns the stream that starts with the first byte: three consecutive frames, or as many as there are; null if it is not a stream. */
async function streamOf(bytes: ByteReader, read: FrameReader, signal: AbortSignal): Promise<DemuxedSound | null> {
  const start = await bytes.read(0, framesNeeded * largest, signal);
  const frame = read(start, 0);
  if (frame === null) return null;
  for (let at = frame.size, count = 1; count < framesNeeded && at < start.length; count++) {
    const next = read(start, at);
    // The last frame may be cut off before its size.
    if (next === null) return count > 1 && start.length - at < 16 ? frame : null;
    at += next.size;
  }
  return start.length >= 2 * frame.size ? frame : null;
}

/** Remainders of CRC-16 with the polynomial 0x8005 (ETSI TS 102 366, 6.1.7). */
const remainders = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit++) value = (value & 0x8000) === 0 ? value << 1 : (value << 1) ^ 0x8005;
  return value;
});

/**
 * Counts bytes of AC-3 frames with a wrong checksum: after the sync word, an intact frame leaves a remainder of 0. FFmpeg decodes damaged frames to arbitrary
 * audio.
 */
async function ac3Broken(bytes: ByteReader, read: FrameReader, signal: AbortSignal): Promise<number> {
  let broken = 0;
  const stop = Math.min(bytes.size, limits.framesCheckedBytes);
  for (let at = 0; at < stop; ) {
    signal.throwIfAborted();
    const window = await bytes.read(at, Math.min(limits.readChunkBytes, bytes.size - at), signal);
    const start = at;
    // The last frame of a window is read again with the next window; the walk reports bytes that begin no frame.
    while (at < stop) {
      const frame = read(window, at - start);
      if (frame !== null && at - start + frame.size > window.length) break;
      if (frame === null) {
        if (at - start + frameHeaderBytes > window.length) break;
        at++;
        continue;
      }
      let crc = 0;
      for (let i = at - start + 2; i < at - start + frame.size; i++)
        crc = ((crc << 8) & 0xffff) ^ (remainders[(crc >> 8) ^ (window[i] as number)] as number); // The offset is within the window, and the index is one byte.
      if (crc !== 0) broken += frame.size;
      at += frame.size;
    }
    if (at === start) break;
  }
  return broken;
}

const stream = (named: Pick<DemuxedContainer, 'demuxer' | 'title' | 'fact' | 'extensions'>, magic: string, read: FrameReader): DemuxedContainer => ({
  ...named,
  magics: [[0, magic]],
  confidence: 'structure',
  sound: async (head, bytes, signal) => {
    const sound = read(head, 0) === null ? null : await streamOf(bytes, read, signal);
    if (sound === null) return null;
    const brokenBytes = named.demuxer === 'dts' ? 0 : await ac3Broken(bytes, read, signal);
    const unit = { headBytes: frameHeaderBytes, sizeOf: (of: Uint8Array) => read(of, 0)?.size ?? 0 };
    return { ...sound, ...(await walkUnits(bytes, [0, bytes.size], unit, signal)), brokenBytes };
  },
});

const only =
  (read: FrameReader, coding: string): FrameReader =>
  (bytes, at) => {
    const frame = read(bytes, at);
    return frame?.coding === coding ? frame : null;
  };

/** Streams of frames without a container. */
export const frameStreams: readonly DemuxedContainer[] = [
  stream(
    { demuxer: 'ac3', title: 'AC-3', fact: 'AC-3: ETSI TS 102 366; files of FFmpeg, mono and 5.1', extensions: ['.ac3'] },
    '\x0bw',
    only(readAc3Frame, 'AC-3'),
  ),
  stream(
    { demuxer: 'eac3', title: 'E-AC-3', fact: 'E-AC-3: ETSI TS 102 366, annex E; a file of FFmpeg', extensions: ['.eac3', '.ec3'] },
    '\x0bw',
    only(readAc3Frame, 'E-AC-3'),
  ),
  stream(
    { demuxer: 'dts', title: 'DTS', fact: 'DTS: ETSI TS 102 114 (core, 16-bit words); a file of FFmpeg', extensions: ['.dts'] },
    '\x7f\xfe\x80\x01',
    readDtsFrame,
  ),
];
