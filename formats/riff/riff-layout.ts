import { Cursor } from '../../src/core/base/cursor.ts';

/** Layout of chunk headers in RIFF and related formats. */
export interface ChunkLayout {
  /** Size of a chunk's header. */
  readonly headerBytes: number;
  /** Size of the file's header, including its form. */
  readonly fileHeaderBytes: number;
  /** Alignment: a chunk begins at a multiple of this, counted from the file's header; pad bytes fill the gap. */
  readonly align: 2 | 8;
  readonly endian: 'little' | 'big';
  /** Returns id and size of the chunk whose header is at `at`; null if there can be none. The size is in bytes, without the header. */
  header(window: Uint8Array, at: number): { readonly id: string; readonly size: number } | null;
}

/** Kinds of files that consist of chunks; `form` is in the file's header. */
export type RiffKind = 'RIFF' | 'RIFX' | 'RF64' | 'BW64' | 'Wave64';

/** The header of a file. */
export interface RiffHeader {
  readonly kind: RiffKind;
  readonly layout: ChunkLayout;
  /** Stated number of bytes from the header's first byte to the end of the file; Infinity if another chunk states it. */
  readonly size: number;
}

/** Stands for a size that a number cannot represent, which means "unknown". */
export const sizeBeyondNumbers: number = Number.MAX_SAFE_INTEGER;

/** Reads a chunk id. Ids are printable; spaces occur only at the end (`fmt `, `cue `, `id3 `). */
function readId(bytes: Uint8Array, at: number): string | null {
  let id = '';
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined || byte < 0x20 || byte > 0x7e) return null;
    if (byte !== 0x20 && id.endsWith(' ')) return null;
    id += String.fromCharCode(byte);
  }
  return id.startsWith(' ') ? null : id;
}

export function riffLayout(endian: 'little' | 'big'): ChunkLayout {
  return {
    headerBytes: 8,
    fileHeaderBytes: 12,
    align: 2,
    endian,
    header(window, at) {
      const id = at + 8 <= window.length ? readId(window, at) : null;
      return id === null ? null : { id, size: new Cursor(window, at + 4, endian).u32('chunk size') };
    },
  };
}
const little = riffLayout('little');
const big = riffLayout('big');

/** Kinds by the four characters at the first byte; RIFX is big-endian, BW64 (ITU-R BS.2088) has the structure of RF64 (EBU Tech 3306). */
const kinds = new Map<string, readonly [kind: RiffKind, layout: ChunkLayout]>([
  ['RIFF', ['RIFF', little]],
  ['RIFX', ['RIFX', big]],
  ['RF64', ['RF64', little]],
  ['BW64', ['BW64', little]],
]);

/** Bytes after the first four of a Sony Wave64 GUID: of the file (`riff`), of lists, and of all other chunks. */
const guidTails = [
  [0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00], // 66666972-912E-11CF-A5D6-28DB04C10000
  [0x2f, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00], // 7473696C-912F-11CF-A5D6-28DB04C10000
  [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a], // 65766177-ACF3-11D3-8CD1-00C04F8EDB8A
] as const;

function guidTail(bytes: Uint8Array, at: number): number {
  return guidTails.findIndex((tail) => tail.every((byte, i) => bytes[at + 4 + i] === byte));
}

/** Chunks of Sony Wave64: a GUID, uint64 size including this header of 24 bytes, padded to 8 (Sony Pictures Digital, Wave 64 white paper). */
const wave64Layout: ChunkLayout = {
  headerBytes: 24,
  fileHeaderBytes: 40,
  align: 8,
  endian: 'little',
  header(window, at) {
    if (at + 24 > window.length) return null;
    const known = guidTail(window, at) >= 0;
    const stated = size64(window, at + 16);
    // A chunk with an unknown GUID is skipped; a size of 0 was never updated by its writer.
    if (!known && (stated < 24 || stated === sizeBeyondNumbers)) return null;
    return { id: known ? (readId(window, at) ?? 'guid') : 'guid', size: stated === sizeBeyondNumbers ? stated : Math.max(0, stated - 24) };
  },
};

/** Returns a uint64, or `sizeBeyondNumbers` if it is too large. */
function size64(bytes: Uint8Array, at: number): number {
  const value = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true);
  return value > BigInt(sizeBeyondNumbers) ? sizeBeyondNumbers : Number(value);
}

/** Returns the header at `at` of a file with this form (e.g. `WAVE`); null if there is none. */
export function readRiffHeader(bytes: Uint8Array, at: number, form: string): RiffHeader | null {
  const found = kinds.get(readId(bytes, at) ?? '');
  if (found !== undefined) {
    const [kind, layout] = found;
    if (readId(bytes, at + 8) !== form) return null;
    const declared = new Cursor(bytes, at + 4, layout.endian).u32('RIFF size');
    return { kind, layout, size: (kind === 'RF64' || kind === 'BW64') && declared === 0xffffffff ? Number.POSITIVE_INFINITY : declared + 8 };
  }
  if (at + 40 > bytes.length || readId(bytes, at) !== 'riff' || guidTail(bytes, at) !== 0) return null;
  if (readId(bytes, at + 24) !== form.toLowerCase() || guidTail(bytes, at + 24) !== 2) return null;
  return { kind: 'Wave64', layout: wave64Layout, size: size64(bytes, at + 16) };
}

/** Returns the offset in `bytes`, from `from` on, of the first header of a file with this form; -1 if there is none. */
export function findRiffHeader(bytes: Uint8Array, form: string, from = 0): number {
  for (let at = from; at + 12 <= bytes.length; at++) {
    const first = bytes[at];
    if (first !== 0x52 && first !== 0x42 && first !== 0x72) continue; // R, B, r
    if (readRiffHeader(bytes, at, form) !== null) return at;
  }
  return -1;
}
