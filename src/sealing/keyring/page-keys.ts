import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { keyBytes, nonceBytes, openGcm, sealGcm, tagBytes } from './page.ts';

// The keys of pages, wrapped by a root: records of equal size; each added page appends one (docs/reference/keyring-format.md).

/** The root of a custody domain in force, and the names to which its wrapped keys are bound. */
export interface Root {
  readonly keyring: string;
  readonly domain: string;
  readonly number: number;
  /** The root's key, 32 bytes. */
  readonly key: Uint8Array;
  /** Recipient for which the next root is encrypted; null: the kind of root needs none, or the recipient is unknown. */
  readonly recipient: string | null;
}

/** Size of a record: page id, generation, nonce, wrapped key with its tag. */
export const recordBytes = 16 + 4 + nonceBytes + keyBytes + tagBytes;

/** The record of a page key that has not been unwrapped. */
export interface WrappedKey {
  readonly generation: number;
  readonly record: Uint8Array;
}

function additionalOf({ keyring, domain, number }: Root, page: string, generation: number): string {
  return `longplay-keyring-key-v1\n${keyring}\n${domain}\n${number}\n${page}\n${generation}`;
}

/** Wraps the key of a page. */
export function wrapPageKey(root: Root, page: string, generation: number, key: Uint8Array): Uint8Array {
  const head = Buffer.alloc(16 + 4);
  head.set(Buffer.from(page, 'hex'), 0);
  head.writeUInt32BE(generation, 16);
  const nonce = randomBytes(nonceBytes);
  return Buffer.concat([head, nonce, sealGcm(root.key, nonce, additionalOf(root, page, generation), key)]);
}

/** Unwraps the key of a page; returns null if the record is damaged or was wrapped by another root. */
export function unwrapPageKey(root: Root, page: string, { generation, record }: WrappedKey): Uint8Array | null {
  const nonceEnd = 20 + nonceBytes;
  return openGcm(root.key, record.subarray(20, nonceEnd), additionalOf(root, page, generation), record.subarray(nonceEnd));
}

/**
 * Reads the records of a file from an offset on into `found`. If a page has several records, the one with the highest generation counts, and among equal ones
 * the last. Ignores a record at the end that a crash cut short.
 * @returns offset after the last complete record
 * @throws system errors
 */
export function readWrappedKeys(file: string, from: number, found: Map<string, WrappedKey>): number {
  const descriptor = openSync(file, 'r');
  try {
    const length = fstatSync(descriptor).size - from;
    const bytes = Buffer.alloc(Math.max(0, length - (length % recordBytes)));
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, from + done);
      if (read === 0) break;
      done += read;
    }
    for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
      const page = bytes.toString('hex', at, at + 16);
      const generation = bytes.readUInt32BE(at + 16);
      const before = found.get(page);
      if (before === undefined || before.generation <= generation) found.set(page, { generation, record: bytes.subarray(at, at + recordBytes) });
    }
    return from + bytes.length;
  } finally {
    closeSync(descriptor);
  }
}
