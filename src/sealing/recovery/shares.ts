import { combine, split } from 'shamir-secret-sharing';
import { decodeBech32, encodeBech32 } from '../age/bech32.ts';

// Shares of a secret by Shamir's scheme over GF(2^8), as texts that people can keep on paper: Bech32 (BIP 173), whose checksum detects every error in up to
// four characters.

/** One share, as encoded in a text. */
export interface Share {
  /** The first 8 bytes of the keyring's id, in hexadecimal. */
  readonly keyring: string;
  readonly epoch: number;
  /** Number of the share, from 1. */
  readonly index: number;
  /** Number of shares that are needed. */
  readonly needed: number;
  /** 33 bytes: the 32 bytes of the share, and its position. */
  readonly bytes: Uint8Array;
}

/** Human-readable part of a share. */
const prefix = 'lpshare';

/** Size of the head: version, keyring, epoch, index, number needed. */
const headBytes = 1 + 8 + 4 + 1 + 1;
const version = 1;
const secretBytes = 32;

/** Splits a secret of 32 bytes. @param shares number of shares, from 2 to 255; `needed` of them, at least 2, yield the secret; fewer reveal nothing about it */
export async function splitSecret(
  secret: Uint8Array,
  of: { readonly keyring: string; readonly epoch: number; readonly shares: number; readonly needed: number },
): Promise<readonly string[]> {
  // The library accepts no subclass of Uint8Array, such as Buffer.
  const parts = await split(Uint8Array.from(secret), of.shares, of.needed);
  return parts.map((bytes, index) => shareText({ keyring: of.keyring.slice(0, 16), epoch: of.epoch, index: index + 1, needed: of.needed, bytes }));
}

/** Formats a share in capitals, e.g. `LPSHARE1…`. */
function shareText({ keyring, epoch, index, needed, bytes }: Share): string {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(version, 0);
  head.set(Buffer.from(keyring, 'hex'), 1);
  head.writeUInt32BE(epoch, 9);
  head.writeUInt8(index, 13);
  head.writeUInt8(needed, 14);
  return encodeBech32(prefix.toUpperCase(), Buffer.concat([head, bytes]));
}

/** Finds the share in a text that may have comments (#) and spaces. Returns null if the text has no share or the checksum is wrong. */
export function parseShare(text: string): Share | null {
  const line = text
    .split('\n')
    .filter((one) => !one.trimStart().startsWith('#'))
    .join('')
    .replaceAll(/\s/g, '');
  const decoded = decodeBech32(line);
  if (decoded === null || decoded.prefix.toLowerCase() !== prefix || decoded.bytes.length !== headBytes + secretBytes + 1) return null;
  const bytes = Buffer.from(decoded.bytes);
  if (bytes.readUInt8(0) !== version) return null;
  return {
    keyring: bytes.toString('hex', 1, 9),
    epoch: bytes.readUInt32BE(9),
    index: bytes.readUInt8(13),
    needed: bytes.readUInt8(14),
    bytes: Uint8Array.from(bytes.subarray(headBytes)),
  };
}

/**
 * Combines shares. The result is right only if all shares come from the same splitting: the caller must check the secret against what it opens.
 * @param shares different shares, as many as are needed
 */
export async function combineShares(shares: readonly Share[]): Promise<Uint8Array> {
  return await combine(shares.map(({ bytes }) => bytes));
}
