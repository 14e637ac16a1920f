import { LongplayError } from '../core/error.ts';

/** Codes of errors about reading one original; all others (no space to unpack, a missing program) are about our side. */
const codes = new Set(['S102', 'S103', 'S150', 'P110', 'M110']);

/** True for an error that costs one original and not the whole work. */
export function isUnreadable(error: unknown): error is LongplayError {
  return error instanceof LongplayError && codes.has(error.code);
}
