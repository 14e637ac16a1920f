import type { ByteReader } from '../../core/base/bytes.ts';

const nearBytes = 4 * 1024;
const aheadBytes = 64 * 1024;

/**
 * Creates a reader for small sequential reads, which are served from a window that is read ahead. After a jump, e.g. over the data of a large member, the
 * window is small. Streams are passed through unchanged.
 */
export function readAhead(bytes: ByteReader): ByteReader {
  let window: Uint8Array = new Uint8Array(0);
  let from = 0;
  return {
    ...bytes,
    read: async (offset, length, signal) => {
      if (length > aheadBytes) return bytes.read(offset, length, signal);
      const end = Math.min(offset + length, bytes.size);
      if (offset < from || end > from + window.length) {
        const near = offset >= from && offset <= from + window.length + nearBytes;
        window = await bytes.read(offset, Math.max(length, near ? aheadBytes : nearBytes), signal);
        from = offset;
      }
      return window.slice(offset - from, Math.max(offset, end) - from);
    },
  };
}
