import { combine, split } from 'shamir-secret-sharing';
import { decodeBech32, encodeBech32 } from '../age/bech32.ts';

// Shares of a secret by Shamir's scheme over GF(2^8), as texts that people can keep on paper: Bech32 (BIP 173), whose checksum finds every mistake in up to four characters.

/** One share as text. */
export interface Share {
  /** The first 8 bytes of the keyring's id, in hexadecimal. */
  readonly keyring: string;
  readonly epoch: number;
  /** Counts from 1. */
  readonly index: number;
  /** Shares that are needed. */
  readonly needed: number;
  /** 33 bytes: 32 of the share, and its position. */
  readonly bytes: Uint8Array;
}

/** Human-readable part of a share. */
const prefix = 'lpshare';

/** Version, keyring, epoch, index, number needed. */
const headBytes = 1 + 8 + 4 + 1 + 1;
const version = 1;
const secretBytes = 32;

/** Splits a secret of 32 bytes. @param shares from 2 to 255, of which `needed`, from 2 on, give the secret back; fewer tell nothing about it */
export async function splitSecret(
  secret: Uint8Array,
  of: { readonly keyring: string; readonly epoch: number; readonly shares: number; readonly needed: number },
): Promise<readonly string[]> {
  // The library takes no subclass, such as Buffer.
  const parts = await split(Uint8Array.from(secret), of.shares, of.needed);
  return parts.map((bytes, index) => shareText({ keyring: of.keyring.slice(0, 16), epoch: of.epoch, index: index + 1, needed: of.needed, bytes }));
}

/** Formats a share, in capitals, e.g. `LPSHARE1…`. */
function shareText({ keyring, epoch, index, needed, bytes }: Share): string {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(version, 0);
  head.set(Buffer.from(keyring, 'hex'), 1);
  head.writeUInt32BE(epoch, 9);
  head.writeUInt8(index, 13);
  head.writeUInt8(needed, 14);
  return encodeBech32(prefix.toUpperCase(), Buffer.concat([head, bytes]));
}

/** Finds the share in a text that may have comments (#) and spaces; null if there is none, or its checksum is wrong. */
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
 * Combines shares. The result is right only if all belong to one splitting: the caller compares what the secret opens.
 * @param shares different ones, as many as are needed
 */
export async function combineShares(shares: readonly Share[]): Promise<Uint8Array> {
  return await combine(shares.map(({ bytes }) => bytes));
}
