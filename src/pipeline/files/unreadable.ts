import { LongplayError } from '../../core/base/error.ts';

/**
 * Codes of errors that concern one original: it cannot be read, it is not the archived one, or its decoder was killed or ran out of memory. All other
 * errors (no space to unpack, a missing program) concern every file.
 */
const codes = new Set(['S102', 'S103', 'S150', 'S162', 'S163', 'P110', 'M110', 'M161', 'M163', 'P268']);

/** Returns true if the machine caused such an error, so that the original may be intact. */
export function isEndedByMachine({ code }: LongplayError): boolean {
  return code === 'M161' || code === 'M163';
}

/** Returns true for an error that concerns one original and not the whole run. */
export function isUnreadable(error: unknown): error is LongplayError {
  return error instanceof LongplayError && codes.has(error.code);
}
