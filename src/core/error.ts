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

/** Refusals that Node knows by number only ("Unknown system error -122"): errno(3) of Linux. */
const unnamed: ReadonlyMap<unknown, readonly [code: string, said: string]> = new Map([
  [-37, ['ENOLCK', 'no locks available']],
  [-116, ['ESTALE', 'stale file handle']],
  [-117, ['EUCLEAN', 'structure needs cleaning']],
  [-122, ['EDQUOT', 'disk quota exceeded']],
  [-123, ['ENOMEDIUM', 'no medium found']],
]);

/** The operating system's code of a thrown value (`ENOSPC`, `EACCES` …), or null where there is none. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const named = 'errno' in error ? unnamed.get(error.errno)?.[0] : undefined;
  if (named !== undefined) return named;
  // Node's own codes (ERR_…, ABORT_ERR), SQLite's and ours (A107) are none of the system's.
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/** What the system said, without path and call, which Node adds only sometimes: `no space left on device (ENOSPC)`. Else the error's own text. */
export function systemText(error: unknown): string {
  const code = systemCode(error);
  if (code === null) return errorText(error);
  // Node words it "CODE: description, call 'path'".
  const said = [...unnamed.values()].find(([name]) => name === code)?.[1] ?? /^[A-Z0-9_]+: ([^,]+)/.exec(errorText(error))?.[1];
  return said === undefined ? `${errorText(error)} (${code})` : `${said} (${code})`;
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

/** True for trouble that is told and gone on from: ours in words, or the system's. Anything else is a bug. */
export function isTrouble(error: unknown): boolean {
  return error instanceof LongplayError || systemCode(error) !== null;
}

/** System errors that mean "not now" rather than "a bug": no space, no rights, gone, busy. */
const passing = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
  'EUCLEAN',
  'ENOENT',
  'ENOTDIR',
  'ENODEV',
  'ENXIO',
  'ENOMEDIUM',
  'EMFILE',
  'ENFILE',
  'EBUSY',
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'ENOLCK',
  'ENOMEM',
  'EEXIST',
  'EISDIR',
]);

/** True for an error of the operating system that longplay could not help. */
export function isSystemTrouble(error: unknown): error is Error & { syscall: string; path?: string } {
  return error instanceof Error && passing.has(systemCode(error) ?? '') && 'syscall' in error;
}

/**
 * True for a bug: neither trouble in words nor the system's, and no abort. Where it came up in the work on one file it is that file's, and the others go on.
 */
export function isFault(error: unknown): boolean {
  if (error instanceof LongplayError || isSystemTrouble(error)) return false;
  return !(error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'));
}

/** A bug in one line for a report, with the innermost place in our code: the stack itself does not go into an archive. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = /^ +at (?:async )?(?:([^\s(]+) \()?(?!node:)[^()\n]*?([^/\\()\n]+):(\d+):\d+\)?$/m.exec(error.stack ?? '');
  const at = frame === null ? '' : ` at ${frame[1] ?? 'top level'}, ${frame[2]}:${frame[3]}`;
  return `${error.name}: ${error.message}${at}`;
}

/** The text of a thrown value, without its stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
