import { limits } from '../../core/base/limits.ts';
import { type CaseFile, isCaseFile, isCount, isHex, isObject } from './case-file.ts';
import { caseIdPattern, isSetList } from './case-json.ts';
import { type CaseDeadline, isDeadline } from './case-progress.ts';

/** A sealed file of a case. Path and digests are those of the stored file. */
export interface SealedCaseFile extends CaseFile {
  /**
   * HMAC-SHA-256 of the SHA-256 of the unencrypted file, under the commitment key beside the file's secret. Nobody can confirm a guess with it, but it proves a
   * file that is handed out with the key.
   */
  readonly commitment: string;
}

/** Sealed files that one change added to a case. */
interface SealedSet {
  readonly set: number;
  /** Page of the keyring with the secrets of the files. */
  readonly page: string;
}

/**
 * `case.json` of a sealed archive, version 2: the part of a case that anybody may read. It names the files of the case for fixity checks, replicas and the log,
 * but says nothing about their content.
 */
export interface SealedCase {
  readonly format: 'longplay-case';
  readonly version: 2;
  readonly id: string;
  /** Id of the archive. */
  readonly archive: string;
  /** The deadline in effect, without its reason and author, so that overdue cases can be listed without keys; empty: there is none. */
  readonly deadlines: readonly CaseDeadline[];
  /** The sealed document. Each change gives it a new file and a new page. */
  readonly document: { readonly page: string; readonly file: SealedCaseFile };
  /** Messages with the same numbers as in the document, each with its files in the same order. */
  readonly messages: readonly (SealedSet & { readonly files: readonly SealedCaseFile[] })[];
  readonly comparisons: readonly (SealedSet & { readonly file: SealedCaseFile })[];
  /** As in the document. */
  readonly erasedSets?: readonly string[];
}

/** Matches the name of a sealed document. */
export const sealedDocumentPattern = /^case-[0-9a-f]{32}\.json\.age$/;

/** Returns the name of the sealed document with the secret in this page. */
export function sealedDocumentName(page: string): string {
  return `case-${page}.json.age`;
}

/** Returns the sealed case that a JSON value describes; a text that says what is wrong if it describes none. */
export function parseSealedCase(value: unknown): SealedCase | string {
  if (!isObject(value) || value.format !== 'longplay-case' || value.version !== 2) return 'it does not describe itself as a sealed case';
  const { id, archive, deadlines, document, messages, comparisons, erasedSets } = value;
  if (typeof id !== 'string' || !caseIdPattern.test(id)) return 'its id is invalid';
  if (typeof archive !== 'string') return 'archive is not a text';
  if (!Array.isArray(deadlines) || deadlines.length > 1 || !deadlines.every(isDeadline)) return 'its deadlines are not a list of at most one day';
  if (!isDocument(document)) return 'its document is invalid';
  if (!Array.isArray(messages) || messages.length > limits.caseMessageFiles || !messages.every(isMessages))
    return 'its messages are not a list of imports';
  if (!Array.isArray(comparisons) || comparisons.length > limits.caseComparisons || !comparisons.every(isComparison))
    return 'its comparisons are not a list of comparisons';
  if (erasedSets !== undefined && !isSetList(erasedSets)) return 'its erased files are not a list of folders';
  const more = erasedSets === undefined ? {} : { erasedSets };
  return { format: 'longplay-case', version: 2, id, archive, deadlines, document, messages, comparisons, ...more };
}

function isDocument(value: unknown): value is SealedCase['document'] {
  return isObject(value) && isHex(value.page, 32) && isSealedFile(value.file, sealedDocumentPattern);
}

function isSet(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && isCount(value.set) && isHex(value.page, 32);
}

function isMessages(value: unknown): value is SealedCase['messages'][number] {
  return isSet(value) && Array.isArray(value.files) && value.files.every((file) => isSealedFile(file));
}

function isComparison(value: unknown): value is SealedCase['comparisons'][number] {
  return isSet(value) && isSealedFile(value.file);
}

function isSealedFile(value: unknown, pattern?: RegExp): value is SealedCaseFile {
  return isCaseFile(value, pattern) && 'commitment' in value && isHex(value.commitment, 64);
}
