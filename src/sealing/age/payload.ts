import { AgeError } from './age-error.ts';
import { deriveKey, noNonce, openBytes, sealBytes, tagBytes } from './primitives.ts';

/** c2sp.org/age: size of the nonce before the payload, and of a chunk before it is encrypted. Only the last chunk may be shorter. */
export const payloadNonceBytes = 16;
export const chunkBytes = 64 * 1024;

/** Bytes of a full chunk with its tag. */
export const storedChunkBytes: number = chunkBytes + tagBytes;

/** Position of a chunk. Both members are part of its nonce, so the chunk opens only in its place. */
export interface ChunkPlace {
  /** Index, from 0. */
  readonly index: number;
  readonly isLast: boolean;
}

/** Derives the key of the payload. @param nonce the first 16 bytes after the header */
export function derivePayloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return deriveKey(fileKey, nonce, 'payload');
}

/** Encrypts a chunk; the result lies at the beginning of `out`. */
export function sealChunk(key: Uint8Array, place: ChunkPlace, plain: Uint8Array, out: Uint8Array): Uint8Array {
  return sealBytes(key, chunkNonce(place), plain, out);
}

/** Decrypts a chunk; returns null unless it is the complete, unchanged chunk of this place. */
export function openChunk(key: Uint8Array, place: ChunkPlace, stored: Uint8Array): Uint8Array | null {
  return openBytes(key, chunkNonce(place), stored);
}

/** Returns the size of an age file. @param headerSizeBytes 168 for one X25519 stanza */
export function ageSizeBytes(plainSizeBytes: number, headerSizeBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plainSizeBytes / chunkBytes));
  return headerSizeBytes + payloadNonceBytes + plainSizeBytes + chunks * tagBytes;
}

/** Sizes of a payload. */
export interface PayloadLayout {
  readonly plainSizeBytes: number;
  /** Number of chunks, at least 1: an empty payload has one empty chunk. */
  readonly chunks: number;
}

/**
 * Returns the layout of a stored payload of this size (without its nonce). Returns null if no payload has this size: none is shorter than a tag, and no chunk
 * after the first is empty.
 */
export function payloadLayout(storedSizeBytes: number): PayloadLayout | null {
  const chunks = Math.max(1, Math.ceil(storedSizeBytes / storedChunkBytes));
  const lastBytes = storedSizeBytes - (chunks - 1) * storedChunkBytes;
  if (lastBytes < tagBytes || (chunks > 1 && lastBytes === tagBytes)) return null;
  return { plainSizeBytes: storedSizeBytes - chunks * tagBytes, chunks };
}

/** Returns the error for a chunk that does not open. @param isMisplaced true if the chunk is intact but wrongly marked, or wrongly not marked, as the last */
export function chunkFault(index: number, isLast: boolean, isMisplaced: boolean): AgeError {
  if (!isMisplaced) return new AgeError('payload', `chunk ${index + 1} is damaged or not in its place`);
  return new AgeError('payload', isLast ? `it is truncated: chunk ${index + 1} is not its last` : `bytes follow its last chunk, chunk ${index + 1}`);
}

/** Returns a nonce: 11 bytes of counter, big-endian, and one byte that is 1 for the last chunk. The counter stays below 2^48: 2^53 bytes are 2^37 chunks. */
function chunkNonce({ index, isLast }: ChunkPlace): Uint8Array {
  const nonce = Buffer.from(noNonce);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
