import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';

/** One chunk of an IFF file. */
export interface IffChunk {
  /** Four characters. */
  readonly id: string;
  /** Offset of its header. */
  readonly at: number;
  /** Offset of its content. */
  readonly start: number;
  /** Size that its header states; it may be wrong, and exceed the file. */
  readonly declared: number;
}

/** Result of a walk over the chunks of an IFF file. */
export interface IffWalk {
  /** Chunks in the order of the file; the last may extend beyond the end of the file. */
  readonly chunks: readonly IffChunk[];
  /** Number of chunks of odd size without a pad byte. */
  readonly unpadded: number;
  /** Number of times that a chunk's size was wrong and the audio was searched for. */
  readonly resyncs: number;
  /** Offset at which the walk ended: the end of the file, or the first byte that begins no chunk. */
  readonly end: number;
}

const headerBytes = 8;
const windowBytes = 4096;

/** Returns four bytes as a chunk's name, which is printable with spaces only at the end (e.g. `(c) ` and `raw `); null if they are not a name. */
function chunkId(bytes: Uint8Array, at: number): string | null {
  if (at < 0 || at + 4 > bytes.length) return null;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return null;
  }
  const id = String.fromCharCode(...bytes.subarray(at, at + 4));
  return id.startsWith(' ') ? null : id;
}

/**
 * Walks big-endian chunks with pad bytes (EA IFF 85) from `from` to the end of the file. Ends at a chunk `sound` whose size is unknown according to `isLost`,
 * because audio follows it. If a size before the audio is wrong, searches for the audio.
 */
export async function walkIff(
  bytes: ByteReader,
  from: number,
  sound: string,
  isLost: (declared: number) => boolean,
  signal: AbortSignal,
): Promise<IffWalk> {
  let window = new Uint8Array(0);
  let windowAt = 0;
  const header = async (at: number): Promise<IffChunk | null> => {
    if (at < windowAt || at + headerBytes > windowAt + window.length) {
      window = new Uint8Array(await bytes.read(at, windowBytes, signal));
      windowAt = at;
    }
    const id = chunkId(window, at - windowAt);
    if (id === null || at - windowAt + headerBytes > window.length) return null;
    return { id, at, start: at + headerBytes, declared: new Cursor(window, at - windowAt + 4, 'big').u32('chunk size') };
  };
  const chunks: IffChunk[] = [];
  let unpadded = 0;
  let resyncs = 0;
  let position = from;
  while (chunks.length < limits.riffChunks && position + headerBytes <= bytes.size) {
    signal.throwIfAborted();
    const chunk = await header(position);
    const astray = chunk === null || (chunk.id !== sound && chunk.start + chunk.declared > bytes.size);
    if (astray && resyncs === 0 && !chunks.some(({ id }) => id === sound)) {
      const found = await find(bytes, sound, chunk?.start ?? position, signal);
      if (found !== null) {
        if (chunk !== null) chunks.push(chunk);
        resyncs++;
        position = found;
        continue;
      }
    }
    if (chunk === null) break;
    chunks.push(chunk);
    const end = chunk.start + chunk.declared;
    position = Math.min(end, bytes.size);
    if (chunk.id === sound && isLost(chunk.declared)) break;
    if (chunk.declared % 2 === 1 && end < bytes.size) {
      // The pad byte belongs to the format, but writers omit it: the offset at which a chunk begins is used.
      const bare = (await header(end + 1)) === null ? await header(end) : null;
      if (bare === null) position = end + 1;
      else unpadded++;
    }
  }
  return { chunks, unpadded, resyncs, end: position };
}

/** Returns the first chunk of this name from `from` on, within `limits.riffSearchBytes`; null if there is none. */
async function find(bytes: ByteReader, id: string, from: number, signal: AbortSignal): Promise<number | null> {
  const window = await bytes.read(from, limits.riffSearchBytes, signal);
  for (let at = 0; at + headerBytes <= window.length; at++) {
    if (chunkId(window, at) === id) return from + at;
  }
  return null;
}
