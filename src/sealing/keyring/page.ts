import { createCipheriv, createDecipheriv } from 'node:crypto';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { bounded, limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { decodeBech32, encodeBech32 } from '../age/bech32.ts';

// docs/reference/keyring-format.md describes the bytes of a page.

/** Marks, in looked-up secrets, a file whose secret alone was destroyed. Pages do not contain this value. */
export const erasedSecret = '';

/** Secrets of the files of one recording: base name of the plain file (`original-1.wav`) -> age identity "AGE-SECRET-KEY-1…". */
export type FileSecrets = Readonly<Record<string, string>>;

/** Public part of a page. */
export interface PageHead {
  /** Id of the keyring. */
  readonly keyring: string;
  /** What the page belongs to, e.g. a bag. */
  readonly of: string;
  /** Names of files; cells refer to a name by its position. */
  readonly names: readonly string[];
  /** Each cell with its size in the page in bytes; 0: all of its secrets were erased. */
  readonly cells: readonly (readonly [cell: string, storedBytes: number])[];
}

/** A page whose head was decrypted; its cells are opened one by one. */
export interface OpenPage {
  readonly page: string;
  readonly generation: number;
  readonly head: PageHead;
  /** Returns the secrets of a cell; 'erased' if all of them were erased; null if there is no such cell. @throws PageDamage */
  secretsOf(cell: string): FileSecrets | 'erased' | null;
  /** Decrypts every cell and keeps nothing of it. @throws PageDamage */
  check(): void;
}

/** Reports a page that does not decrypt, because its bytes are not those that were written. The message contains no secret and names no file. */
export class PageDamage extends Error {}

const magic = Buffer.from('LPKEYPG1', 'latin1');
const fixedBytes = 32;
const identityPrefix = 'AGE-SECRET-KEY-';

/** AES-256-GCM (NIST SP 800-38D): sizes of keys, nonces and tags. */
export const keyBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;

/** Size of a secret in a cell: the position of its name, and the 32 bytes of the identity. */
const entryBytes = 2 + keyBytes;

/** Nonce of the head; the nonces of cells count from 0. The key of a page encrypts one page once, so no nonce is used twice with it. */
const headNonce = 0xffffffff;

/** Encrypts bytes with AES-256-GCM; the tag follows the ciphertext. */
export function sealGcm(key: Uint8Array, nonce: Uint8Array, additional: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(additional, 'utf8'));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts bytes that end with their tag; returns null if they were not encrypted with this key, nonce and additional data. */
export function openGcm(key: Uint8Array, nonce: Uint8Array, additional: string, stored: Uint8Array): Buffer | null {
  if (stored.length < tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(additional, 'utf8'));
  decipher.setAuthTag(stored.subarray(stored.length - tagBytes));
  const plain = decipher.update(stored.subarray(0, stored.length - tagBytes));
  try {
    decipher.final();
    return plain;
  } catch {
    // The tag is wrong; node:crypto has no other reason to fail here.
    plain.fill(0);
    return null;
  }
}

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUInt32BE(index, nonceBytes - 4);
  return nonce;
}

function additionalOf(page: string, generation: number, part: string): string {
  return `longplay-keyring-page-v1\n${page}\n${generation}\n${part}`;
}

/** Content of a page to be written. */
export interface PageContent {
  readonly page: string;
  readonly generation: number;
  readonly keyring: string;
  readonly of: string;
  readonly cells: ReadonlyMap<string, FileSecrets | 'erased'>;
}

/**
 * Encrypts a page.
 * @param key 32 random bytes that are never used to encrypt anything else
 * @throws RangeError if the page would have too many cells, names or bytes, or a secret is not an X25519 identity
 */
export function sealPage(key: Uint8Array, { page, generation, keyring, of, cells }: PageContent): Uint8Array {
  bounded(cells.size, limits.keyringCells, 'the number of cells of a page');
  const names = [...new Set([...cells.values()].flatMap((secrets) => (secrets === 'erased' ? [] : Object.keys(secrets))))].sort(byCodePoint);
  bounded(names.length, limits.keyringNames, 'the number of file names of a page');
  const places = new Map(names.map((name, place) => [name, place]));
  const sealed: Buffer[] = [];
  const listed: [string, number][] = [];
  for (const [cell, secrets] of [...cells].sort(([a], [b]) => byCodePoint(a, b))) {
    const entries = secrets === 'erased' ? [] : Object.entries(secrets);
    if (secrets === 'erased') {
      listed.push([cell, 0]);
      continue;
    }
    if (entries.length === 0) throw new RangeError('a cell of a page has no secret');
    const plain = Buffer.alloc(entries.length * entryBytes);
    let at = 0;
    for (const [name, secret] of entries.sort(([a], [b]) => byCodePoint(a, b))) {
      plain.writeUInt16BE(places.get(name) ?? 0, at);
      plain.set(secretBytes(secret), at + 2);
      at += entryBytes;
    }
    const stored = sealGcm(key, nonceOf(listed.length), additionalOf(page, generation, `cell\n${cell}`), plain);
    plain.fill(0);
    sealed.push(stored);
    listed.push([cell, stored.length]);
  }
  const head: PageHead = { keyring, of, names, cells: listed };
  const sealedHead = sealGcm(key, nonceOf(headNonce), additionalOf(page, generation, 'head'), Buffer.from(canonicalJson(head), 'utf8'));
  const fixed = Buffer.alloc(fixedBytes);
  fixed.set(magic, 0);
  fixed.set(Buffer.from(page, 'hex'), 8);
  fixed.writeUInt32BE(generation, 24);
  fixed.writeUInt32BE(sealedHead.length, 28);
  const bytes = Buffer.concat([fixed, sealedHead, ...sealed]);
  bounded(bytes.length, limits.keyringPageBytes, 'the size of a page');
  return bytes;
}

/** Checks what is in clear in a page: its magic, id, generation and the size of its head. Needs no key. @returns the end of the head @throws PageDamage */
export function checkFrame(page: string, generation: number, bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < fixedBytes || !view.subarray(0, 8).equals(magic)) throw new PageDamage('it does not begin like a page');
  if (view.toString('hex', 8, 24) !== page || view.readUInt32BE(24) !== generation)
    throw new PageDamage('it is another page, or another generation of the page');
  const headEnd = fixedBytes + view.readUInt32BE(28);
  if (headEnd > view.length) throw new PageDamage('its head is cut short');
  return headEnd;
}

/** Decrypts the head of a page. Keeps the key and the bytes. @throws PageDamage */
export function openPage(key: Uint8Array, page: string, generation: number, bytes: Uint8Array): OpenPage {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const headEnd = checkFrame(page, generation, bytes);
  const plain = openGcm(key, nonceOf(headNonce), additionalOf(page, generation, 'head'), view.subarray(fixedBytes, headEnd));
  if (plain === null) throw new PageDamage('its head does not decrypt');
  // The text is authenticated: longplay has written it.
  const head = JSON.parse(plain.toString('utf8')) as PageHead;
  const places = new Map<string, { readonly index: number; readonly start: number; readonly end: number }>();
  let start = headEnd;
  for (const [index, [cell, storedBytes]] of head.cells.entries()) {
    places.set(cell, { index, start, end: start + storedBytes });
    start += storedBytes;
  }
  const plainOf = (cell: string): Buffer | 'erased' | null => {
    const place = places.get(cell);
    if (place === undefined) return null;
    if (place.start === place.end) return 'erased';
    const opened = openGcm(key, nonceOf(place.index), additionalOf(page, generation, `cell\n${cell}`), view.subarray(place.start, place.end));
    if (opened === null) throw new PageDamage('a cell does not decrypt');
    return opened;
  };
  return {
    page,
    generation,
    head,
    check: () => {
      for (const cell of places.keys()) {
        const opened = plainOf(cell);
        if (opened !== null && opened !== 'erased') opened.fill(0);
      }
    },
    secretsOf: (cell) => {
      const opened = plainOf(cell);
      if (opened === null || opened === 'erased') return opened;
      const secrets: Record<string, string> = {};
      for (let at = 0; at < opened.length; at += entryBytes) {
        const name = head.names[opened.readUInt16BE(at)];
        if (name !== undefined) secrets[name] = encodeBech32(identityPrefix, opened.subarray(at + 2, at + entryBytes));
      }
      opened.fill(0);
      return secrets;
    },
  };
}

/** Returns the complete content of a page. @throws PageDamage */
export function contentOf(opened: OpenPage): PageContent {
  const { page, generation, head } = opened;
  const cells = new Map(head.cells.map(([cell]) => [cell, opened.secretsOf(cell) ?? ('erased' as const)]));
  return { page, generation, keyring: head.keyring, of: head.of, cells };
}

function secretBytes(secret: string): Uint8Array {
  const decoded = decodeBech32(secret);
  // No message contains the text: it is a secret.
  if (decoded?.prefix !== identityPrefix || decoded.bytes.length !== keyBytes)
    throw new RangeError('a secret of a page is not an X25519 identity of age');
  return decoded.bytes;
}
