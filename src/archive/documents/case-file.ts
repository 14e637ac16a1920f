import { unsafeNameReason } from '../../core/base/safe-path.ts';

/** A file of a case, with its digests in lower-case hexadecimal. */
export interface CaseFile {
  /** Path relative to the case: `messages/1/original.eml`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

const setPath = /^(?:messages|comparisons)\/[1-9]\d{0,5}\/[a-z0-9][a-z0-9.-]{0,119}$/;

/** Returns true if a value of case.json describes a file that a case may name. @param pattern of the file's path */
export function isCaseFile(value: unknown, pattern = setPath): value is CaseFile {
  if (!isObject(value) || typeof value.path !== 'string' || !isCount(value.sizeBytes)) return false;
  // The path is checked, because the file is opened by it.
  if (unsafeNameReason(value.path) !== null || !pattern.test(value.path)) return false;
  return isHex(value.sha256, 64) && isHex(value.sha512, 128);
}

/** Returns true for a text of exactly this number of lower-case hexadecimal digits. */
export function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]*$/.test(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
