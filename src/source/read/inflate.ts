import type { Writable } from 'node:stream';
import { constants, createInflateRaw } from 'node:zlib';

/** How a run of deflated bytes ended. */
export interface InflateEnd {
  /** Number of input bytes that belong to the run. */
  consumed: number;
  /** Why the run ended before its own end mark and before the end of the input; null if it did not. */
  damage: string | null;
}

/**
 * Unpacks raw deflate data. Ends at the stream's own end mark, at the end of the input, or at damaged data. Never throws for damage: everything before the
 * damage is yielded, except at most 64 KiB. `end` is filled in at the end.
 */
export async function* inflated(input: AsyncIterable<Uint8Array>, end: InflateEnd): AsyncGenerator<Uint8Array> {
  // With Z_SYNC_FLUSH, truncated input gives all its bytes instead of an error. Length and CRC show the truncation.
  const inflater = createInflateRaw({ chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH });
  inflater.on('error', () => {}); // the loop below handles errors; without a listener, a late error would end the process
  const poured = pour(input, inflater);
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array; // a zlib stream without encoding gives Buffers
  } catch (error) {
    if (!isZlibError(error)) throw error;
    end.damage = error.message;
  } finally {
    end.consumed = inflater.bytesWritten;
    inflater.destroy();
    await poured;
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

/**
 * Writes chunks into a stream one at a time, until either side ends. An input error destroys the stream with that error, so that the stream's reader receives
 * it. Never rejects.
 */
export async function pour(input: AsyncIterable<Uint8Array>, sink: Writable): Promise<void> {
  const closed = new Promise<false>((resolve) => {
    sink.once('close', () => resolve(false));
  });
  try {
    for await (const piece of input) {
      if (sink.destroyed) return;
      const written = new Promise<boolean>((resolve) => {
        sink.write(piece, (error) => resolve(!error));
      });
      if (!(await Promise.race([written, closed]))) return;
    }
    sink.end();
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
