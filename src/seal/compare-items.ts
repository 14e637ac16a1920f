import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../archive/bag/tag-file.ts';
import { parseRecordingJson } from '../archive/documents/recording-json.ts';
import { canonicalJson } from '../core/base/canonical-json.ts';
import { LongplayError } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import { type RecordingDocument, type StoredFile, sealedEnding } from '../core/model/recording-document.ts';
import type { FileSecrets } from '../sealing/keyring/page.ts';
import type { SecretsOf } from '../sealing/stored/secrets-of.ts';
import { openFile, openNamed, piecesOf, readDocumentBytes } from '../sealing/stored/stored-bytes.ts';
import { withFiles } from './seal-items.ts';

/** Items of one bag that are compared one after another. */
export interface ItemsToCompare {
  /** Absolute path of the open bag. */
  readonly bag: string;
  /** Absolute path of the draft of the sealed bag. */
  readonly draft: string;
  /** Items by name, with their secrets as the keyring has them now, not as they were made. */
  readonly items: readonly (readonly [name: string, secrets: FileSecrets])[];
}

/**
 * Opens every file of items of a sealed draft and compares it with the open bag, byte for byte. A description is compared without the parts that sealing adds.
 * @throws LongplayError A107 if one differs
 */
export function compareItems({ bag, draft, items }: ItemsToCompare, signal: AbortSignal): void {
  for (const [item, secrets] of items) {
    const [from, sealed] = [join(bag, 'data', item), join(draft, 'data', item)];
    for (const name of readdirSync(from)) {
      signal.throwIfAborted();
      if (!(name === 'recording.json' ? isSameDocument(from, sealed, () => secrets) : isSameFile(join(from, name), sealed, name, () => secrets)))
        throw new LongplayError(
          'incomplete',
          'A107',
          `${join(sealed, name)}${sealedEnding} decrypts to bytes that differ from those that were sealed`,
          'check the disk and the memory, then run again; the open bag is unchanged',
        );
    }
  }
}

function isSameFile(path: string, sealed: string, name: string, secretsOf: SecretsOf): boolean {
  const plain = openFile(path, null);
  try {
    let at = 0;
    for (const piece of piecesOf(() => openNamed(sealed, name, secretsOf))) {
      const own = Buffer.alloc(piece.length);
      if (plain.readInto(own, at) !== piece.length || !own.equals(piece)) return false;
      at += piece.length;
    }
    return at === plain.size;
  } finally {
    plain.close();
  }
}

function isSameDocument(from: string, sealed: string, secretsOf: SecretsOf): boolean {
  const before = parseRecordingJson(readTagFile(join(from, 'recording.json'), limits.recordingJsonBytes)).document;
  const after = parseRecordingJson(readDocumentBytes(sealed, secretsOf).plain).document;
  if (before === null || after === null) return false;
  // The link of an amendment has the digest of the sealed description instead of that of the open one.
  const link = (amends: NonNullable<RecordingDocument['amends']>): NonNullable<RecordingDocument['amends']> => {
    const { sealed: _sealed, ...rest } = amends;
    return { ...rest, sha256: before.amends?.sha256 ?? '' };
  };
  const unsealed = <File extends StoredFile>({ sealed: _sealed, ...file }: File): File => file as unknown as File; // `sealed` is optional
  return canonicalJson(withFiles(after, unsealed, link)) === canonicalJson(before);
}
