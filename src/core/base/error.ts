import type { FindingCode } from '../findings/finding-table.ts';

/** Why the work cannot continue; determines the exit code (docs/reference/exit-codes.md). */
export type ErrorKind = 'usage' | 'unread' | 'incomplete';

/**
 * The work cannot continue. `usage`: nothing was done (exit 2); `unread`: nothing was done, because parts of the user's data cannot be read, which
 * findings name (exit 3); `incomplete`: run again after the cause is removed (exit 5). Facts about the user's data are findings, never errors;
 * anything else that is thrown is a bug (exit 1).
 */
export class LongplayError extends Error {
  /** Stable code of the finding table; input of `longplay explain`. */
  readonly code: FindingCode;
  readonly kind: ErrorKind;
  /** Next step for the user. */
  readonly hint: string;

  constructor(kind: ErrorKind, code: FindingCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LongplayError';
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** Codes and descriptions of Linux errors (errno(3)) for which Node has only a number ("Unknown system error -122"). */
const unnamed: ReadonlyMap<unknown, readonly [code: string, said: string]> = new Map([
  [-37, ['ENOLCK', 'no locks available']],
  [-74, ['EBADMSG', 'bad message']],
  [-116, ['ESTALE', 'stale file handle']],
  [-117, ['EUCLEAN', 'structure needs cleaning']],
  [-122, ['EDQUOT', 'disk quota exceeded']],
  [-123, ['ENOMEDIUM', 'no medium found']],
]);

/** Returns the operating system's code of a thrown value (`ENOSPC`, `EACCES` …), or null if it has none. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const named = 'errno' in error ? unnamed.get(error.errno)?.[0] : undefined;
  if (named !== undefined) return named;
  // The number of an error that `unnamed` does not list either.
  const [, number] = typeof error.code === 'string' ? (/^Unknown system error -(\d+)$/.exec(error.code) ?? []) : [];
  if (number !== undefined) return `E${number}`;
  // Node's own codes (ERR_…, ABORT_ERR), SQLite's codes and longplay's codes (A107) are not codes of the operating system.
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/**
 * Returns the system's description without path and call, which Node does not always add: `no space left on device (ENOSPC)`. For other errors: their
 * text.
 */
export function systemText(error: unknown): string {
  const code = systemCode(error);
  if (code === null) return errorText(error);
  // Node writes "CODE: description, call 'path'".
  const said = [...unnamed.values()].find(([name]) => name === code)?.[1] ?? /^[A-Z0-9_]+: ([^,]+)/.exec(errorText(error))?.[1];
  return said === undefined ? `${errorText(error)} (${code})` : `${said} (${code})`;
}

/**
 * Returns the first error. If cleaning up after an error fails too, `await using` wraps both in a SuppressedError, which would hide the kind of the
 * first.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === 'SuppressedError' && 'suppressed' in first) first = first.suppressed;
  return first;
}

/** Returns true for an error that is reported and does not end the process: a LongplayError or an error of the system. Anything else is a bug. */
export function isTrouble(error: unknown): boolean {
  return error instanceof LongplayError || systemCode(error) !== null;
}

/** System errors that mean "not now" or "not here" rather than "a bug": no space, no permission, gone, busy, disconnected (errno(3)). */
const passing = new Set([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'],
  ...['EIO', 'EUCLEAN', 'EBADMSG', 'EREMOTEIO', 'ENODEV', 'ENXIO', 'ENOMEDIUM'],
  ...['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'EMLINK'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'ETXTBSY', 'ENOLCK', 'EINTR'],
  ...['ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTCONN', 'ECONNRESET', 'ECONNABORTED', 'ESHUTDOWN'],
  ...['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOEXEC'],
]);

/** Returns true for an error of the operating system that longplay could not prevent. */
export function isSystemTrouble(error: unknown): error is Error & { syscall: string; path?: string } {
  return error instanceof Error && (passing.has(systemCode(error) ?? '') || /^E\d+$/.test(systemCode(error) ?? '')) && 'syscall' in error;
}

/**
 * Codes that describe the file at a path, or say that there is none. ENOTFILE and EFBIG are longplay's own: not a regular file, or longer than its
 * limit.
 */
const ofTheFile: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTFILE', 'EFBIG']);

/**
 * Returns true if the system's code describes the file at a path. All other codes say that the system refuses access; they say nothing about the
 * file.
 */
export function isFileError(code: string): boolean {
  return ofTheFile.has(code);
}

/** Returns the system's code if access to a path was refused. Null: the error describes the file at the path, or is not a system error. */
export function refusalOf(error: unknown): string | null {
  const code = systemCode(error);
  return code === null || isFileError(code) ? null : code;
}

/** Codes for bytes that a disk has lost; all other errors may be temporary (errno(3)). */
const lostBytes: ReadonlySet<string> = new Set(['EIO', 'EUCLEAN', 'EBADMSG', 'EILSEQ']);

/**
 * Returns true if the disk has lost bytes permanently. A run that continues without these bytes reports the loss; another copy may still have them.
 */
export function isLostByDisk(code: string): boolean {
  return lostBytes.has(code);
}

/** Codes of Node.js for memory, threads and libraries that are unavailable (nodejs.org/api/errors.html). */
const lacking = new Set(['ERR_WORKER_OUT_OF_MEMORY', 'ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_INIT_FAILED', 'ERR_DLOPEN_FAILED']);

/** Returns true if memory, a thread or a library was unavailable. V8 reports a lack of memory only in words. */
export function isResourceShortage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'RangeError' && /^Array buffer allocation failed|^Invalid array buffer length: out of memory/.test(error.message)) return true;
  return 'code' in error && typeof error.code === 'string' && lacking.has(error.code);
}

/**
 * Who is responsible for a thrown value. `told`: nobody, a message with a code explains it; `machine`: permissions, disk, memory, descriptors,
 * programs, libraries; `stopped`: the user, who asked to stop; `bug`: longplay. A thrown value is never a fault of the archive: such faults are
 * verdicts about bytes that were read.
 */
export type TroubleKind = 'told' | 'machine' | 'stopped' | 'bug';

/** Classifies an error. This is the only place that does. */
export function kindOfTrouble(error: unknown): TroubleKind {
  if (error instanceof LongplayError) return 'told';
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) return 'stopped';
  if (isSystemTrouble(error) || isResourceShortage(error)) return 'machine';
  // The cause of a crash says why the thread ended.
  return error instanceof Error && error.name === 'WorkerCrash' && isResourceShortage(error.cause) ? 'machine' : 'bug';
}

/** Returns true for a bug. A bug during the work on one file concerns that file only; the others continue. */
export function isFault(error: unknown): boolean {
  return kindOfTrouble(error) === 'bug';
}

/** Describes a bug in one line for a report, with the innermost place in longplay's code: the stack itself is not written to an archive. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = /^ +at (?:async )?(?:([^\s(]+) \()?(?!node:)[^()\n]*?([^/\\()\n]+):(\d+):\d+\)?$/m.exec(error.stack ?? '');
  const at = frame === null ? '' : ` at ${frame[1] ?? 'top level'}, ${frame[2]}:${frame[3]}`;
  return `${error.name}: ${error.message}${at}`;
}

/** Returns the text of a thrown value, without its stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
