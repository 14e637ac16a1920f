import type { ByteReader } from '../../core/base/bytes.ts';
import type { ListedFile } from './open-files.ts';

/** Bytes that are read at once: after a jump, at the beginning, and at most where reading goes on from window to window. */
export interface Window {
  readonly nearBytes: number;
  readonly firstBytes: number;
  readonly aheadBytes: number;
}

const onDisk: Window = { nearBytes: 4 * 1024, firstBytes: 64 * 1024, aheadBytes: 64 * 1024 };

/** A request to a store takes about as long as the transfer of a megabyte. */
const inStore: Window = { nearBytes: 64 * 1024, firstBytes: 64 * 1024, aheadBytes: 1024 * 1024 };

/** Returns the window for reading a file. */
export function windowOf({ remote }: Pick<ListedFile, 'remote'>): Window {
  return remote === undefined ? onDisk : inStore;
}

/**
 * Creates a reader for small sequential reads, which are served from a window that is read ahead. After a jump, e.g. over the data of a large member, the
 * window is small. Streams are passed through unchanged.
 */
export function readAhead(bytes: ByteReader, { nearBytes, firstBytes, aheadBytes }: Window = onDisk): ByteReader {
  let window: Uint8Array = new Uint8Array(0);
  let from = 0;
  return {
    ...bytes,
    read: async (offset, length, signal) => {
      if (length > aheadBytes) return bytes.read(offset, length, signal);
      const end = Math.min(offset + length, bytes.size);
      if (offset < from || end > from + window.length) {
        const near = offset >= from && offset <= from + window.length + nearBytes;
        const following = Math.min(aheadBytes, Math.max(firstBytes, 4 * window.length));
        window = await bytes.read(offset, Math.max(length, near ? following : nearBytes), signal);
        from = offset;
      }
      return window.slice(offset - from, Math.max(offset, end) - from);
    },
  };
}
