import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { errorText, isFileError, LongplayError, refusalOf, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { readTagFile } from '../bag/tag-file.ts';
import type { CaseFile } from './case-file.ts';
import { type CaseDocument, caseFileName, parseCase, pendingCaseName } from './case-json.ts';
import { parseSealedCase, type SealedCase, sealedDocumentPattern } from './sealed-case.ts';

/** Content of case.json: in an open archive the case, in a sealed one the part that fixity checks need. */
export type StoredCase = CaseDocument | SealedCase;

/** Returns the stored files that a case names, in addition to case.json. */
export function filesOfCase(stored: StoredCase): readonly CaseFile[] {
  const { messages, comparisons = [] } = stored;
  const sets = [...messages.flatMap(({ files }) => files), ...comparisons.map(({ file }) => file)];
  return stored.version === 2 ? [...sets, stored.document.file] : sets;
}

/** Returns the folders of the files that a case names, relative to the case. */
export function setsOfCase({ messages, comparisons = [] }: StoredCase): readonly string[] {
  return [...messages.map(({ set }) => `messages/${set}`), ...comparisons.map(({ set }) => `comparisons/${set}`)];
}

/** Returns the number of the next set of files of a kind: numbers of erased sets are not used again. */
export function nextSet(kind: 'messages' | 'comparisons', document: Pick<CaseDocument, 'messages' | 'comparisons' | 'erasedSets'>): number {
  const erased = (document.erasedSets ?? []).flatMap((one) => (one.startsWith(`${kind}/`) ? [Number(one.slice(kind.length + 1))] : []));
  return Math.max(0, ...(document[kind] ?? []).map(({ set }) => set), ...erased) + 1;
}

/** Returns the names in a case's folder of sealed documents that case.json does not name: older ones, or that of a change that did not happen. */
export function oldDocuments(names: readonly string[], stored: StoredCase): readonly string[] {
  const named = stored.version === 2 ? stored.document.file.path : null;
  return names.filter((name) => sealedDocumentPattern.test(name) && name !== named);
}

/** Returns a stored case as the bytes of `case.json`: canonical, indented by two. */
export function storedCaseBytes(stored: StoredCase): Uint8Array {
  return Buffer.from(`${canonicalJson(stored, 2)}\n`, 'utf8');
}

/**
 * Reads case.json from the folder of a case. Needs no key.
 * @throws LongplayError incomplete C101 if it is damaged or cannot be read; usage C102 if it is of a later version
 */
export function readStoredCase(folder: string): StoredCase {
  const path = join(folder, caseFileName);
  let value: unknown;
  try {
    value = JSON.parse(readTagFile(path, limits.caseJsonBytes).toString('utf8'));
  } catch (error) {
    const code = systemCode(error);
    if (code !== null && !isFileError(code))
      throw new LongplayError('incomplete', 'C101', `${path} cannot be read: ${code}`, 'fix the cause, then run the same command again', error);
    // The parser's own message may quote the text, which may name people.
    throw damagedCase(path, systemCode(error) ?? (error instanceof SyntaxError ? 'it is not JSON' : errorText(error)));
  }
  const version = versionOf(value);
  if (version > 2)
    throw new LongplayError(
      'usage',
      'C102',
      `${path} is of version ${version}; this program supports versions up to 2`,
      'use the longplay that wrote it, or a newer one',
    );
  const stored = parseStoredCase(value);
  if (typeof stored === 'string') throw damagedCase(path, stored);
  return stored;
}

/** Returns the stored case that a JSON value describes; a text that says what is wrong if it describes none. */
export function parseStoredCase(value: unknown): StoredCase | string {
  return versionOf(value) === 2 ? parseSealedCase(value) : parseCase(value);
}

function versionOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('version' in value)) return 0;
  return value.format === 'longplay-case' && typeof value.version === 'number' ? value.version : 0;
}

/** Returns the error for a damaged file of a case. @param path absolute path */
export function damagedCase(path: string, why: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'C101',
    `${path} is damaged: ${why}`,
    'restore the file from a backup; the recordings themselves are not affected',
  );
}

/** Reads the pending case.json of a case; null if there is none or it cannot be read. */
export function pendingCase(folder: string): StoredCase | null {
  const path = join(folder, pendingCaseName);
  if (!existsSync(path)) return null;
  try {
    const parsed = parseStoredCase(JSON.parse(new TextDecoder().decode(readTagFile(path, limits.caseJsonBytes))));
    return typeof parsed === 'string' ? null : parsed;
  } catch (error) {
    // If the system refuses to read the file, nothing is known about it.
    if (refusalOf(error) !== null || !(error instanceof Error)) throw error;
    return null;
  }
}
