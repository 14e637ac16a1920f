import { LongplayError } from '../../core/base/error.ts';

/** Codes of errors about the work on one original: it cannot be read, or its decoder was killed or got no memory. All others (no space to unpack, a missing program) concern every file. */
const codes = new Set(['S102', 'S103', 'S150', 'P110', 'M110', 'M161', 'M163']);

/** Of these, those of a machine that could not do the work: the original may be well. */
export function isEndedByMachine({ code }: LongplayError): boolean {
  return code === 'M161' || code === 'M163';
}

/** True for an error that costs one original and not the whole work. */
export function isUnreadable(error: unknown): error is LongplayError {
  return error instanceof LongplayError && codes.has(error.code);
}
