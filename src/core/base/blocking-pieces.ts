import type { BlockingBytes } from './bytes.ts';
import { limits } from './limits.ts';

/**
 * Yields the bytes [start, end) in order; each piece has its own memory.
 * @throws Error EAGAIN if there are fewer
 */
export function* blockingPieces(bytes: BlockingBytes, start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = Buffer.alloc(Math.min(limits.readChunkBytes, end - at));
    const read = bytes.readInto(piece, at);
    // The loop would never end, and the beginning must not be taken for the whole.
    if (read === 0) throw Object.assign(new Error('a file became shorter while it was read'), { code: 'EAGAIN' });
    at += read;
    yield piece.subarray(0, read);
  }
}
