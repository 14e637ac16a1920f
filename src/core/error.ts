/** Why the work cannot go on; decides the exit code (DESIGN section 7). */
export type ErrorKind = 'usage' | 'incomplete';

/**
 * The work cannot go on. `usage`: nothing was done (exit 2); `incomplete`: run again once the cause is gone (exit 5).
 * Facts about the user's data are findings, never errors; anything else that is thrown is a bug (exit 1).
 */
export class LongplayError extends Error {
  /** Stable code of the finding table, for `longplay explain`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** The next step for the person who reads it. */
  readonly hint: string;

  constructor(kind: ErrorKind, code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LongplayError';
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** The operating system's code of a thrown value (`ENOSPC`, `EACCES` …), or null where there is none. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** What the system said, without path and call, which Node adds only sometimes: `no space left on device (ENOSPC)`. Else the error's own text. */
export function systemText(error: unknown): string {
  const code = systemCode(error);
  // Node words it "CODE: description, call 'path'".
  const said = code === null ? null : /^[A-Z0-9_]+: ([^,]+)/.exec(errorText(error));
  return said === null ? errorText(error) : `${said[1]} (${code})`;
}

/**
 * The error that came first, where tidying up after it failed as well: `await using` wraps the two in a SuppressedError, which would
 * hide what kind of trouble it was.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === 'SuppressedError' && 'suppressed' in first) first = first.suppressed;
  return first;
}

/** The text of a thrown value, without its stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
