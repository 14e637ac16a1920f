import { createCipheriv } from 'node:crypto';

/** AES-256 in counter mode (NIST SP 800-38A): any place opens by itself. Nothing is authenticated: it is for temporary files of one process, with a key of their own each. */
const algorithm = 'aes-256-ctr';
const blockBytes = 16;

/** Encrypts or decrypts bytes that begin at a position of a file, in place. Each place of a file is written once under one key: two texts there would give each other away. @param key 32 bytes */
export function applyCipher(key: Uint8Array, position: number, bytes: Uint8Array): void {
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(Math.floor(position / blockBytes)), 8);
  const cipher = createCipheriv(algorithm, key, counter);
  const skipped = position % blockBytes;
  if (skipped > 0) cipher.update(Buffer.alloc(skipped));
  bytes.set(cipher.update(bytes));
}
