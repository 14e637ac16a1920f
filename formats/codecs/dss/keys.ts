import { createDecipheriv, createHash } from 'node:crypto';
import type { FindingCode } from '../../../src/core/findings/finding-table.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { lastRoundKey } from './aes-key-schedule.ts';
import { dssHeaderBytes } from './blocks.ts';
import type { BlockCipher } from './decoder.ts';

// Encrypted DS2: dss-codec (MIT), CODEC_SPECIFICATION.md, "Encrypted Variant Notes". Verified for AES-128 with the encrypted sample of Dictate Australia;
// for AES-256 no file was available, and an error would show as audio that no encoder writes (F325).

/** Size of the descriptor in the header of an encrypted file: u16 mode, 16 bytes to mix, u16 check word, 2 more. The descriptor is the track's `setup`. */
export const dssDescriptorBytes = 22;
const mixedBytes = 16;
/** Number of encrypted 16-byte pieces after a block's header; the last 10 bytes are not encrypted. */
const pieces = 31;
const pieceBytes = 16;

const ways = new Map([
  [1, { name: 'AES-128', cipher: 'aes-128-ecb', hash: 'sha1', keyBytes: 16 }],
  [2, { name: 'AES-256', cipher: 'aes-256-ecb', hash: 'sha384', keyBytes: 32 }],
]);

/** Returns the meaning of the descriptor's mode, for people; null if unknown. */
export function dssCipherName(descriptor: Uint8Array): string | null {
  return wayOf(descriptor)?.name ?? null;
}

function wayOf(descriptor: Uint8Array): { readonly name: string; readonly cipher: string; readonly hash: string; readonly keyBytes: number } | null {
  if (descriptor.length < dssDescriptorBytes) return null;
  return ways.get((descriptor[0] ?? 0) | ((descriptor[1] ?? 0) << 8)) ?? null;
}

/** Returns the key derived from a password; null if the check word differs. One in 65,536 wrong passwords passes. */
function keyOf(descriptor: Uint8Array, password: Uint8Array): Uint8Array | null {
  const way = wayOf(descriptor);
  if (way === null || password.length > mixedBytes) return null;
  const mixed = Uint8Array.from(descriptor.subarray(2, 2 + mixedBytes));
  for (const [at, byte] of password.entries()) mixed[at] = (mixed[at] ?? 0) ^ byte;
  const digest = createHash(way.hash).update(mixed).digest();
  const check = 2 + mixedBytes;
  if (digest[way.keyBytes] !== descriptor[check] || digest[way.keyBytes + 1] !== descriptor[check + 1]) return null;
  return digest.subarray(0, way.keyBytes);
}

/** Returns why an encrypted track cannot be decoded with these passwords, as code and message; null if it can be, or is not encrypted. */
export function dssLock({ setup }: Track, passwords: readonly Uint8Array[]): readonly [code: FindingCode, message: string] | null {
  if (setup === null) return null;
  const way = wayOf(setup);
  if (way === null) return ['F332', `encrypted in an unknown way: mode ${(setup[0] ?? 0) | ((setup[1] ?? 0) << 8)}`];
  if (passwords.length === 0) return ['F330', `encrypted with ${way.name}, and no password was given`];
  if (passwords.some((password) => keyOf(setup, password) !== null)) return null;
  const which = passwords.length === 1 ? 'the given password does not fit' : `none of the ${passwords.length} given passwords fits`;
  return ['F331', `encrypted with ${way.name}, and ${which}`];
}

/**
 * Returns the decryption of an encrypted track with the first password that fits; null if the track is not encrypted.
 * @throws Error if `dssLock` returns a reason
 */
export function dssKey({ setup }: Track, passwords: readonly Uint8Array[] = []): BlockCipher | null {
  if (setup === null) return null;
  const way = wayOf(setup);
  const first = passwords.map((password) => keyOf(setup, password)).find((key) => key !== null);
  if (way === null || first === undefined) throw new Error('encrypted, and there is no key');
  // The key of each piece follows from the previous one, and each block starts again: all blocks use the same keys.
  let key: Uint8Array = first;
  const ciphers = Array.from({ length: pieces }, () => {
    const cipher = createDecipheriv(way.cipher, key, null).setAutoPadding(false);
    key = nextKey(key);
    return cipher;
  });
  return (block, size) => {
    const whole = wholePieces(size);
    const part = block.subarray(dssHeaderBytes, dssHeaderBytes + whole * pieceBytes);
    swapPairs(part);
    for (let piece = 0, at = 0; piece < whole; piece++, at += pieceBytes) {
      const plain = ciphers[piece]?.update(part.subarray(at, at + pieceBytes));
      if (plain !== undefined) part.set(plain, at);
    }
    swapPairs(part);
    return dssReadableBytes(size);
  };
}

/** Returns how many bytes of an encrypted block can be read if `size` bytes are present: complete pieces only. */
export function dssReadableBytes(size: number): number {
  const whole = wholePieces(size);
  return whole === pieces ? size : Math.min(size, dssHeaderBytes + whole * pieceBytes);
}

function wholePieces(size: number): number {
  return Math.max(0, Math.min(pieces, Math.floor((size - dssHeaderBytes) / pieceBytes)));
}

/** Returns the key of the next piece, derived from the last round key of this one. */
function nextKey(key: Uint8Array): Uint8Array {
  const last = lastRoundKey(key);
  if (key.length === 16) return last;
  const word = (place: number): Uint8Array => last.subarray(4 * place, 4 * place + 4);
  return Buffer.concat([last, word(1), word(0), word(3), word(2)]);
}

function swapPairs(bytes: Uint8Array): void {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const first = bytes[at] ?? 0;
    bytes[at] = bytes[at + 1] ?? 0;
    bytes[at + 1] = first;
  }
}
