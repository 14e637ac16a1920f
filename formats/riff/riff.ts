import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type ChunkLayout, findRiffHeader, type RiffKind, readRiffHeader, sizeBeyondNumbers } from './riff-layout.ts';

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
  readonly kind: RiffKind;
  readonly layout: ChunkLayout;
  /** Offset of the RIFF header: above 0 where something was put before it. */
  readonly at: number;
  /** Where the file ends as its RIFF header states it; Infinity where that is up to another chunk. */
  readonly declaredEnd: number;
  /** In the order of the file; the last may reach over the end. */
  readonly chunks: readonly Chunk[];
  /** Chunks of odd size that no pad byte follows. */
  readonly unpadded: number;
  /** Times that a chunk's size led nowhere and the next chunk was searched for. */
  readonly resyncs: number;
  /** Where the walk ended: the end of the file, the first byte that begins no chunk, or the header of a further file. */
  readonly end: number;
  /** Offset of the header of a further file of the form behind this one; null where none was found. */
  readonly following: number | null;
}

const mostResyncs = 8;
/** Sizes from here on are marks of "not known": 0x7FFFF000 (sox), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF and what is left of them after a header. */
const sizeMarks: readonly (readonly [from: number, to: number])[] = [
  [0x7ffff000, 0x80000000],
  [0xfffff000, 0xffffffff],
  [sizeBeyondNumbers, sizeBeyondNumbers],
];

/** Whether a stated size only says that the writer did not know it. 0 is not judged here: a chunk may be empty. */
export function isSizeMark(size: number): boolean {
  return sizeMarks.some(([from, to]) => size >= from && size <= to);
}

/** Reads chunk headers, a window at a time: metadata chunks are many and small. */
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
 * Walks the chunks of the first RIFF of a form (`WAVE`), over the end that the RIFF header states up to the end of the file:
 * that header is the first thing that crashed recorders leave wrong. A further file of the form behind it ends the walk. Null
 * where there is no such RIFF within `searchBytes` from `from` on; 0 asks for one at that byte.
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
    // Of a wave list the parts say where its sound is, as of a data chunk its bytes do, whatever its own size says.
    const list = chunk !== null && (await isWaveList(bytes, chunk, signal));
    const astray = chunk === null || (chunk.id !== 'data' && !list && chunk.start + size > bytes.size);
    if (astray && resyncs < mostResyncs && !chunks.some(({ id: known }) => known === 'data')) {
      // Without this the sound would be lost: the size of a chunk before it is wrong, so look for the next known one.
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
      // The pad byte belongs to the format, but recorders forget it: take the place where a chunk begins.
      const padded = await header(end + pad);
      const bare = padded === null ? await header(end) : null;
      if (bare === null) position = Math.min(end + pad, bytes.size);
      else unpadded++;
    }
  }
  if (following === null && position < bytes.size && chunks.length < limits.riffChunks) {
    // Recorders that put files one after the other may fill up to a block of their disk between them.
    const gap = await bytes.read(position, limits.riffSearchBytes, signal);
    const next = findRiffHeader(gap, form);
    if (next >= 0) following = position + next;
  }
  return { kind, layout, at, declaredEnd: at + riff.size, chunks, unpadded, resyncs, end: position, following };
}

/** Whether a chunk is a list of sound and silence, which stands for the data chunk. */
export async function isWaveList(bytes: ByteReader, chunk: Chunk, signal: AbortSignal): Promise<boolean> {
  return chunk.id === 'LIST' && String.fromCharCode(...(await bytes.read(chunk.start, 4, signal))) === 'wavl';
}

/** Pad bytes behind a chunk of this size. */
function padding(size: number, align: number): number {
  return (align - (size % align)) % align;
}

function isRiffId(id: string): boolean {
  return id === 'RIFF' || id === 'RIFX' || id === 'RF64' || id === 'BW64' || id === 'riff';
}

async function headerAt(bytes: ByteReader, at: number, form: string, signal: AbortSignal): Promise<boolean> {
  return readRiffHeader(await bytes.read(at, 40, signal), 0, form) !== null;
}

/** A chunk's size; that of RF64's data chunk stands elsewhere. */
async function sizeOf(bytes: ByteReader, kind: RiffKind, chunk: Chunk, before: readonly Chunk[], signal: AbortSignal): Promise<number> {
  return (kind === 'RF64' || kind === 'BW64') && chunk.id === 'data' && chunk.declared === 0xffffffff
    ? ds64DataSize(bytes, before, signal)
    : chunk.declared;
}

/** The first `fmt ` or `data` from `from` on, within `limits.riffSearchBytes`; null where there is none. */
async function findChunk(bytes: ByteReader, layout: ChunkLayout, from: number, riffAt: number, signal: AbortSignal): Promise<number | null> {
  const window = await bytes.read(from, limits.riffSearchBytes, signal);
  for (let at = 0; at + layout.headerBytes <= window.length; at++) {
    if (layout.align === 8 && (from + at - riffAt) % 8 !== 0) continue;
    const id = layout.header(window, at)?.id;
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

/** The chunks from `from` on, where `findTailChunks` found the first. */
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

/** The first header of a file of the form within [start, end), of which at most `limits.framesCheckedBytes` are read; null where there is none. */
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
