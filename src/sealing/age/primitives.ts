import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Returns exactly `size` new unpredictable bytes. Tests pass a deterministic source; everything else passes `randomBytes` of node:crypto. */
export type RandomSource = (size: number) => Uint8Array;

/** Size of the tag that ChaCha20-Poly1305 adds (RFC 8439 section 2.8). */
export const tagBytes = 16;

/** Sizes of a file key, and of every other key or secret, whether derived, agreed or drawn (c2sp.org/age). */
export const fileKeyBytes = 16;
export const keyBytes = 32;

/** Nonce of zeros, 12 bytes as ChaCha20-Poly1305 requires; age uses it where the key is used only once. */
export const noNonce: Uint8Array = new Uint8Array(12);

/** Derives a key of 32 bytes by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, keyBytes));
}

/** Encrypts bytes and appends the tag. The result is written at the beginning of `out`, which needs room for `plain` and 16 bytes. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, out: Uint8Array): Uint8Array {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  out.set(cipher.update(plain), 0);
  cipher.final();
  out.set(cipher.getAuthTag(), plain.length);
  return out.subarray(0, plain.length + tagBytes);
}

/** Decrypts bytes that end with their tag; returns null if the tag does not verify with this key and nonce. */
export function openBytes(key: Uint8Array, nonce: Uint8Array, stored: Uint8Array): Uint8Array | null {
  if (stored.length < tagBytes) return null;
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(stored.subarray(stored.length - tagBytes));
  const plain = decipher.update(stored.subarray(0, stored.length - tagBytes));
  try {
    decipher.final();
  } catch {
    // Node.js throws no other error here: the key and the nonce were accepted above.
    return null;
  }
  return plain;
}
