import { createCipheriv } from 'node:crypto';

/**
 * AES-256 in counter mode (NIST SP 800-38A): any position can be decrypted by itself. Nothing is authenticated, because the cipher is used only for
 * temporary files of one process, each with its own key.
 */
const algorithm = 'aes-256-ctr';
const blockBytes = 16;

/**
 * Encrypts or decrypts, in place, bytes that begin at a position of a file. Each position is written only once under one key: two plaintexts at one
 * position would reveal each other.
 * @param key 32 bytes
 */
export function applyCipher(key: Uint8Array, position: number, bytes: Uint8Array): void {
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(Math.floor(position / blockBytes)), 8);
  const cipher = createCipheriv(algorithm, key, counter);
  const skipped = position % blockBytes;
  if (skipped > 0) cipher.update(Buffer.alloc(skipped));
  bytes.set(cipher.update(bytes));
}
