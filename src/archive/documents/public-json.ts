import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type RecordingDocument, revisionOf, type StoredFile, storedFilesOf } from '../../core/model/recording-document.ts';
import { storedName } from './stored-path.ts';

/** Name of the unencrypted file beside the files of a sealed recording. */
export const publicName = 'public.json';

/**
 * The part of a sealed recording that anybody may read: the facts that fixity checks need, and nothing about the call. For each file in this bag it has a
 * commitment to the unencrypted bytes: the HMAC-SHA-256 of their SHA-256 digest under the recording's commitment key. Nobody can confirm a guess with a
 * commitment, but a file that is handed out can be proved by also handing out the key.
 */
export interface PublicDocument {
  readonly format: 'longplay-public';
  readonly version: 1;
  readonly recordingId: string;
  readonly revision: number;
  /** Match status of rows and audio. */
  readonly status: string;
  /** Formats of the originals, sorted. Media of unknown format are left out. */
  readonly formats: readonly string[];
  /** Stored files beside this one, by name, each with the digest of its stored bytes. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string; readonly commitment: string }[];
}

/**
 * Returns the bytes of `public.json`.
 * @param json the sealed `recording.json` @param commitmentKey 32 bytes
 */
export function writePublicJson(document: RecordingDocument, json: StoredFile, commitmentKey: Uint8Array): Uint8Array {
  const files = [...storedFilesOf(document).filter(({ bag, erased }) => bag === undefined && erased === undefined), json].map((file) => ({
    path: storedName(file),
    sizeBytes: (file.sealed ?? file).sizeBytes,
    sha256: (file.sealed ?? file).sha256,
    commitment: commitmentOf(file.sha256, commitmentKey),
  }));
  const stated: PublicDocument = {
    format: 'longplay-public',
    version: 1,
    recordingId: document.recordingId,
    revision: revisionOf(document),
    status: document.recording.reconciliation.status,
    formats: [...new Set(document.media.flatMap(({ format }) => format ?? []))].sort(byCodePoint),
    files: files.sort((a, b) => byCodePoint(a.path, b.path)),
  };
  return Buffer.from(`${canonicalJson(stated, 2)}\n`, 'utf8');
}

/** Returns the commitment to a file. @param sha256 digest of the unencrypted bytes, in hexadecimal @param key 32 bytes */
export function commitmentOf(sha256: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(Buffer.from(sha256, 'hex')).digest('hex');
}

/**
 * Name of the file with a commitment key that is handed out beside `public.json`. With the key, unencrypted files can be compared with the commitments, but
 * nothing can be decrypted.
 */
export const commitmentKeyName = 'commitment-key.txt';

/** Returns a commitment key in the form in which it is handed out. @param key 32 bytes */
export function commitmentKeyText(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

/** Returns the commitment key in a text; null if there is none. */
export function commitmentKeyIn(text: string): Uint8Array | null {
  const [digits] = /^[0-9a-f]{64}(?=\n?$)/.exec(text) ?? [];
  return digits === undefined ? null : Buffer.from(digits, 'hex');
}

/** Parses `public.json`. On failure `document` is null and `problems` describes the first problem. Never throws. */
export function parsePublicJson(bytes: Uint8Array): { readonly document: PublicDocument | null; readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { document: null, problems: ['it is not JSON in UTF-8'] };
  }
  return isPublicDocument(value)
    ? { document: value, problems: [] }
    : { document: null, problems: ['it does not have the members of a public.json'] };
}

function isPublicDocument(value: unknown): value is PublicDocument {
  const document = objectOf(value);
  const files: unknown = document?.files;
  return (
    document?.format === 'longplay-public' &&
    document.version === 1 &&
    typeof document.recordingId === 'string' &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(document.recordingId) &&
    Number.isSafeInteger(document.revision) &&
    typeof document.status === 'string' &&
    Array.isArray(document.formats) &&
    document.formats.every((format) => typeof format === 'string') &&
    Array.isArray(files) &&
    files.every(isPublicFile)
  );
}

function isPublicFile(value: unknown): boolean {
  const file = objectOf(value);
  return (
    typeof file?.path === 'string' &&
    /^[a-z0-9][a-z0-9.-]{0,119}$/.test(file.path) &&
    Number.isSafeInteger(file.sizeBytes) &&
    isDigest(file.sha256) &&
    isDigest(file.commitment)
  );
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  // An object, its members unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
}
