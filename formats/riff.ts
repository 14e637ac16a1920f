import type { ByteReader } from '../src/core/bytes.ts';
import { Cursor } from '../src/core/cursor.ts';
import { limits } from '../src/core/limits.ts';

/** One chunk as it lies in the file. */
export interface Chunk {
  /** Four characters. */
  readonly id: string;
  /** Offset of its header. */
  readonly at: number;
  /** Offset of its first byte. */
  readonly start: number;
  /** Bytes as its header states them; may be wrong, and more than there are. */
  readonly declared: number;
}

/** What a walk over a RIFF file found; sizes are judged by who reads the chunks. */
export interface RiffWalk {
  readonly kind: 'RIFF' | 'RIFX' | 'RF64';
  readonly endian: 'little' | 'big';
  /** Offset of the RIFF header: above 0 where something was put before it. */
  readonly at: number;
  /** Bytes after the RIFF header's first 8, as stated. */
  readonly declared: number;
  /** In the order of the file; the last may reach over the end. */
  readonly chunks: readonly Chunk[];
  /** Chunks of odd size that no pad byte follows. */
  readonly unpadded: number;
  /** Times that a chunk's size led nowhere and the next chunk was searched for. */
  readonly resyncs: number;
  /** Where the walk ended: the end of the file, or the first byte that begins no chunk. */
  readonly end: number;
}

const kinds = new Map<string, RiffWalk['kind']>([
  ['RIFF', 'RIFF'],
  ['RIFX', 'RIFX'],
  ['RF64', 'RF64'], // EBU Tech 3306
  ['BW64', 'RF64'], // ITU-R BS.2088, the same structure
]);
const chunkHeaderBytes = 8;
const mostResyncs = 8;
/** Sizes from here on are marks of "not known": 0x7FFFF000 (sox), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF and what is left of them after a header. */
const sizeMarks: readonly (readonly [from: number, to: number])[] = [
  [0x7ffff000, 0x80000000],
  [0xfffff000, 0xffffffff],
];

/** Whether a stated size only says that the writer did not know it. 0 is not judged here: a chunk may be empty. */
export function isSizeMark(size: number): boolean {
  return sizeMarks.some(([from, to]) => size >= from && size <= to);
}

/** Chunk ids are printable; spaces stand at the end only (`fmt `, `cue `, `id3 `). */
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

/** The first header of a RIFF of this form in `bytes`; -1 where there is none. */
function findRiff(bytes: Uint8Array, form: string): number {
  for (let at = 0; at + 12 <= bytes.length; at++) {
    if (bytes[at] !== 0x52 && bytes[at] !== 0x42) continue; // R, B
    const id = readId(bytes, at);
    if (id !== null && kinds.has(id) && readId(bytes, at + 8) === form) return at;
  }
  return -1;
}

/** Reads chunk headers, a window at a time: metadata chunks are many and small. */
function headerReader(bytes: ByteReader, endian: 'little' | 'big', signal: AbortSignal) {
  const windowBytes = 4096;
  let window = new Uint8Array(0);
  let windowAt = 0;
  return async (at: number): Promise<Chunk | null> => {
    if (at < windowAt || at + chunkHeaderBytes > windowAt + window.length) {
      window = new Uint8Array(await bytes.read(at, windowBytes, signal));
      windowAt = at;
    }
    const id = readId(window, at - windowAt);
    if (id === null || at - windowAt + chunkHeaderBytes > window.length) return null;
    const declared = new Cursor(window, at - windowAt + 4, endian).u32('chunk size');
    return { id, at, start: at + chunkHeaderBytes, declared };
  };
}

/**
 * Walks the chunks of the first RIFF of a form (`WAVE`), over the end that the RIFF header states up to the end of the file:
 * that header is the first thing that crashed recorders leave wrong. Null where there is no such RIFF within the first
 * `searchBytes`; 0 asks for one at the first byte.
 */
export async function walkRiff(bytes: ByteReader, form: string, searchBytes: number, signal: AbortSignal): Promise<RiffWalk | null> {
  let head = await bytes.read(0, 12, signal);
  let at = findRiff(head, form);
  if (at < 0 && searchBytes > 0) {
    head = await bytes.read(0, searchBytes, signal);
    at = findRiff(head, form);
  }
  if (at < 0) return null;
  const id = readId(head, at) ?? '';
  const kind = kinds.get(id) ?? 'RIFF';
  const endian = kind === 'RIFX' ? 'big' : 'little';
  const declared = new Cursor(head, at + 4, endian).u32('RIFF size');
  const header = headerReader(bytes, endian, signal);

  const chunks: Chunk[] = [];
  let unpadded = 0;
  let resyncs = 0;
  let position = at + 12;
  while (chunks.length < limits.riffChunks) {
    signal.throwIfAborted();
    if (position + chunkHeaderBytes > bytes.size) break;
    const chunk = await header(position);
    const last = chunk ?? chunks.at(-1);
    const size = chunk === null ? 0 : await sizeOf(bytes, kind, chunk, chunks, signal);
    const astray = chunk === null || (chunk.id !== 'data' && chunk.start + size > bytes.size);
    if (astray && resyncs < mostResyncs && !chunks.some(({ id: known }) => known === 'data')) {
      // Without this the sound would be lost: the size of a chunk before it is wrong, so look for the next known one.
      const found = await findChunk(bytes, last?.start ?? at + 12, signal);
      if (found !== null) {
        if (chunk !== null) chunks.push(chunk);
        resyncs++;
        position = found;
        continue;
      }
    }
    if (chunk === null) break;
    chunks.push(chunk);
    const end = chunk.start + size;
    position = Math.min(end, bytes.size);
    if (size % 2 === 1 && end < bytes.size) {
      // The pad byte belongs to the format, but recorders forget it: take the place where a chunk begins.
      const padded = await header(end + 1);
      const bare = padded === null ? await header(end) : null;
      if (bare === null) position = end + 1;
      else unpadded++;
    }
  }
  return { kind, endian, at, declared, chunks, unpadded, resyncs, end: position };
}

/** A chunk's size; that of RF64's data chunk stands elsewhere. */
async function sizeOf(bytes: ByteReader, kind: RiffWalk['kind'], chunk: Chunk, before: readonly Chunk[], signal: AbortSignal): Promise<number> {
  return kind === 'RF64' && chunk.id === 'data' && chunk.declared === 0xffffffff ? ds64DataSize(bytes, before, signal) : chunk.declared;
}

/** The first `fmt ` or `data` from `from` on, within `limits.riffSearchBytes`; null where there is none. */
async function findChunk(bytes: ByteReader, from: number, signal: AbortSignal): Promise<number | null> {
  const window = await bytes.read(from, limits.riffSearchBytes, signal);
  for (let at = 0; at + chunkHeaderBytes <= window.length; at++) {
    const id = readId(window, at);
    if (id === 'data' || id === 'fmt ') return from + at;
  }
  return null;
}

/** The size of RF64's data chunk as its ds64 chunk states it (EBU Tech 3306); 0xFFFFFFFF where that says nothing. */
export async function ds64DataSize(bytes: ByteReader, chunks: readonly Chunk[], signal: AbortSignal): Promise<number> {
  const ds64 = chunks.find((chunk) => chunk.id === 'ds64');
  if (ds64 === undefined) return 0xffffffff;
  const body = await bytes.read(ds64.start, 16, signal);
  if (body.length < 16) return 0xffffffff;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const size = view.getBigUint64(8, true); // after the 8 bytes of the RIFF size
  return size === 0n || size > BigInt(Number.MAX_SAFE_INTEGER) ? 0xffffffff : Number(size);
}

/**
 * Where the chunks begin that lie after sound of unstated length in [start, end): the earliest offset from which chunk follows
 * chunk exactly to the end. `end` where there are none. Only the last `limits.riffTailBytes` are searched; that four printable
 * bytes and a size reach the end by chance is no event to expect (one in 2^37 offsets).
 */
export async function findTailChunks(bytes: ByteReader, start: number, end: number, endian: 'little' | 'big', signal: AbortSignal): Promise<number> {
  const from = Math.max(start, end - limits.riffTailBytes);
  const tail = await bytes.read(from, end - from, signal);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const reaches = new Set<number>([tail.length]);
  let earliest = tail.length;
  for (let at = tail.length - chunkHeaderBytes; at >= 0; at--) {
    const id = readId(tail, at);
    if (id === null) continue;
    const size = view.getUint32(at + 4, endian === 'little');
    const next = at + chunkHeaderBytes + size;
    if (!reaches.has(next) && !(size % 2 === 1 && reaches.has(next + 1))) continue;
    reaches.add(at);
    earliest = at;
  }
  return from + earliest;
}
