import { type PublicDocument, parsePublicJson, publicName } from '../../archive/documents/public-json.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { limits } from '../../core/base/limits.ts';
import { type RecordingDocument, sealedEnding } from '../../core/model/recording-document.ts';
import { AgeError } from '../../sealing/age/age-error.ts';
import { openAgeBytes } from '../../sealing/age/open-now.ts';
import { x25519Identity } from '../../sealing/age/x25519.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';

/** What a recording's folder says of its files: its document, or, for a sealed recording without a key, its public document. */
export type Stated = { readonly of: 'document'; readonly document: RecordingDocument } | { readonly of: 'public'; readonly document: PublicDocument };

/** A file that describes the others of its folder, before it is parsed. */
export interface StatingFile {
  readonly of: Stated['of'];
  /** Secret of a sealed document; null: the document is open. */
  readonly secret: string | null;
}

/** Most bytes of such a file. Sealing adds 184 bytes, and 16 per 64 KiB. */
export const statingFileBytes: number = limits.recordingJsonBytes + 64 * 1024;

const documentName = 'recording.json';

/** Stored name of the document of a sealed recording. */
export const sealedDocumentName: string = documentName + sealedEnding;

/**
 * Returns how a file of a recording's folder is to be parsed if it describes the others; null for any other file.
 * @param secrets secrets of a sealed recording; absent: it is not opened
 */
export function statingFile(name: string, secrets: FileSecrets | undefined): StatingFile | null {
  if (name === documentName) return { of: 'document', secret: null };
  const secret = secrets?.[documentName];
  if (secret === undefined) return name === publicName ? { of: 'public', secret: null } : null;
  return name === sealedDocumentName ? { of: 'document', secret } : null;
}

/**
 * Returns how the document of a sealed recording is to be parsed if it is opened beside the public document; null for any other file.
 * @param secret secret of the document; absent: it is not opened
 */
export function describingFile(name: string, secret: string | undefined): StatingFile | null {
  return secret !== undefined && name === sealedDocumentName ? { of: 'document', secret } : null;
}

/** Returns which of these names is the file that describes the others of its folder; null if none is. */
export function statingName(names: readonly string[], secrets: FileSecrets | undefined): string | null {
  return names.find((name) => statingFile(name, secrets) !== null) ?? null;
}

/** Parses such a file. On failure `stated` is null and `problems` has the first problem in words. */
export function parseStated(
  { of, secret }: StatingFile,
  bytes: Uint8Array,
): { readonly stated: Stated | null; readonly problems: readonly string[] } {
  if (of === 'public') {
    const { document, problems } = parsePublicJson(bytes);
    return { stated: document === null ? null : { of, document }, problems };
  }
  let plain = bytes;
  if (secret !== null) {
    try {
      plain = openAgeBytes(bytes, x25519Identity(secret));
    } catch (error) {
      if (!(error instanceof AgeError)) throw error;
      return { stated: null, problems: [`it does not open: ${error.message}`] };
    }
  }
  const { document, problems } = parseRecordingJson(plain);
  return { stated: document === null ? null : { of, document }, problems };
}
