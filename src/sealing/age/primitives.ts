import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Source of unpredictable bytes: returns exactly `size` new ones. A test gives a deterministic one; everything else gives `randomBytes` of node:crypto. */
export type RandomSource = (size: number) => Uint8Array;

/** Size of the tag that ChaCha20-Poly1305 adds (RFC 8439 section 2.8). */
export const tagBytes = 16;

/** Sizes of a file key, and of every key and secret that is derived, agreed or drawn (c2sp.org/age). */
export const fileKeyBytes = 16;
export const keyBytes = 32;

/** ChaCha20-Poly1305 takes nonces of 12 bytes; age uses one of zeros where the key is used once. */
export const noNonce: Uint8Array = new Uint8Array(12);

/** Derives a key of 32 bytes by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, keyBytes));
}

/** Encrypts and appends the tag; the result lies at the beginning of `out`, which needs room for `plain` and 16 bytes. */
export function sealBytes(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, out: Uint8Array): Uint8Array {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  out.set(cipher.update(plain), 0);
  cipher.final();
  out.set(cipher.getAuthTag(), plain.length);
  return out.subarray(0, plain.length + tagBytes);
}

/** Decrypts bytes that end in their tag; null if the tag is not theirs under this key and nonce. */
export function openBytes(key: Uint8Array, nonce: Uint8Array, stored: Uint8Array): Uint8Array | null {
  if (stored.length < tagBytes) return null;
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(stored.subarray(stored.length - tagBytes));
  const plain = decipher.update(stored.subarray(0, stored.length - tagBytes));
  try {
    decipher.final();
  } catch {
    // Node.js throws nothing else here: the key and the nonce were accepted above.
    return null;
  }
  return plain;
}
