import type { ByteReader } from '../src/core/bytes.ts';

const windowBytes = 256 * 1024;

/** Reads small pieces that follow one another: one large read serves many. */
export interface Window {
  /** Bytes [offset, offset + length), fewer only at the end of the file; `length` at most 256 KiB. A view, valid until the next call. */
  at(offset: number, length: number): Promise<Uint8Array>;
}

/** A window over a file; it is filled anew wherever a piece does not lie in it. */
export function openWindow(bytes: ByteReader, signal: AbortSignal): Window {
  let start = 0;
  let held = new Uint8Array(0);
  return {
    async at(offset, length) {
      const end = Math.min(bytes.size, offset + length);
      if (offset < start || end > start + held.length) {
        signal.throwIfAborted();
        held = new Uint8Array(await bytes.read(offset, Math.max(length, windowBytes), signal));
        start = offset;
      }
      return held.subarray(offset - start, Math.max(offset, end) - start);
    },
  };
}
