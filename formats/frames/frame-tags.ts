import type { ByteReader } from '../../src/core/base/bytes.ts';

const id3v1Bytes = 128;
const id3v2HeaderBytes = 10;
const apeBytes = 32;
const apeHasHeader = 0x80000000;
/** Number of bytes at the start of a tag that show its length. */
export const tagHeadBytes = apeBytes;
/** Largest number of consecutive tags. */
const mostTags = 16;

const textAt = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;

/**
 * Returns the size of the tag that begins at `at`; 0 if there is none: ID3v2 (ID3v2.4 structure, 3.1), ID3v1, APEv2 with a header (APE Tags Specification 2.0).
 */
export function tagBytesAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x49: {
      if (textAt(bytes, at, 3) !== 'ID3' || bytes.length - at < id3v2HeaderBytes || bytes[at + 3] === 0xff) return 0;
      const size = bytes.subarray(at + 6, at + id3v2HeaderBytes);
      if (size.some((byte) => byte > 0x7f)) return 0;
      const footer = (bytes[at + 5] ?? 0) & 0x10 ? id3v2HeaderBytes : 0;
      return id3v2HeaderBytes + footer + size.reduce((sum, byte) => sum * 128 + byte, 0);
    }
    case 0x54:
      return textAt(bytes, at, 3) === 'TAG' ? id3v1Bytes : 0;
    case 0x41:
      return textAt(bytes, at, 8) === 'APETAGEX' && bytes.length - at >= apeBytes ? apeBytes + u32(bytes, at + 12) : 0;
    default:
      return 0;
  }
}

/** Returns where the tags at the end of a file begin, at `start` or later: ID3v1, Lyrics3, APEv1 and APEv2, ID3v2 with a footer, in any order. */
export async function beforeTags(bytes: ByteReader, start: number, signal: AbortSignal): Promise<number> {
  let end = bytes.size;
  for (let tags = 0; tags < mostTags; tags++) {
    const from = Math.max(start, end - id3v1Bytes);
    const tail = await bytes.read(from, end - from, signal);
    const size = tagBytesBefore(tail);
    if (size === 0 || end - size < start) break;
    end -= size;
  }
  return end;
}

/** Returns the size of the tag that ends with these bytes; 0 if there is none. */
function tagBytesBefore(tail: Uint8Array): number {
  const end = tail.length;
  if (end >= id3v1Bytes && textAt(tail, end - id3v1Bytes, 3) === 'TAG') return id3v1Bytes;
  // The size of an APE tag includes the footer, but not the header.
  if (end >= apeBytes && textAt(tail, end - apeBytes, 8) === 'APETAGEX')
    return u32(tail, end - 20) + ((u32(tail, end - 12) & apeHasHeader) >>> 0 !== 0 ? apeBytes : 0);
  // Lyrics3 v2.00 states the size of the preceding text in six digits.
  if (textAt(tail, end - 9, 9) === 'LYRICS200') return (Number.parseInt(textAt(tail, end - 15, 6), 10) || 0) + 15;
  if (end >= id3v2HeaderBytes && textAt(tail, end - id3v2HeaderBytes, 3) === '3DI')
    return tail.subarray(end - 4).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0) + 2 * id3v2HeaderBytes;
  return 0;
}
