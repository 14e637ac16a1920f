import { createHmac, hash } from 'node:crypto';

/**
 * Derives a UUID of version 8 (RFC 9562 section 5.8) from a keyed hash. The same key and text give the same id; without the key nobody can test a
 * guess of the text.
 */
export function keyedUuid(key: string, text: string): string {
  const hex = hmacHex(key, text);
  // The 13th digit is the version; two bits of the 17th are variant 10.
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Size of a block of SHA-256, in bytes. */
const blockBytes = 64;
/** Largest text, in bytes of UTF-8, that is hashed behind the padded key in one piece. */
const pieceBytes = 4_096;

/** The key of the last HMAC, padded for both hashes. An import derives millions of ids from one key. */
let padded: { readonly key: string; readonly inner: Buffer; readonly outer: Buffer } | null = null;

function paddedKey(key: string): NonNullable<typeof padded> {
  if (padded?.key === key) return padded;
  const bytes = Buffer.from(key, 'utf8');
  const block = bytes.length > blockBytes ? hash('sha256', bytes, 'buffer') : bytes;
  const inner = Buffer.alloc(blockBytes + pieceBytes, 0x36);
  const outer = Buffer.alloc(blockBytes + 32, 0x5c);
  for (const [index, byte] of block.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  padded = { key, inner, outer };
  return padded;
}

/** Returns HMAC-SHA-256 (RFC 2104) in hexadecimal. Two hashes in one call each take a third of the time of an HMAC object, which also has to be collected. */
function hmacHex(key: string, text: string): string {
  // A UTF-16 code unit takes at most three bytes in UTF-8.
  if (text.length * 3 > pieceBytes) return createHmac('sha256', key).update(text, 'utf8').digest('hex');
  const { inner, outer } = paddedKey(key);
  const length = blockBytes + inner.write(text, blockBytes, 'utf8');
  outer.write(hash('sha256', inner.subarray(0, length), 'hex'), blockBytes, 'hex');
  return hash('sha256', outer, 'hex');
}

/** Returns the lower-case hexadecimal SHA-256 of text as UTF-8 or of bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
