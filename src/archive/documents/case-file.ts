import { unsafeNameReason } from '../../core/base/safe-path.ts';

/** A file of a case, with its digests in lower-case hexadecimal. */
export interface CaseFile {
  /** Relative to the case: `messages/1/original.eml`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

const setPath = /^(?:messages|comparisons)\/[1-9]\d{0,5}\/[a-z0-9][a-z0-9.-]{0,119}$/;

/** Returns true if a value of case.json is a file that a case may name. @param pattern of its path */
export function isCaseFile(value: unknown, pattern = setPath): value is CaseFile {
  if (!isObject(value) || typeof value.path !== 'string' || !isCount(value.sizeBytes)) return false;
  // The file is opened by this path.
  if (unsafeNameReason(value.path) !== null || !pattern.test(value.path)) return false;
  return isHex(value.sha256, 64) && isHex(value.sha512, 128);
}

/** Returns true for a text of so many lower-case hexadecimal digits. */
export function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]*$/.test(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
