import { createHash } from 'node:crypto';
import { closeSync, fstatSync, read } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { openRegular } from '../../archive/files/hash-file.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { openAlready, type RecordingDocument, type StoredFile } from '../../core/model/recording-document.ts';
import type { Right } from '../accounts/account.ts';
import { proofName } from '../accounts/routes.ts';

/** A file of a recording that may be asked for by its name. */
export interface OfferedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What a role must have to hear it. To take it along, `export` is needed, whatever it is. */
  readonly right: Right;
}

/**
 * The files that a document names, by name: nothing else of the folder is ever opened. Copies are heard; an original is where it is its own copy.
 */
export function offeredFiles(document: RecordingDocument): ReadonlyMap<string, OfferedFile> {
  const files = new Map<string, OfferedFile>();
  const offer = ({ path, sizeBytes, sha256 }: StoredFile, right: Right): void => {
    if (/^[a-z0-9][a-z0-9.-]{0,119}$/.test(path) && !files.has(path)) files.set(path, { name: path, sizeBytes, sha256, right });
  };
  for (const { access, accessReason, original } of document.media) {
    if (access !== null) offer(access, 'listen');
    offer(original, access === null && accessReason === openAlready ? 'listen' : 'export');
  }
  if (document.joined !== null) offer(document.joined, 'listen');
  for (const source of document.sources) offer(source, 'export');
  return files;
}

/** The document of a recording. */
export const documentName = 'recording.json';

/** True for an original or a copy of one, false for the document, a row of the recorder (`source-1.xml`) and a proof, by its name in a bag. */
export function isSoundName(name: string): boolean {
  return name !== documentName && name !== proofName && !name.startsWith('source-');
}

/** The document itself, whose digest stands in the manifests of its bag alone: as it lies there now, which was read as a document a moment ago. */
export function offeredDocument(folder: string): OfferedFile {
  const bytes = readTagFile(join(folder, documentName), limits.recordingJsonBytes);
  return { name: documentName, sizeBytes: bytes.length, sha256: sha256Hex(bytes), right: 'listen' };
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

/** What a browser is told of a file; with `nosniff`, anything unknown is bytes and never a page. */
export function mediaType(name: string): string {
  return mediaTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

/** An open file whose bytes are given once. */
export interface OpenedFile {
  /** In pieces. @param check hold back the end of it until the digest of all is right; only of a whole file. @throws LongplayError P171 */
  bytes(start: number, end: number, check: boolean): AsyncGenerator<Uint8Array>;
  /** Reads all of it. True where its digest is the one that landed. */
  isAsLanded(): Promise<boolean>;
  /** Place, size and times of the file: equal where it was not changed. */
  readonly state: string;
  close(): void;
}

const pieceBytes = 64 * 1024;
/** Hashed at once: a millisecond in which nobody else is answered. */
const checkedPieceBytes = 512 * 1024;

/** Why a file cannot be handed out. */
export interface NotOpened {
  /** `unreachable`: the archive is away, e.g. its disk; nothing is known of the file. */
  readonly is: 'lost' | 'altered' | 'unreadable' | 'unreachable';
  readonly why: string;
}

/** Opens one; or says why it cannot be handed out: gone, of another size, unreadable. */
export function openStored(path: string, { sizeBytes, sha256 }: OfferedFile): OpenedFile | NotOpened {
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
  if (size !== BigInt(sizeBytes)) {
    close();
    return { is: 'altered', why: `it has ${size} bytes instead of ${sizeBytes}` };
  }
  const bytes: OpenedFile['bytes'] = async function* (start, end, check) {
    const hash = check ? createHash('sha256') : null;
    for (let at = start; at < end; ) {
      const piece = await readPiece(descriptor, path, at, Math.min(pieceBytes, end - at));
      at += piece.length;
      hash?.update(piece);
      // Without its last piece a file of announced length is no file to the other side.
      if (at >= end && hash !== null && hash.digest('hex') !== sha256) throw notAsLanded(path, 'its bytes are not those that landed');
      yield piece;
    }
  };
  const isAsLanded = async (): Promise<boolean> => {
    const hash = createHash('sha256');
    for (let at = 0; at < sizeBytes; ) {
      const piece = await readPiece(descriptor, path, at, Math.min(checkedPieceBytes, sizeBytes - at));
      at += piece.length;
      hash.update(piece);
    }
    return hash.digest('hex') === sha256;
  };
  return { bytes, isAsLanded, state: [dev, ino, size, mtimeNs, ctimeNs].join(' '), close };
}

function readPiece(descriptor: number, path: string, position: number, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    read(descriptor, Buffer.allocUnsafe(length), 0, length, position, (error, count, buffer) => {
      if (error !== null) reject(error);
      else if (count === 0) reject(notAsLanded(path, 'it ends before its length'));
      else resolve(buffer.subarray(0, count));
    });
  });
}

function notAsLanded(path: string, what: string): LongplayError {
  return new LongplayError('incomplete', 'P171', `${path} was not handed out whole: ${what}`, 'run: longplay verify ARCHIVE');
}
