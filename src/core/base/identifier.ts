import { createHmac, hash } from 'node:crypto';

/**
 * Derives a UUID of version 8 (RFC 9562 section 5.8) from a keyed hash. The same key and text give the same id; without the key nobody can test a
 * guess of the text.
 */
export function keyedUuid(key: string, text: string): string {
  const digest = createHmac('sha256', key).update(text, 'utf8').digest().subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80; // version 8
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80; // variant 10
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Returns the lower-case hexadecimal SHA-256 of text as UTF-8 or of bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
