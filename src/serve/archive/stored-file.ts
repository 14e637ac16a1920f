import { createHash } from 'node:crypto';
import { closeSync, fstatSync, read } from 'node:fs';
import { openRegular } from '../../archive/files/hash-file.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { alreadyOpusReason, type RecordingDocument, type StoredFile } from '../../core/model/recording-document.ts';
import { AgeError } from '../../sealing/age/age-error.ts';
import { openAge } from '../../sealing/age/open.ts';
import { x25519Identity } from '../../sealing/age/x25519.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { Right } from '../accounts/account.ts';
import { proofName } from '../accounts/routes.ts';

/** A file of a recording that may be requested by name. */
export interface OfferedFile {
  readonly name: string;
  /** Bag that contains the file; absent: the bag of the document. */
  readonly bag?: string;
  /** Size and digest of the unencrypted bytes. */
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Facts about the stored file if it is sealed. */
  readonly sealed?: StoredFile['sealed'];
  /** Present if the file was erased by itself from an open bag, so that it no longer exists. */
  readonly erased?: StoredFile['erased'];
  /** Right that is needed to play the file. Downloading always needs `export`. */
  readonly right: Right;
}

/**
 * Returns the files that a document names, by name. No other file in the folder is ever opened. Copies are played; an original is played only if it has no
 * copy.
 */
export function offeredFiles(document: RecordingDocument): ReadonlyMap<string, OfferedFile> {
  const files = new Map<string, OfferedFile>();
  const offer = ({ path, bag, sizeBytes, sha256, sealed, erased }: StoredFile, right: Right): void => {
    const more = { ...(bag === undefined ? {} : { bag }), ...(sealed === undefined ? {} : { sealed }), ...(erased === undefined ? {} : { erased }) };
    if (/^[a-z0-9][a-z0-9.-]{0,119}$/.test(path) && !files.has(path)) files.set(path, { name: path, sizeBytes, sha256, ...more, right });
  };
  for (const { access, accessReason, original } of document.media) {
    if (access !== null) offer(access, 'listen');
    offer(original, access === null && accessReason === alreadyOpusReason ? 'listen' : 'export');
  }
  if (document.joined !== null) offer(document.joined, 'listen');
  for (const source of document.sources) offer(source, 'export');
  return files;
}

/** Name of the document of a recording. */
export const documentName = 'recording.json';

/** Returns true if a name is that of an original or a copy; false for the document, rows (`source-1.xml`, `table-1.csv`) and a proof. */
export function isSoundName(name: string): boolean {
  return name !== documentName && name !== proofName && !name.startsWith('source-') && !name.startsWith('table-');
}

/** Returns the document itself as a file. Only the bag's manifests contain its digest, so the state that was just read as a document counts. */
export function offeredDocument(folder: string, secretsOf: SecretsOf): OfferedFile {
  const { plain, stored } = readDocumentBytes(folder, secretsOf);
  const sealed = secretsOf(folder) === null ? {} : { sealed: { sizeBytes: stored.length, sha256: sha256Hex(stored), sha512: '' } };
  return { name: documentName, sizeBytes: plain.length, sha256: sha256Hex(plain), ...sealed, right: 'listen' };
}

const mediaTypes: Readonly<Record<string, string>> = {
  opus: 'audio/ogg; codecs=opus',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  json: 'application/json',
};

/** Returns the media type for a browser. Because of `nosniff`, a file of unknown type is shown as bytes and never as a page. */
export function mediaType(name: string): string {
  return mediaTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

/** The unencrypted bytes of an open file. */
export interface PlainFile {
  /**
   * Yields the bytes in pieces.
   * @param check true: holds back the last piece until the digest is verified; for whole files only
   * @throws LongplayError P171, K202
   */
  bytes(start: number, end: number, check: boolean): AsyncGenerator<Uint8Array>;
}

/** An open stored file. Comparing it with the archived one needs no key. */
export interface OpenedFile {
  /** Opens its unencrypted content. @param secret age identity of the file; null: it is not sealed @throws LongplayError K202 */
  plain(secret: string | null): Promise<PlainFile>;
  /** Reads the whole stored file. Returns true if its digest is the archived one. */
  isAsLanded(): Promise<boolean>;
  /** Path, size and times of the file; equal as long as the file is unchanged. */
  readonly state: string;
  close(): void;
}

const pieceBytes = 64 * 1024;
/** Number of bytes that are hashed at once: about one millisecond in which no other request is answered. */
const checkedPieceBytes = 512 * 1024;

/** Why a file cannot be served. */
export interface NotOpened {
  /** `unreachable`: the archive is not available, e.g. because its disk is not mounted, and nothing is known about the file. */
  readonly is: 'lost' | 'altered' | 'unreadable' | 'unreachable';
  readonly why: string;
}

/** Opens a file; or returns why it cannot be served: it is missing, has another size, or cannot be read. */
export function openStored(path: string, file: OfferedFile): OpenedFile | NotOpened {
  const stored = file.sealed ?? file;
  let descriptor: number;
  try {
    descriptor = openRegular(path);
  } catch (error) {
    const code = systemCode(error);
    return { is: code === 'ENOENT' || code === 'ENOTDIR' ? 'lost' : 'unreadable', why: code ?? errorText(error) };
  }
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  const { size, dev, ino, mtimeNs, ctimeNs } = fstatSync(descriptor, { bigint: true });
  if (size !== BigInt(stored.sizeBytes)) {
    close();
    return { is: 'altered', why: agree`it has ${size} byte[s] instead of ${stored.sizeBytes}` };
  }
  const isAsLanded = async (): Promise<boolean> => {
    const hash = createHash('sha256');
    for (let at = 0; at < stored.sizeBytes; ) {
      const piece = await readPiece(descriptor, path, at, Math.min(checkedPieceBytes, stored.sizeBytes - at));
      at += piece.length;
      hash.update(piece);
    }
    return hash.digest('hex') === stored.sha256;
  };
  const plain: OpenedFile['plain'] = async (secret) => {
    const read =
      file.sealed === undefined || secret === null
        ? (at: number, length: number) => readPiece(descriptor, path, at, length)
        : await sealedReader(descriptor, path, stored.sizeBytes, secret);
    return { bytes: (start, end, check) => checkedPieces(read, path, { start, end, sha256: check ? file.sha256 : null }) };
  };
  return { plain, isAsLanded, state: [dev, ino, size, mtimeNs, ctimeNs].join(' '), close };
}

/** Reads at least one and at most `length` unencrypted bytes from an offset. */
type ReadPlain = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Yields a range in pieces.
 * @param range `sha256`: digest to verify before the last piece is yielded, if the range is the whole file; null: nothing is verified
 * @throws LongplayError P171
 */
async function* checkedPieces(
  read: ReadPlain,
  path: string,
  { start, end, sha256 }: { readonly start: number; readonly end: number; readonly sha256: string | null },
): AsyncGenerator<Uint8Array> {
  const hash = sha256 === null ? null : createHash('sha256');
  for (let at = start; at < end; ) {
    const piece = await read(at, Math.min(pieceBytes, end - at));
    at += piece.length;
    hash?.update(piece);
    // If the last piece is missing, the client notices that a file of announced length is incomplete.
    if (at >= end && hash !== null && hash.digest('hex') !== sha256) throw notAsLanded(path, 'its bytes are not those that were archived');
    yield piece;
  }
}

/** Opens a sealed file. Its header and last chunk are read and checked at once, all other chunks when they are needed. @throws LongplayError K202 */
async function sealedReader(descriptor: number, path: string, size: number, secret: string): Promise<ReadPlain> {
  const whole = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = Buffer.alloc(Math.min(length, size - offset));
    for (let at = 0; at < bytes.length; ) {
      const piece = await readPiece(descriptor, path, offset + at, bytes.length - at);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  };
  const stream = async function* (start: number, end: number): AsyncGenerator<Uint8Array> {
    yield await whole(start, end - start);
  };
  const opening = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AgeError)) throw error;
      throw new LongplayError('incomplete', 'K202', `${path} does not open: ${error.message}`, 'run: longplay verify ARCHIVE', error);
    }
  };
  const reader = await opening(openAge({ name: path, size, read: whole, stream }, [x25519Identity(secret)]));
  return async (offset, length) => {
    const bytes = await opening(reader.read(offset, length));
    if (bytes.length === 0) throw notAsLanded(path, 'it is shorter than its recorded size');
    return bytes;
  };
}

function readPiece(descriptor: number, path: string, position: number, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    read(descriptor, Buffer.allocUnsafe(length), 0, length, position, (error, count, buffer) => {
      if (error !== null) reject(error);
      else if (count === 0) reject(notAsLanded(path, 'it is shorter than its recorded size'));
      else resolve(buffer.subarray(0, count));
    });
  });
}

function notAsLanded(path: string, what: string): LongplayError {
  return new LongplayError('incomplete', 'P171', `${path} was not sent completely: ${what}`, 'run: longplay verify ARCHIVE');
}
