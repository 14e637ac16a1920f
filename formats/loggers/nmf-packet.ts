import { Cursor } from '../../src/core/base/cursor.ts';
import type { FrameWindow } from '../frames/frame-window.ts';

/** Header of one packet of a NICE Media File. All numbers are little-endian and unaligned. Facts of the audio formats, section 1. */
export interface NmfPacket {
  readonly offset: number;
  /** Type: 1 item header, 4 voice, 5 other media, 7 last packet. */
  readonly type: number;
  readonly subtype: number;
  /** Number of the stream, one for each direction. */
  readonly stream: number;
  /** Start in days since 1899-12-30 (OLE Automation date); the zone is not stated. */
  readonly start: number;
  readonly end: number;
  /** Total size of parameters and payload. */
  readonly size: number;
  readonly parametersSize: number;
}

export const nmfHeaderBytes = 28;
/** Size of a parameter: int16 type, int32 size, 16 bytes of value. */
const parameterBytes = 22;
const compressionParameter = 10;
/** Largest number of parameters that are read per packet; the most that was seen is 6. */
const parametersRead = 64;
/** Largest size of a packet, which holds a fraction of a second of audio. */
const mostBytes = 1_000_000;
/** Range of plausible dates, 1954 to 2119: a recorder's clock may show them, but other bytes seldom do. */
const earliest = 20_000;
const latest = 80_000;
const longestDays = 120 / 86_400;

/** Reads the packet at an offset; returns null if there can be none. */
export async function readNmfPacket(window: FrameWindow, offset: number, fileBytes: number): Promise<NmfPacket | null> {
  const head = await window.read(offset, nmfHeaderBytes);
  if (head.length < nmfHeaderBytes) return null;
  return parseNmfPacket(head, 0, offset, fileBytes);
}

/** Reads a packet from bytes in memory, of which at least 28 are present from `at`. */
export function parseNmfPacket(bytes: Uint8Array, at: number, offset: number, fileBytes: number): NmfPacket | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, nmfHeaderBytes);
  const type = view.getInt8(0);
  if (type < 1 || type > 10) return null;
  const size = view.getUint32(20, true);
  const parametersSize = view.getUint32(24, true);
  if (size > mostBytes || parametersSize > size || parametersSize % parameterBytes !== 0) return null;
  if (offset >= fileBytes) return null;
  const start = view.getFloat64(4, true);
  const end = view.getFloat64(12, true);
  // The last packet and some headers have no times.
  const timeless = start === 0 && end === 0;
  const timed = start >= earliest && start <= latest && end >= start && (type === 1 ? end <= latest : end - start <= longestDays);
  if (!timeless && !timed) return null;
  if (timeless && type === 4) return null;
  return { offset, type, subtype: view.getInt16(1, true), stream: view.getInt8(3), start, end, size, parametersSize };
}

/** Returns the value of the compression parameter; null if the packet has none. */
export async function nmfCompression(window: FrameWindow, packet: NmfPacket): Promise<number | null> {
  const count = Math.min(parametersRead, packet.parametersSize / parameterBytes);
  const bytes = await window.read(packet.offset + nmfHeaderBytes, count * parameterBytes);
  const cursor = new Cursor(bytes);
  while (cursor.left >= parameterBytes) {
    const type = cursor.i16('parameter type');
    cursor.skip(4, 'parameter size');
    const value = cursor.bytes(16, 'parameter value');
    if (type === compressionParameter) return value[0] ?? null;
  }
  return null;
}
