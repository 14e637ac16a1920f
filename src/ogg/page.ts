import { oggCrc, oggPageCrc } from './crc.ts';

/** Bits of a page's header type (RFC 3533 section 6). */
export const oggFlag = { continued: 0x01, first: 0x02, last: 0x04 } as const;

/** `granule` of a page on which no packet ends, with all bits set (RFC 3533 section 6). */
export const noGranule = -1;

/** Number of bytes before the segment table (RFC 3533 section 6). */
export const oggHeaderBytes = 27;
/** Size of the longest page: header, 255 lacing values, 255 segments of 255 bytes (RFC 3533 section 6). */
export const oggPageMaxBytes = oggHeaderBytes + 255 + 255 * 255;

/** One page of an Ogg stream. */
export interface OggPage {
  /** Bits of `oggFlag`. */
  readonly flags: number;
  /** The codec's count at the end of the last packet that ends on this page; `noGranule` if none does. Exact up to 2^53. */
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  /** The segment table. 255: the packet continues; less: the packet ends here. */
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
}

/** Buffer in which pages are built one after another: separate memory for each page costs more than its checksum. Unused parts are zero. */
let sheet = new Uint8Array(0);
let written = 0;
const sheetBytes = 65_536;

/** Returns a number of zero bytes. */
function freshBytes(size: number): Uint8Array {
  if (written + size > sheet.length) {
    sheet = new Uint8Array(Math.max(size, sheetBytes));
    written = 0;
  }
  written += size;
  return sheet.subarray(written - size, written);
}

/** Returns the bytes of a page, including the checksum, owned by the caller. */
export function encodeOggPage(page: OggPage): Uint8Array {
  const bytes = freshBytes(oggHeaderBytes + page.lacing.length + page.body.length);
  // Byte by byte: a DataView and a BigInt per page cost more than its checksum.
  bytes[0] = 0x4f; // OggS
  bytes[1] = 0x67;
  bytes[2] = 0x67;
  bytes[3] = 0x53;
  bytes[5] = page.flags;
  putU32(bytes, 6, page.granule);
  putU32(bytes, 10, Math.floor(page.granule / 2 ** 32));
  putU32(bytes, 14, page.serial);
  putU32(bytes, 18, page.sequence);
  bytes[26] = page.lacing.length;
  bytes.set(page.lacing, oggHeaderBytes);
  bytes.set(page.body, oggHeaderBytes + page.lacing.length);
  putU32(bytes, 22, oggCrc(bytes));
  return bytes;
}

/** Writes the lower 32 bits of a number in little-endian order. */
function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Returns the page at `at`; null unless the page is complete, of version 0, and has the right checksum. The page refers to `bytes` without copying. */
export function readOggPage(bytes: Uint8Array, at: number): OggPage | null {
  if (!isOggCapture(bytes, at)) return null;
  const size = oggPageSize(bytes, at);
  return bytes.length - at < size || oggPageFault(bytes, at, size) !== null ? null : oggPageAt(bytes, at, size);
}

/** Returns the size of a page in its file. */
export function oggPageBytes(page: OggPage): number {
  return oggHeaderBytes + page.lacing.length + page.body.length;
}

/** Returns true if the capture pattern of a page, `OggS`, is at `at`. */
export function isOggCapture(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53; // OggS
}

/** Returns the offset of the first capture pattern at or after `from`; -1 if there is none. */
export function indexOfOggCapture(bytes: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('OggS', from, 'latin1');
}

/** Returns the size of the page at `at` in bytes. If its segment table is incomplete, returns the least size that the page can have. */
export function oggPageSize(bytes: Uint8Array, at: number): number {
  const segments = bytes[at + 26];
  if (segments === undefined) return oggHeaderBytes;
  const table = at + oggHeaderBytes;
  let size = oggHeaderBytes + segments;
  if (bytes.length < table + segments) return size;
  for (let index = table; index < table + segments; index++) size += bytes[index] ?? 0;
  return size;
}

/** Returns what is wrong with the page of `size` bytes at `at`, which must lie within `bytes`; null if nothing is. */
export function oggPageFault(bytes: Uint8Array, at: number, size: number): string | null {
  if (oggPageCrc(bytes, at, at + size) !== u32(bytes, at + 22)) return 'CRC mismatch';
  return bytes[at + 4] === 0 ? null : `page version ${bytes[at + 4]} instead of 0`;
}

/** Reads a little-endian number. A complete header has these bytes; a DataView per page would cost as much as its checksum. */
function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/** Splits the page of `size` bytes at `at` into its parts, without checking it. The parts refer to `bytes` without copying. */
export function oggPageAt(bytes: Uint8Array, at: number, size: number): OggPage {
  const body = at + oggHeaderBytes + (bytes[at + 26] ?? 0);
  return {
    flags: bytes[at + 5] ?? 0,
    // Signed, like the upper half of the number.
    granule: (u32(bytes, at + 10) | 0) * 2 ** 32 + u32(bytes, at + 6),
    serial: u32(bytes, at + 14),
    sequence: u32(bytes, at + 18),
    lacing: bytes.subarray(at + oggHeaderBytes, body),
    body: bytes.subarray(body, at + size),
  };
}
