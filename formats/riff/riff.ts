import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type ChunkLayout, findRiffHeader, type RiffKind, readRiffHeader, sizeBeyondNumbers } from './riff-layout.ts';

/** One chunk of a file. */
export interface Chunk {
  /** Four characters. */
  readonly id: string;
  /** Offset of its header. */
  readonly at: number;
  /** Offset of its content. */
  readonly start: number;
  /** Size that its header states; it may be wrong, and exceed the file. */
  readonly declared: number;
}

/** Result of a walk over a RIFF file; the readers of the chunks judge the sizes. */
export interface RiffWalk {
  readonly kind: RiffKind;
  readonly layout: ChunkLayout;
  /** Offset of the RIFF header; above 0 if other bytes precede it. */
  readonly at: number;
  /** End of the file according to its RIFF header; Infinity if another chunk states it. */
  readonly declaredEnd: number;
  /** Chunks in the order of the file; the last may extend beyond the end of the file. */
  readonly chunks: readonly Chunk[];
  /** Number of chunks of odd size without a pad byte. */
  readonly unpadded: number;
  /** Number of times that a chunk's size was wrong and the next chunk was searched for. */
  readonly resyncs: number;
  /** Offset at which the walk ended: the end of the file, the first byte that begins no chunk, or the header of a further file. */
  readonly end: number;
  /** Offset of the header of a further file with the same form after this one; null if none was found. */
  readonly following: number | null;
}

const mostResyncs = 8;
/** Ranges of sizes that mean "unknown": 0x7FFFF000 (sox), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, and these minus the size of a header. */
const sizeMarks: readonly (readonly [from: number, to: number])[] = [
  [0x7ffff000, 0x80000000],
  [0xfffff000, 0xffffffff],
  [sizeBeyondNumbers, sizeBeyondNumbers],
];

/** Returns true if a stated size only means that the writer did not know it. Does not judge 0, because a chunk may be empty. */
export function isSizeMark(size: number): boolean {
  return sizeMarks.some(([from, to]) => size >= from && size <= to);
}

/** Returns a reader of chunk headers that reads a window at a time: metadata chunks are many and small. */
function headerReader(bytes: ByteReader, layout: ChunkLayout, signal: AbortSignal) {
  const windowBytes = 4096;
  let window = new Uint8Array(0);
  let windowAt = 0;
  return async (at: number): Promise<Chunk | null> => {
    if (at < windowAt || at + layout.headerBytes > windowAt + window.length) {
      window = new Uint8Array(await bytes.read(at, windowBytes, signal));
      windowAt = at;
    }
    const header = layout.header(window, at - windowAt);
    return header === null ? null : { id: header.id, at, start: at + layout.headerBytes, declared: header.size };
  };
}

/**
 * Walks the chunks of the first RIFF with a form (e.g. `WAVE`), beyond the end that the RIFF header states, up to the end of the file: a recorder that crashes
 * leaves that header wrong first of all. A further file with the form ends the walk. Returns null if there is no such RIFF within `searchBytes` from `from` on;
 * if `searchBytes` is 0, the RIFF must be at that byte.
 */
export async function walkRiff(bytes: ByteReader, form: string, from: number, searchBytes: number, signal: AbortSignal): Promise<RiffWalk | null> {
  let head = await bytes.read(from, 40, signal);
  let found = readRiffHeader(head, 0, form) === null ? -1 : 0;
  if (found < 0 && searchBytes > 0) {
    head = await bytes.read(from, searchBytes, signal);
    found = findRiffHeader(head, form);
  }
  const riff = found < 0 ? null : readRiffHeader(head, found, form);
  if (riff === null) return null;
  const { kind, layout } = riff;
  const at = from + found;
  const header = headerReader(bytes, layout, signal);

  const chunks: Chunk[] = [];
  let unpadded = 0;
  let resyncs = 0;
  let following: number | null = null;
  let position = at + layout.fileHeaderBytes;
  while (chunks.length < limits.riffChunks) {
    signal.throwIfAborted();
    if (position + layout.headerBytes > bytes.size) break;
    const chunk = await header(position);
    if (chunk !== null && isRiffId(chunk.id) && (await headerAt(bytes, position, form, signal))) {
      following = position;
      break;
    }
    const last = chunk ?? chunks.at(-1);
    const size = chunk === null ? 0 : await sizeOf(bytes, kind, chunk, chunks, signal);
    // In a wave list, the parts state where the audio is, like the bytes of a data chunk, whatever the list's own size says.
    const list = chunk !== null && (await isWaveList(bytes, chunk, signal));
    const astray = chunk === null || (chunk.id !== 'data' && !list && chunk.start + size > bytes.size);
    if (astray && resyncs < mostResyncs && !chunks.some(({ id: known }) => known === 'data')) {
      // The size of a preceding chunk is wrong. The next known chunk is searched, because the audio would otherwise be lost.
      const next = await findChunk(bytes, layout, last?.start ?? at + layout.fileHeaderBytes, at, signal);
      if (next !== null) {
        if (chunk !== null) chunks.push(chunk);
        resyncs++;
        position = next;
        continue;
      }
    }
    if (chunk === null) break;
    chunks.push(chunk);
    const end = list && size === 0 ? bytes.size : chunk.start + size;
    const pad = padding(size, layout.align);
    position = Math.min(end, bytes.size);
    if (pad > 0 && end < bytes.size) {
      // The pad byte belongs to the format, but recorders omit it: the offset at which a chunk begins is used.
      const padded = await header(end + pad);
      const bare = padded === null ? await header(end) : null;
      if (bare === null) position = Math.min(end + pad, bytes.size);
      else unpadded++;
    }
  }
  if (following === null && position < bytes.size && chunks.length < limits.riffChunks) {
    // Recorders that concatenate files may fill up to a block of their disk between them.
    const gap = await bytes.read(position, limits.riffSearchBytes, signal);
    const next = findRiffHeader(gap, form);
    if (next >= 0) following = position + next;
  }
  return { kind, layout, at, declaredEnd: at + riff.size, chunks, unpadded, resyncs, end: position, following };
}

/** Returns true if a chunk is a list of audio and silence, which replaces the data chunk. */
export async function isWaveList(bytes: ByteReader, chunk: Chunk, signal: AbortSignal): Promise<boolean> {
  return chunk.id === 'LIST' && String.fromCharCode(...(await bytes.read(chunk.start, 4, signal))) === 'wavl';
}

/** Returns the number of pad bytes after a chunk of this size. */
function padding(size: number, align: number): number {
  return (align - (size % align)) % align;
}

function isRiffId(id: string): boolean {
  return id === 'RIFF' || id === 'RIFX' || id === 'RF64' || id === 'BW64' || id === 'riff';
}

async function headerAt(bytes: ByteReader, at: number, form: string, signal: AbortSignal): Promise<boolean> {
  return readRiffHeader(await bytes.read(at, 40, signal), 0, form) !== null;
}

/** Returns a chunk's size; the size of RF64's data chunk is stated in another chunk. */
async function sizeOf(bytes: ByteReader, kind: RiffKind, chunk: Chunk, before: readonly Chunk[], signal: AbortSignal): Promise<number> {
  return (kind === 'RF64' || kind === 'BW64') && chunk.id === 'data' && chunk.declared === 0xffffffff
    ? ds64DataSize(bytes, before, signal)
    : chunk.declared;
}

/** Returns the offset of the first `fmt ` or `data` chunk, from `from` on, within `limits.riffSearchBytes`; null if there is none. */
async function findChunk(bytes: ByteReader, layout: ChunkLayout, from: number, riffAt: number, signal: AbortSignal): Promise<number | null> {
  const window = await bytes.read(from, limits.riffSearchBytes, signal);
  for (let at = 0; at + layout.headerBytes <= window.length; at++) {
    if (layout.align === 8 && (from + at - riffAt) % 8 !== 0) continue;
    const id = layout.header(window, at)?.id;
    if (id === 'data' || id === 'fmt ') return from + at;
  }
  return null;
}

/** Returns the size of RF64's data chunk as stated in its ds64 chunk (EBU Tech 3306); 0xFFFFFFFF if that states none. */
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
 * Finds the chunks after audio of unstated length in [start, end). Returns the earliest offset from which chunk follows chunk exactly to the end; `end` if
 * there are none. Searches only the last `limits.riffTailBytes`. Four printable bytes and a size that reach the end by chance are negligible (one in 2^37
 * offsets).
 */
export async function findTailChunks(
  bytes: ByteReader,
  start: number,
  end: number,
  walk: Pick<RiffWalk, 'layout' | 'at'>,
  signal: AbortSignal,
): Promise<number> {
  const { layout } = walk;
  const from = Math.max(start, end - limits.riffTailBytes);
  const tail = await bytes.read(from, end - from, signal);
  const reaches = new Set<number>([tail.length]);
  let earliest = tail.length;
  for (let at = tail.length - layout.headerBytes; at >= 0; at--) {
    if (layout.align === 8 && (from + at - walk.at) % 8 !== 0) continue;
    const chunk = layout.header(tail, at);
    if (chunk === null) continue;
    const next = at + layout.headerBytes + chunk.size;
    const pad = padding(chunk.size, layout.align);
    if (!reaches.has(next) && !(pad > 0 && reaches.has(next + pad))) continue;
    reaches.add(at);
    earliest = at;
  }
  return from + earliest;
}

/** Returns the chunks from `from` on, where `findTailChunks` found the first one. */
export async function tailChunks(bytes: ByteReader, from: number, walk: RiffWalk, signal: AbortSignal): Promise<Chunk[]> {
  const header = headerReader(bytes, walk.layout, signal);
  const chunks: Chunk[] = [];
  for (let at = from; at + walk.layout.headerBytes <= bytes.size && chunks.length < limits.riffChunks; ) {
    const chunk = await header(at);
    if (chunk === null) break;
    chunks.push(chunk);
    const end = chunk.start + chunk.declared;
    at = end + padding(chunk.declared, walk.layout.align);
    if (end < bytes.size && (await header(at)) === null) at = end;
  }
  return chunks;
}

/** Returns the offset of the first header of a file with the form within [start, end); null if there is none. Reads at most `limits.framesCheckedBytes`. */
export async function findRiffWithin(bytes: ByteReader, form: string, start: number, end: number, signal: AbortSignal): Promise<number | null> {
  const stop = Math.min(end, start + limits.framesCheckedBytes);
  for (let at = start; at < stop; at += limits.readChunkBytes) {
    signal.throwIfAborted();
    const window = await bytes.read(at, Math.min(limits.readChunkBytes + 40, end - at), signal);
    const found = findRiffHeader(window, form);
    if (found >= 0) return at + found;
  }
  return null;
}
