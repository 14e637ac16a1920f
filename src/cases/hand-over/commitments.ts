import { type CaseDocument, caseFileName } from '../../archive/documents/case-json.ts';
import { commitmentKeyIn, commitmentKeyText, commitmentOf, parsePublicJson } from '../../archive/documents/public-json.ts';
import { parseSealedCase, type SealedCase } from '../../archive/documents/sealed-case.ts';
import { storedCaseBytes } from '../../archive/documents/stored-case.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { secretBytes } from '../../sealing/age/x25519.ts';
import { pageSecrets } from '../../sealing/stored/page-secrets.ts';
import { commitmentName, documentCell } from '../store/case-secrets.ts';
import type { Draft } from '../store/draft.ts';
import type { FoundCase } from '../store/open-case.ts';

// The log of a sealed archive has digests of sealed files only. A hand-over has the plain ones: it proves them by handing out what the log has (public.json of a recording, case.json of a
// case), whose commitments the plain files fulfil, and the keys of these commitments, which open nothing.

/** The case.json of a sealed archive in a hand-over, as the log has it. */
export const sealedCasePath = 'data/sealed-case.json';
/** The keys of its commitments: `case.json`, and folders of messages. */
export const commitmentKeysPath = 'data/commitment-keys.json';

/**
 * Adds what proves case.json and the messages of a case of a sealed archive; nothing of an open one.
 * @param given the part of the case that is handed over @param isWhole false: case.json omits items, and cannot fulfil its commitment
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

/** Returns null if the secrets were erased: nothing of it is handed over. */
function keyIn(page: string, cell: string, what: string): string | null {
  try {
    const key = pageSecrets(page, cell, what)[commitmentName];
    return key === undefined ? null : commitmentKeyText(secretBytes(key));
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K204') return null;
    throw error;
  }
}

/** What a hand-over of a sealed archive proves about its case. */
export interface CommittedCase {
  /** Returns true if a file of the case is the committed one; null: that cannot be said. @param path `case.json`, or that of the original file of messages */
  fits(path: string, sha256: string): boolean | null;
}

/** Parses the two files. @returns null if they are not what they should be */
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
  // The original is the first file of its set.
  return messages.find(({ set }) => path.startsWith(`messages/${set}/`))?.files[0]?.commitment ?? null;
}

/**
 * Returns the plain files of a recording that are not those that its `public.json` commits to; null if the files that prove it are not what they should be.
 * @param files names and SHA-256 of the files that are there
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
