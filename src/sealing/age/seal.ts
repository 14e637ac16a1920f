import { randomBytes } from 'node:crypto';
import { formatHeader } from './header.ts';
import type { AgeRecipient } from './identity.ts';
import { ageSizeBytes, chunkBytes, derivePayloadKey, payloadNonceBytes, sealChunk } from './payload.ts';
import { fileKeyBytes, type RandomSource, tagBytes } from './primitives.ts';

const noBytes: Uint8Array = new Uint8Array(0);

/** An age file that is being written. It keeps one chunk in memory. After a method has thrown, do not use it again. */
export interface AgeSink {
  /** Returns the size of the file if `plainSizeBytes` bytes are written in total. */
  storedSizeBytes(plainSizeBytes: number): number;
  /** Encrypts bytes in pieces of any size. The bytes are not kept or changed. */
  write(bytes: Uint8Array): void;
  /** Writes the last chunk. Call it once, after everything is written. */
  finish(): { readonly plainSizeBytes: number; readonly storedSizeBytes: number };
}

/**
 * Begins an age file for one recipient. Passes the bytes of the file to `write` in order, one chunk per call, the header together with the first. A target that
 * digests what it writes obtains the digests of the stored file. Each piece is valid until `write` returns.
 * Draws from `random` in this order: file key (16 bytes), what the recipient draws, nonce (16 bytes); the same random bytes give the same file.
 */
export function createAgeSink(recipient: AgeRecipient, write: (stored: Uint8Array) => void, random: RandomSource = randomBytes): AgeSink {
  const fileKey = random(fileKeyBytes);
  const header = formatHeader([recipient.wrap(fileKey, random)], fileKey);
  const nonce = random(payloadNonceBytes);
  const key = derivePayloadKey(fileKey, nonce);
  let begin: Uint8Array = Buffer.concat([header, nonce]);
  // Not cleared, because clearing takes as long as the header: only bytes that were written to it leave the buffer. Not taken from the pool either. As small as
  // the file is: most files of a short call have a few kilobytes, and two buffers of a chunk for each of them keep the garbage collector busy.
  let held = Buffer.allocUnsafeSlow(0);
  let out = Buffer.allocUnsafeSlow(0);
  let filled = 0;
  let index = 0;
  let isFinished = false;
  const hold = (bytes: Uint8Array): void => {
    const size = filled + bytes.length;
    if (size > held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(size, 2 * held.length)));
      larger.set(held.subarray(0, filled));
      held = larger;
    }
    held.set(bytes, filled);
    filled = size;
  };
  const put = (plain: Uint8Array, isLast: boolean): void => {
    const before = begin.length;
    const size = before + plain.length + tagBytes;
    if (out.length < size) out = Buffer.allocUnsafeSlow(size);
    out.set(begin);
    sealChunk(key, { index, isLast }, plain, out.subarray(before));
    begin = noBytes;
    index++;
    write(out.subarray(0, size));
  };
  return {
    storedSizeBytes: (plainSizeBytes) => ageSizeBytes(plainSizeBytes, header.length),
    write(bytes) {
      if (isFinished) throw new Error('bytes were written to an age file after its end');
      // The last chunk is marked as the last: a full chunk waits until it is known whether more bytes follow.
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
        hold(bytes.subarray(at, at + taken));
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

/**
 * Yields the age file of a stream of bytes. Each piece is valid until the next one is requested. Does the same as `createAgeSink`, for a target that sets the
 * pace.
 */
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
  for await (const bytes of plain) {
    // Takes at most a chunk at a time, so that at most one chunk is ready.
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      sink.write(bytes.subarray(at, at + chunkBytes));
      yield* take();
    }
  }
  sink.finish();
  yield* take();
}
