import { LongplayError } from './error.ts';

/** Returns the error for a file or object that has changed since the source was listed. */
export function changed(name: string, what: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'S103',
    `${name} has changed since it was listed: ${what}`,
    'make sure that nothing writes to the source, then run again',
    cause,
  );
}
