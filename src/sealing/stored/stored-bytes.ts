import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { commitmentOf, parsePublicJson, publicName } from '../../archive/documents/public-json.ts';
import { type Placed, storedPath } from '../../archive/documents/stored-path.ts';
import { openRegular } from '../../archive/files/hash-file.ts';
import { blockingPieces } from '../../core/base/blocking-pieces.ts';
import type { BlockingBytes } from '../../core/base/bytes.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { AgeError } from '../age/age-error.ts';
import { openAgeBytes, openAgeNow } from '../age/open-now.ts';
import { secretBytes, x25519Identity } from '../age/x25519.ts';
import { erasedSecret } from '../keyring/page.ts';
import { keyringSecrets, type SecretsOf } from './secrets-of.ts';

/** Most bytes that sealing adds to a file of the size of a document. */
const overheadBytes = 64 * 1024;

/** A small stored file that was read completely. */
export interface ReadFile {
  /** Content before sealing. */
  readonly plain: Buffer;
  /** Bytes as stored in the bag, to which the digests in manifests and log refer. The same as `plain` for an open file. */
  readonly stored: Buffer;
}

/**
 * Reads a small file of a recording, sealed or not.
 * @param folder folder of the recording, `…/bags/<year>/<bag>/data/<recordingId>`
 * @param most largest size in bytes of the plain file
 * @throws as `readTagFile`; LongplayError K202 if the file does not decrypt, K203, K204
 */
export function readStored(folder: string, file: Placed, most: number, secretsOf: SecretsOf = keyringSecrets): ReadFile {
  const path = storedPath(folder, file);
  refuseErased(folder, file);
  if (file.sealed === undefined) {
    const plain = readTagFile(path, most);
    return { plain, stored: plain };
  }
  // The file is read before its secret is looked up: for an absent file the keyring has no secret either.
  const stored = readTagFile(path, most + overheadBytes);
  const secret = secretFor(path, file.path, secretsOf);
  return { plain: opening(path, ownerOf(path), () => Buffer.from(openAgeBytes(stored, x25519Identity(secret)))), stored };
}

/**
 * Reads a small file by its name in the folder of a recording or of a kept table. The file is sealed if its bag is.
 * @param name name of the plain file
 * @throws as `readStored`
 */
export function readNamed(folder: string, name: string, most: number, secretsOf: SecretsOf = keyringSecrets): ReadFile {
  return readStored(folder, namedIn(folder, name, secretsOf), most, secretsOf);
}

/** Opens a file by its name, where `readNamed` would read it. The caller closes it. @throws as `openStoredFile` */
export function openNamed(folder: string, name: string, secretsOf: SecretsOf = keyringSecrets): OpenedFile {
  return openStoredFile(folder, namedIn(folder, name, secretsOf), secretsOf);
}

function namedIn(folder: string, path: string, secretsOf: SecretsOf): Placed {
  return secretsOf(folder) === null ? { path } : { path, sealed: unknownSize };
}

/** The document of a recording, and the file whose digest the log has. */
export interface ReadDocument extends ReadFile {
  /** Leaf of the recording in the tree of its bag: the document itself or, for a sealed recording, `public.json`. */
  readonly leaf: { readonly name: 'recording.json' | 'public.json'; readonly bytes: Buffer };
}

/**
 * Reads `recording.json`. For a sealed bag, decrypts it and compares it with the commitment in `public.json`, so that what the log says of `public.json` holds
 * for the document.
 * @throws as `readStored`; LongplayError K202 if the document does not match the commitment in `public.json`
 */
export function readDocumentBytes(folder: string, secretsOf: SecretsOf = keyringSecrets): ReadDocument {
  const secrets = secretsOf(folder);
  const name = 'recording.json';
  const read = readNamed(folder, name, limits.recordingJsonBytes, () => secrets);
  if (secrets === null) return { ...read, leaf: { name, bytes: read.stored } };
  const bytes = readTagFile(join(folder, publicName), limits.recordingJsonBytes);
  const stated = parsePublicJson(bytes).document?.files.find(({ path }) => path === name + sealedEnding)?.commitment;
  const key = secrets[publicName];
  if (key === undefined || stated !== commitmentOf(sha256Hex(read.plain), secretBytes(key)))
    throw isNotOpened(join(folder, name + sealedEnding), `recording ${basename(folder)}`, `it is not the document that ${publicName} commits to`);
  return { ...read, leaf: { name: 'public.json', bytes } };
}

/** Passed for a sealed file whose digests are not needed. */
const unknownSize = { sizeBytes: 0, sha256: '', sha512: '' };

/** A stored file, opened for random access to its plain bytes. */
export interface OpenedFile extends BlockingBytes {
  close(): void;
}

/**
 * Opens a file of a recording, sealed or not. The caller closes it.
 * @throws the system's error; ENOTFILE if it is not a regular file; LongplayError K202 to K204
 */
export function openStoredFile(folder: string, file: Placed, secretsOf: SecretsOf = keyringSecrets): OpenedFile {
  const path = storedPath(folder, file);
  refuseErased(folder, file);
  return openBy(path, file.sealed === undefined ? null : () => secretFor(path, file.path, secretsOf));
}

/**
 * Yields the plain bytes of a file in order. Opens the file when the first piece is requested and closes it at the end. Each piece has its own memory, because
 * a pipe may still hold the previous one.
 * @throws as its reader; Error EAGAIN if the file becomes shorter
 */
export function* piecesOf(open: () => OpenedFile): Generator<Buffer> {
  const opened = open();
  try {
    yield* blockingPieces(opened, 0, opened.size);
  } finally {
    opened.close();
  }
}

/** Opens bytes in memory as a file. */
export function openBytes(bytes: Uint8Array): OpenedFile {
  const readInto = (target: Uint8Array, offset: number): number => {
    const piece = bytes.subarray(offset, offset + target.length);
    target.set(piece);
    return piece.length;
  };
  return { size: bytes.length, readInto, close: () => undefined };
}

/**
 * Opens a file by its path.
 * @param secret age identity of the file; null: the file is in clear
 * @param what name of the file in messages, e.g. "the report of an import"
 */
export function openFile(path: string, secret: string | null, what = ''): OpenedFile {
  return openBy(path, secret === null ? null : () => secret, what);
}

function openBy(path: string, secret: (() => string) | null, what = ownerOf(path)): OpenedFile {
  const descriptor = openRegular(path);
  const close = (): void => closeSync(descriptor);
  const read = (target: Uint8Array, offset: number): number => {
    let done = 0;
    for (let count = 1; count > 0 && done < target.length; done += count)
      count = readSync(descriptor, target, done, target.length - done, offset + done);
    return done;
  };
  try {
    const { size } = fstatSync(descriptor);
    if (secret === null) return { size, readInto: read, close };
    const stored = {
      size,
      read: (offset: number, length: number) => {
        const bytes = Buffer.alloc(length);
        return bytes.subarray(0, read(bytes, offset));
      },
    };
    const plain = opening(path, what, () => openAgeNow(stored, x25519Identity(secret())));
    return { size: plain.size, readInto: (target, offset) => opening(path, what, () => plain.readInto(target, offset)), close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Returns the secret of a file.
 * @param path path of the stored file, in the folder of its recording
 * @param name name of the plain file
 * @throws LongplayError K204: the file was erased alone; K203; as `secretsOf`
 */
export function secretFor(path: string, name: string, secretsOf: SecretsOf = keyringSecrets): string {
  const folder = dirname(path);
  const secret = secretsOf(folder)?.[name];
  if (secret === erasedSecret) throw erasedAlone(`${name} of recording ${basename(folder)} was erased: its secret was destroyed`);
  if (secret !== undefined) return secret;
  throw new LongplayError(
    'incomplete',
    'K203',
    `the keyring has no secret of ${name}${sealedEnding} of recording ${basename(folder)}`,
    'synchronise its copies with `longplay keyring sync`, then run again',
  );
}

/** Refuses an open file that was erased alone. @throws LongplayError K204 */
function refuseErased(folder: string, { path, erased }: Placed): void {
  if (erased !== undefined) throw erasedAlone(`${path} of recording ${basename(folder)} was erased on ${erased.on} on request ${erased.request}`);
}

function erasedAlone(message: string): LongplayError {
  return new LongplayError('incomplete', 'K204', message, 'longplay show prints when, and on which request');
}

/**
 * Returns true for a file that was erased alone: an open file whose document says so, or a sealed file whose secret alone was destroyed.
 * @param folder folder of its recording
 * @throws as `secretsOf`
 */
export function isErasedAlone(folder: string, file: Placed, secretsOf: SecretsOf = keyringSecrets): boolean {
  if (file.erased !== undefined) return true;
  return file.sealed !== undefined && secretsOf(dirname(storedPath(folder, file)))?.[file.path] === erasedSecret;
}

function ownerOf(path: string): string {
  return `recording ${basename(dirname(path))}`;
}

function opening<Result>(path: string, what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw isNotOpened(path, what, `it does not open: ${error.message}`, error);
  }
}

function isNotOpened(path: string, what: string, why: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'K202',
    `${basename(path)}${what === '' ? '' : ` of ${what}`}: ${why}`,
    'run: longplay verify ARCHIVE',
    cause,
  );
}
