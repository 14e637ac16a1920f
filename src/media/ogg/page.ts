import { limits } from '../../core/base/limits.ts';
import { oggCrc, oggPageCrc } from '../../core/base/ogg-crc.ts';

/** Bits of a page's header type (RFC 3533 section 6). */
export const oggFlag = { continued: 0x01, first: 0x02, last: 0x04 } as const;

/** `granule` of a page on which no packet ends: all bits set (RFC 3533 section 6). */
export const noGranule = -1;

/** Bytes before the segment table. */
const headerBytes = 27;
/** 27 + 255 + 255 × 255 (RFC 3533 section 6). */
const pageMaxBytes = 65_307;

/** One page of an Ogg stream. */
export interface OggPage {
  /** Bits of `oggFlag`. */
  readonly flags: number;
  /** The codec's count at the end of the last packet that ends here; `noGranule` if none does. Exact up to 2^53. */
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  /** The segment table: 255 = the packet continues, less = it ends here. */
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
}

/** Buffer in which pages are built one after another: separate memory for each costs more than its checksum. Unused parts are zero. */
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
  const bytes = freshBytes(headerBytes + page.lacing.length + page.body.length);
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
  bytes.set(page.lacing, headerBytes);
  bytes.set(page.body, headerBytes + page.lacing.length);
  putU32(bytes, 22, oggCrc(bytes));
  return bytes;
}

/** Writes little-endian; of a larger or negative number its lower 32 bits. */
function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Receives the output of a page parser; pages and their bytes are valid only during the call. */
export interface OggPageSink {
  /** Receives a page with a correct checksum. */
  page(page: OggPage, offset: number): void;
  /** Receives damage at a byte offset of the file. */
  problem(offset: number, text: string): void;
}

/** Finds pages in the bytes of a file that come in chunks of any size. */
export interface OggPageParser {
  push(piece: Uint8Array): void;
  /** Call after the last byte: reports a truncated page. */
  finish(): void;
}

/**
 * A parser that gives every intact page and says where something else stands. After damage it searches the next capture
 * pattern, so one bad page costs that page alone; it stops after `limits.oggDamagedPages`, since false patterns cost time.
 * One function: the states of a parser that gets its bytes in pieces, before and after damage.
 */
export function createOggPageParser(sink: OggPageSink): OggPageParser {
  /** The rest of the last chunk: less than a page. The buffer is twice that size, so that a page that began in it fits whole. */
  let carry = new Uint8Array(0);
  let carried = 0;
  /** File offset of the first unprocessed byte. */
  let base = 0;
  /** Offset of bytes that belong to no page, and whether a problem has been reported for them. */
  let lost: { readonly offset: number; readonly told: boolean } | null = null;
  let damaged = 0;

  function damage(at: number, text: string): void {
    sink.problem(base + at, text);
    if (++damaged === limits.oggDamagedPages) sink.problem(base + at, `${damaged} damaged pages so far: the rest was not looked at`);
    lost ??= { offset: base + at, told: true };
  }

  function inStep(at: number): void {
    if (lost !== null && !lost.told) sink.problem(lost.offset, `${base + at - lost.offset} bytes that belong to no page`);
    lost = null;
  }

  /** Processes whole pages at the front of `window`; returns the number of processed bytes. */
  function take(window: Uint8Array, ended: boolean): number {
    let at = 0;
    while (at < window.length && damaged < limits.oggDamagedPages) {
      const left = window.length - at;
      if (!isCapture(window, at)) {
        if (left < 4 && !ended) break;
        lost ??= { offset: base + at, told: false };
        const next = indexOfCapture(window, at);
        // The last three bytes may be the beginning of a pattern.
        at = next >= 0 ? next : ended ? window.length : window.length - 3;
        continue;
      }
      const size = pageSize(window, at);
      if (left < size) {
        if (!ended) break;
        damage(at, `the page is cut: ${left} bytes are left, it needs ${size}${left < headerBytes ? ' or more' : ''}`);
        at += 4;
        continue;
      }
      const fault = pageFault(window, at, size);
      if (fault !== null) {
        damage(at, fault);
        // The size itself may be damaged: the next page may begin anywhere from here.
        at += 4;
        continue;
      }
      inStep(at);
      sink.page(pageAt(window, at, size), base + at);
      at += size;
    }
    if (damaged >= limits.oggDamagedPages) at = window.length;
    base += at;
    return at;
  }

  return {
    push(piece) {
      // Subarrays of a Buffer are Buffers, which take several times as long to create.
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
      let at = 0;
      while (carried > 0 && at < bytes.length) {
        const old = carried;
        const added = Math.min(bytes.length - at, carry.length - carried);
        carry.set(bytes.subarray(at, at + added), carried);
        carried += added;
        const done = take(carry.subarray(0, carried), false);
        if (done >= old) {
          // Nothing older is left: what follows is read in place.
          at += done - old;
          carried = 0;
        } else {
          if (done > 0) carry.copyWithin(0, done, carried);
          carried -= done;
          at += added;
        }
      }
      if (at === bytes.length) return;
      const rest = bytes.subarray(at);
      const done = take(rest, false);
      carried = rest.length - done;
      // Created when needed: the copy of a short call comes in one chunk.
      if (carried > 0 && carry.length === 0) carry = new Uint8Array(2 * pageMaxBytes);
      carry.set(rest.subarray(done));
    },
    finish() {
      take(carry.subarray(0, carried), true);
      carried = 0;
      inStep(0);
    },
  };
}

function isCapture(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53; // OggS
}

function indexOfCapture(bytes: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('OggS', from, 'latin1');
}

/** Returns the bytes of the page at `at`, or a lower limit if its segment table is incomplete. */
function pageSize(bytes: Uint8Array, at: number): number {
  const segments = bytes[at + 26];
  if (segments === undefined) return headerBytes;
  const table = at + headerBytes;
  let size = headerBytes + segments;
  if (bytes.length < table + segments) return size;
  for (let index = table; index < table + segments; index++) size += bytes[index] ?? 0;
  return size;
}

function pageFault(bytes: Uint8Array, at: number, size: number): string | null {
  if (oggPageCrc(bytes, at, at + size) !== u32(bytes, at + 22)) return 'CRC mismatch';
  return bytes[at + 4] === 0 ? null : `page version ${bytes[at + 4]} instead of 0`;
}

/** Reads little-endian. A complete header has these bytes; a DataView per page would cost as much as its checksum. */
function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

function pageAt(bytes: Uint8Array, at: number, size: number): OggPage {
  const body = at + headerBytes + (bytes[at + 26] ?? 0);
  return {
    flags: bytes[at + 5] ?? 0,
    // Signed like its upper half.
    granule: (u32(bytes, at + 10) | 0) * 2 ** 32 + u32(bytes, at + 6),
    serial: u32(bytes, at + 14),
    sequence: u32(bytes, at + 18),
    lacing: bytes.subarray(at + headerBytes, body),
    body: bytes.subarray(body, at + size),
  };
}
