import { Cursor } from '../../src/core/base/cursor.ts';
import { oggPageCrc } from '../../src/core/base/ogg-crc.ts';

/** One page of an Ogg stream (RFC 3533, section 6). */
export interface OggPage {
  /** First page of its logical stream. */
  readonly begins: boolean;
  /** Last page of its logical stream. */
  readonly ends: boolean;
  /** -1: no packet ends on this page. */
  readonly granule: bigint;
  readonly serial: number;
  readonly sequence: number;
  /** Bytes of the whole page. */
  readonly size: number;
  /** Its segments' bytes. */
  readonly body: Uint8Array;
}

const headerBytes = 27;
/** Bytes of the longest page: header, 255 lacing values, 255 segments of 255 bytes. */
export const largestOggPage = headerBytes + 255 + 255 * 255;

/** The page at `at`, whole and with the right checksum; null otherwise. */
export function readOggPage(bytes: Uint8Array, at: number): OggPage | null {
  if (bytes[at] !== 0x4f || bytes[at + 1] !== 0x67 || bytes[at + 2] !== 0x67 || bytes[at + 3] !== 0x53) return null; // OggS
  if (at + headerBytes > bytes.length || bytes[at + 4] !== 0) return null;
  const cursor = new Cursor(bytes, at + 5);
  const flags = cursor.u8('header type');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 6, 8);
  const granule = view.getBigInt64(0, true);
  cursor.skip(8, 'granule position');
  const serial = cursor.u32('serial number');
  const sequence = cursor.u32('page sequence');
  const checksum = cursor.u32('checksum');
  const segments = cursor.u8('segments');
  const start = at + headerBytes + segments;
  if (start > bytes.length) return null;
  let length = 0;
  for (let i = at + headerBytes; i < start; i++) length += bytes[i] ?? 0;
  if (start + length > bytes.length || oggPageCrc(bytes, at, start + length) !== checksum) return null;
  return {
    begins: (flags & 0x02) !== 0,
    ends: (flags & 0x04) !== 0,
    granule,
    serial,
    sequence,
    size: start + length - at,
    body: bytes.subarray(start, start + length),
  };
}
