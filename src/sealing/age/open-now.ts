import { agree } from '../../core/base/agree.ts';
import { AgeError } from './age-error.ts';
import type { ImmediateIdentity } from './identity.ts';
import { chunkBytes, chunkFault, openChunk, payloadLayout, storedChunkBytes } from './payload.ts';
import { firstReadBytes, type UnlockedPayload, unlockPayloadNow } from './unlock.ts';

/** Reads the stored bytes of an age file synchronously. */
export interface StoredBytes {
  readonly size: number;
  /** Returns `length` bytes from `offset`; fewer only if the file became shorter. The bytes are valid until the next call. */
  read(offset: number, length: number): Uint8Array;
}

/** Reads the plain bytes of an age file synchronously. */
export interface PlainBytes {
  readonly size: number;
  /** Copies the plain bytes from `offset` on into `target`, as many as fit or remain, and returns their number. @throws AgeError `payload` */
  readInto(target: Uint8Array, offset: number): number;
}

/**
 * Opens an age file for synchronous random access, as worker threads read. Makes the same checks as `openAge`: of the header, its MAC and the last chunk before
 * it returns, and of every other chunk when that is read. Keeps the chunk that was read last.
 * @throws AgeError here, and `payload` from the reader; what `stored` throws
 */
export function openAgeNow(stored: StoredBytes, identity: ImmediateIdentity): PlainBytes {
  const { key, start } = unlocked(stored, identity);
  const layout = payloadLayout(stored.size - start);
  if (layout === null)
    throw new AgeError('payload', agree`an age file with this header cannot have ${stored.size} byte[s]: it was truncated or extended`);
  const { plainSizeBytes: size, chunks } = layout;
  let kept: { readonly index: number; readonly plain: Uint8Array } | null = null;
  const chunk = (index: number): Uint8Array => {
    if (kept?.index === index) return kept.plain;
    const from = start + index * storedChunkBytes;
    const length = Math.min(storedChunkBytes, stored.size - from);
    const bytes = stored.read(from, length);
    if (bytes.length !== length)
      throw new AgeError('payload', agree`it became shorter: ${length} byte[s] were expected at ${from}, ${bytes.length} arrived`);
    const isLast = index === chunks - 1;
    const plain = openChunk(key, { index, isLast }, bytes);
    if (plain === null) throw chunkFault(index, isLast, openChunk(key, { index, isLast: !isLast }, bytes) !== null);
    kept = { index, plain };
    return plain;
  };
  chunk(chunks - 1);
  return {
    size,
    readInto(target, offset) {
      const end = Math.min(size, offset + target.length);
      for (let at = offset; at < end; ) {
        const index = Math.floor(at / chunkBytes);
        const plain = chunk(index);
        const piece = plain.subarray(at - index * chunkBytes, Math.min(plain.length, end - index * chunkBytes));
        target.set(piece, at - offset);
        at += piece.length;
      }
      return Math.max(0, end - offset);
    },
  };
}

/** Decrypts a whole age file in memory. @throws AgeError */
export function openAgeBytes(stored: Uint8Array, identity: ImmediateIdentity): Uint8Array {
  const file = openAgeNow({ size: stored.length, read: (offset, length) => stored.subarray(offset, offset + length) }, identity);
  const plain = new Uint8Array(file.size);
  file.readInto(plain, 0);
  return plain;
}

function unlocked(stored: StoredBytes, identity: ImmediateIdentity): UnlockedPayload {
  // The loop ends: `unlockPayloadNow` refuses a header beyond its limit, and a file that ends within its header.
  for (let length = firstReadBytes; ; length *= 2) {
    const head = stored.read(0, Math.min(length, stored.size));
    const payload = unlockPayloadNow(head, head.length < length || length >= stored.size, identity);
    if (payload !== null) return payload;
  }
}
