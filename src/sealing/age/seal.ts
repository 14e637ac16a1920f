import { randomBytes } from 'node:crypto';
import { formatHeader } from './header.ts';
import type { AgeRecipient } from './identity.ts';
import { ageSizeBytes, chunkBytes, derivePayloadKey, payloadNonceBytes, sealChunk, storedChunkBytes } from './payload.ts';
import { fileKeyBytes, type RandomSource } from './primitives.ts';

/** An age file in the making. It holds one chunk; after a method has thrown it is of no use. */
export interface AgeSink {
  /** Returns the size of the file if `plainSizeBytes` bytes are written in all. */
  storedSizeBytes(plainSizeBytes: number): number;
  /** Encrypts bytes, in pieces of any size; they are not kept or changed. */
  write(bytes: Uint8Array): void;
  /** Writes the last chunk. Call it once, after everything is written. */
  finish(): { readonly plainSizeBytes: number; readonly storedSizeBytes: number };
}

/**
 * Begins an age file for one recipient. The bytes of the file go to `write` in order: the header at once, then one chunk per call. A target that digests what it
 * writes has the digests of the stored file. Each piece is valid until `write` returns.
 * Draws from `random` in this order: file key (16 bytes), what the recipient draws, nonce (16 bytes); the same bytes give the same file.
 */
export function createAgeSink(recipient: AgeRecipient, write: (stored: Uint8Array) => void, random: RandomSource = randomBytes): AgeSink {
  const fileKey = random(fileKeyBytes);
  const header = formatHeader([recipient.wrap(fileKey, random)], fileKey);
  const nonce = random(payloadNonceBytes);
  const key = derivePayloadKey(fileKey, nonce);
  // Not cleared, which would take as long as the header: no byte leaves them that was not written before. Not pooled either.
  const held = Buffer.allocUnsafeSlow(chunkBytes);
  const out = Buffer.allocUnsafeSlow(storedChunkBytes);
  let filled = 0;
  let index = 0;
  let isFinished = false;
  const put = (plain: Uint8Array, isLast: boolean): void => {
    write(sealChunk(key, { index, isLast }, plain, out));
    index++;
  };
  write(Buffer.concat([header, nonce]));
  return {
    storedSizeBytes: (plainSizeBytes) => ageSizeBytes(plainSizeBytes, header.length),
    write(bytes) {
      if (isFinished) throw new Error('bytes were written to an age file after its end');
      // The last chunk is marked as such: a full one waits until it is known whether it is the last.
      for (let at = 0; at < bytes.length; ) {
        if (filled === chunkBytes) {
          put(held, false);
          filled = 0;
        }
        const left = bytes.length - at;
        if (filled === 0 && left > chunkBytes) {
          put(bytes.subarray(at, at + chunkBytes), false);
          at += chunkBytes;
          continue;
        }
        const taken = Math.min(chunkBytes - filled, left);
        held.set(bytes.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
      }
    },
    finish() {
      if (isFinished) throw new Error('an age file was finished twice');
      isFinished = true;
      const plainSizeBytes = index * chunkBytes + filled;
      put(held.subarray(0, filled), true);
      return { plainSizeBytes, storedSizeBytes: ageSizeBytes(plainSizeBytes, header.length) };
    },
  };
}

/** Yields the age file of a stream of bytes; each piece is valid until the next is requested. The same as `createAgeSink` where the target sets the pace. */
export async function* sealedStream(
  plain: AsyncIterable<Uint8Array>,
  recipient: AgeRecipient,
  random: RandomSource = randomBytes,
): AsyncGenerator<Uint8Array, void> {
  let ready: Uint8Array | null = null;
  const take = function* (): Generator<Uint8Array, void> {
    if (ready !== null) yield ready;
    ready = null;
  };
  const keepReady = (stored: Uint8Array): void => {
    ready = stored;
  };
  const sink = createAgeSink(recipient, keepReady, random);
  yield* take();
  for await (const bytes of plain) {
    // No more than a chunk at once, so that no more than a chunk is ready.
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      sink.write(bytes.subarray(at, at + chunkBytes));
      yield* take();
    }
  }
  sink.finish();
  yield* take();
}
