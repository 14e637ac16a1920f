import { type CaseDocument, caseFileName } from '../../archive/documents/case-json.ts';
import { commitmentName, documentCell } from '../../archive/documents/case-secrets.ts';
import { commitmentKeyIn, commitmentKeyText, commitmentOf, parsePublicJson } from '../../archive/documents/public-json.ts';
import { parseSealedCase, type SealedCase } from '../../archive/documents/sealed-case.ts';
import { storedCaseBytes } from '../../archive/documents/stored-case.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { secretBytes } from '../../sealing/age/x25519.ts';
import { pageSecrets } from '../../sealing/stored/page-secrets.ts';
import type { Draft } from '../store/draft.ts';
import type { FoundCase } from '../store/open-case.ts';

// The log of a sealed archive contains digests of sealed files only, but a hand-over contains the decrypted files. To prove these, a hand-over also contains
// the files that the log knows (public.json of a recording, case.json of a case), which commit to the decrypted files, and the keys of these commitments, which
// decrypt nothing.

/** Path, in a hand-over, of the case.json of a sealed archive as the log knows it. */
export const sealedCasePath = 'data/sealed-case.json';
/** Path of the keys of its commitments: for `case.json` and for folders of messages. */
export const commitmentKeysPath = 'data/commitment-keys.json';

/**
 * Adds the files that prove case.json and the messages of a case of a sealed archive; adds nothing for an open archive.
 * @param given the part of the case that is handed over
 * @param isWhole false: case.json omits items, so that it cannot match its commitment
 */
export function writeSealedCase(draft: Draft, { document, stored }: FoundCase, given: CaseDocument, isWhole: boolean): void {
  if (stored.version === 1) return;
  const what = `case ${document.id}`;
  const keys: Record<string, string> = {};
  const add = (page: string, cell: string): void => {
    const key = keyIn(page, cell, what);
    if (key !== null) keys[cell] = key;
  };
  if (isWhole) add(stored.document.page, documentCell);
  for (const { set } of given.messages) {
    const held = stored.messages.find((one) => one.set === set);
    if (held !== undefined) add(held.page, `messages/${set}`);
  }
  draft.write(sealedCasePath, storedCaseBytes(stored));
  draft.write(commitmentKeysPath, `${canonicalJson(keys, 2)}\n`);
}

/** Returns the key of a commitment; null if the secrets were erased, so that nothing they protect is handed over. */
function keyIn(page: string, cell: string, what: string): string | null {
  try {
    const key = pageSecrets(page, cell, what)[commitmentName];
    return key === undefined ? null : commitmentKeyText(secretBytes(key));
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K204') return null;
    throw error;
  }
}

/** The commitments with which a hand-over of a sealed archive proves its case. */
export interface CommittedCase {
  /**
   * Returns true if a file of the case matches its commitment; null: that cannot be judged.
   * @param path `case.json`, or the path of an original file of messages
   */
  fits(path: string, sha256: string): boolean | null;
}

/** Parses the two files. @returns null if they do not have the expected form */
export function committedCase(sealedCase: unknown, keys: unknown): CommittedCase | null {
  const sealed = parseSealedCase(sealedCase);
  if (typeof sealed === 'string' || typeof keys !== 'object' || keys === null) return null;
  const given = new Map(Object.entries(keys).flatMap(([cell, text]) => (typeof text === 'string' ? [[cell, text] as const] : [])));
  return {
    fits: (path, sha256) => {
      const cell = path === caseFileName ? documentCell : path.split('/').slice(0, 2).join('/');
      const key = commitmentKeyIn(given.get(cell) ?? '');
      const commitment = commitmentIn(sealed, path);
      return key === null || commitment === null ? null : commitmentOf(sha256, key) === commitment;
    },
  };
}

function commitmentIn({ document, messages }: SealedCase, path: string): string | null {
  if (path === caseFileName) return document.file.commitment;
  // The original file is the first file of its set.
  return messages.find(({ set }) => path.startsWith(`messages/${set}/`))?.files[0]?.commitment ?? null;
}

/**
 * Returns the decrypted files of a recording that do not match the commitments in its `public.json`; null if `public.json` or the key does not have the
 * expected form.
 * @param files names and SHA-256 of the files in the hand-over
 */
export function filesUnlike(publicJson: Uint8Array, keyText: string | null, files: ReadonlyMap<string, string>): readonly string[] | null {
  const { document } = parsePublicJson(publicJson);
  const key = commitmentKeyIn(keyText ?? '');
  if (document === null || key === null) return null;
  const unlike: string[] = [];
  for (const { path, commitment } of document.files) {
    const name = path.endsWith(sealedEnding) ? path.slice(0, -sealedEnding.length) : path;
    const sha256 = files.get(name);
    if (sha256 !== undefined && commitmentOf(sha256, key) !== commitment) unlike.push(name);
  }
  return unlike;
}
