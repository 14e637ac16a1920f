import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';

/** Bytes of a key of AEGIS-256. */
const keyBytes = 32;
/** Bytes of the salt with which an encrypted file begins. Source: utelle.github.io/SQLite3MultipleCiphers, "AEGIS: Family of authenticated ciphers". */
const saltBytes = 16;

/**
 * Returns the salt with which a file encrypted under this key begins. The cipher derives nothing from the salt if the key is raw, so longplay uses the salt to
 * recognise the key: it is an HMAC of a constant text under the key, which does not reveal the key. It distinguishes a wrong key from a damaged first page.
 */
function saltOf(key: Uint8Array): Buffer {
  return createHmac('sha256', key).update('longplay: key of a SQLite file').digest().subarray(0, saltBytes);
}

/**
 * Returns key and salt in the form that makes the cipher use them directly, without key derivation: `raw:` and 96 hexadecimal digits.
 * @throws RangeError if the key is not 32 bytes long
 */
export function keyText(key: Uint8Array): Buffer {
  requireLength(key);
  return Buffer.from(`raw:${Buffer.from(key).toString('hex')}${saltOf(key).toString('hex')}`, 'latin1');
}

function requireLength(key: Uint8Array): void {
  if (key.length !== keyBytes) throw new RangeError(agree`a key of a database has ${keyBytes} byte[s], not ${key.length}`);
}

/**
 * How a file and a key relate. `new`: the file is absent or empty; `open`: it is not encrypted; `fits`: it is encrypted with this key; `other`: it is encrypted
 * with another key, or no key was given; `unknown`: longplay did not encrypt it, and it is not a SQLite file.
 */
type KeyFit = 'new' | 'open' | 'fits' | 'other' | 'unknown';

/**
 * Compares the beginning of a file with a key. A file that cannot be read counts as `unknown`, because SQLite will report the cause.
 * @throws RangeError if the key is not 32 bytes long
 */
export function keyFit(file: string, key: Uint8Array | null): KeyFit {
  if (key !== null) requireLength(key);
  const head = headOf(file);
  if (head === null) return 'unknown';
  if (head.length === 0) return 'new';
  if (isOpenHead(head)) return 'open';
  if (key !== null && head.subarray(0, saltBytes).equals(saltOf(key))) return 'fits';
  return isSealedHead(head) ? 'other' : 'unknown';
}

/**
 * Returns the file format write version in the header of a SQLite file, encrypted or not; 2 means a write-ahead log. Null if the file is not a SQLite file.
 * Source: sqlite.org/fileformat.html, section 1.3: byte 18.
 */
export function writeVersion(file: string): number | null {
  const head = headOf(file);
  return head !== null && (isOpenHead(head) || isSealedHead(head)) ? (head[18] ?? null) : null;
}

const headBytes = 100;

/** Returns the first bytes of a file: none if the file is absent, null if it cannot be read. */
function headOf(file: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? Buffer.alloc(0) : null;
  }
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(descriptor, head, 0, headBytes, 0));
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

/** Returns true for the head of a SQLite file that is not encrypted. Source: sqlite.org/fileformat.html, section 1.3: the first 16 bytes. */
function isOpenHead(head: Buffer): boolean {
  return head.length === headBytes && head.toString('latin1', 0, 15) === 'SQLite format 3';
}

/**
 * Returns true for the head of a file that AEGIS-256 encrypts: bytes 16 to 23 of the header stay unencrypted and state that 64 bytes of each page are reserved
 * (a nonce and a tag of 32 bytes each) and the three constants 64, 32 and 32. Source: sqlite.org/fileformat.html, section 1.3;
 * utelle.github.io/SQLite3MultipleCiphers.
 */
function isSealedHead(head: Buffer): boolean {
  return head.length === headBytes && !isOpenHead(head) && head[20] === 64 && head[21] === 64 && head[22] === 32 && head[23] === 32;
}

let remembered: Uint8Array | null = null;

/**
 * Returns the key for temporary files of this process. The key is random and exists only in this process's memory, so nobody can read the files that a killed
 * process leaves behind.
 */
export function scratchKey(): Uint8Array {
  remembered ??= randomBytes(keyBytes);
  return remembered;
}
