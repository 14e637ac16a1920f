import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteReader } from '../../core/base/bytes.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { baseName } from '../../core/base/safe-path.ts';

/**
 * Opens a file on disk for random reading. Follows symbolic links. The caller closes the reader.
 * @throws LongplayError S101 if the path does not exist or is not a file, S102 if the system refuses; its `cause` is the system's error.
 */
export async function openFileReader(path: string): Promise<ByteReader & { close(): Promise<void> }> {
  let handle: FileHandle | null = null;
  try {
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) throw new LongplayError('usage', 'S101', `${path} is not a file`, 'give the path of a file');
    const opened = handle;
    const size = stat.size;
    const read = async (offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> => {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(spanLength(offset, length, size));
      return bytes.subarray(0, await readFully(opened, bytes, offset, path));
    };
    return { name: baseName(path), size, read, stream: streamOf(read, size), close: () => opened.close() };
  } catch (error) {
    await handle?.close();
    throw error instanceof LongplayError ? error : unreadable(path, error);
  }
}

/** Returns how many of the `length` bytes from `offset` on are within `size`. */
export function spanLength(offset: number, length: number, size: number): number {
  return Math.max(0, Math.min(length, size - offset));
}

/** Fills `bytes` from `offset` of a file on; returns the number of bytes read. @throws LongplayError S102. */
export async function readFully(handle: FileHandle, bytes: Uint8Array, offset: number, name: string): Promise<number> {
  let done = 0;
  try {
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  return done;
}

/** Creates the `stream` of a reader from its `read`. It yields chunks of `limits.readChunkBytes`, each with its own memory. */
export function streamOf(read: ByteReader['read'], size: number): ByteReader['stream'] {
  return async function* (start, end, signal) {
    const stop = Math.min(end, size);
    for (let at = start; at < stop; ) {
      const piece = await read(at, Math.min(limits.readChunkBytes, stop - at), signal);
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  };
}

/** Returns the error for a path that the system refuses to read. */
export function unreadable(name: string, error: unknown): LongplayError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new LongplayError('usage', 'S101', `${name} does not exist`, 'check the path', error);
  return new LongplayError('incomplete', 'S102', `${name} cannot be read: ${errorText(error)}`, 'make it readable, then run again', error);
}
