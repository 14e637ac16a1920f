import type { FindingCode } from '../findings/finding-table.ts';

/** Why the work cannot go on; decides the exit code (docs, exit codes). */
export type ErrorKind = 'usage' | 'unread' | 'incomplete';

/**
 * The work cannot go on. `usage`: nothing was done (exit 2); `unread`: nothing was done, since parts of the user's data cannot be read, which
 * findings have named (exit 3); `incomplete`: run again once the cause is gone (exit 5).
 * Facts about the user's data are findings, never errors; anything else that is thrown is a bug (exit 1).
 */
export class LongplayError extends Error {
  /** Stable code of the finding table, for `longplay explain`. */
  readonly code: FindingCode;
  readonly kind: ErrorKind;
  /** The next step for the person who reads it. */
  readonly hint: string;

  constructor(kind: ErrorKind, code: FindingCode, message: string, hint: string, cause?: unknown) {
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
  [-74, ['EBADMSG', 'bad message']],
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
  // Of a number that has no name here either.
  const [, number] = typeof error.code === 'string' ? (/^Unknown system error -(\d+)$/.exec(error.code) ?? []) : [];
  if (number !== undefined) return `E${number}`;
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

/** Errors of the system that mean "not now" or "not here" rather than "a bug": no space, no rights, gone, busy, away (errno(3)). */
const passing = new Set([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'],
  ...['EIO', 'EUCLEAN', 'EBADMSG', 'EREMOTEIO', 'ENODEV', 'ENXIO', 'ENOMEDIUM'],
  ...['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'EMLINK'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'ETXTBSY', 'ENOLCK', 'EINTR'],
  ...['ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTCONN', 'ECONNRESET', 'ECONNABORTED', 'ESHUTDOWN'],
  ...['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOEXEC'],
]);

/** True for an error of the operating system that longplay could not help. */
export function isSystemTrouble(error: unknown): error is Error & { syscall: string; path?: string } {
  return error instanceof Error && (passing.has(systemCode(error) ?? '') || /^E\d+$/.test(systemCode(error) ?? '')) && 'syscall' in error;
}

/** What lies at a path, or that nothing does: ENOTFILE and EFBIG are ours, of what is no regular file or longer than it can be. */
const ofTheFile: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTFILE', 'EFBIG']);

/** True where the system's code says what lies at a path: a fault of what should lie there. Any other says that the system does not give it, and nothing about it. */
export function isOfTheFile(code: string): boolean {
  return ofTheFile.has(code);
}

/** The system's code where it does not give what lies at a path; null where the error says what lies there, or is none of the system's. */
export function refusalOf(error: unknown): string | null {
  const code = systemCode(error);
  return code === null || isOfTheFile(code) ? null : code;
}

/** What the system says of bytes that a disk has lost; all else may pass by itself (errno(3)). */
const lostBytes: ReadonlySet<string> = new Set(['EIO', 'EUCLEAN', 'EBADMSG', 'EILSEQ']);

/** True where the disk does not give bytes back, now or later: a run that goes on without them says so, and another copy has them. */
export function isLostByDisk(code: string): boolean {
  return lostBytes.has(code);
}

/** Codes of Node.js for memory, threads and libraries that the machine does not give (nodejs.org/api/errors.html). */
const lacking = new Set(['ERR_WORKER_OUT_OF_MEMORY', 'ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_INIT_FAILED', 'ERR_DLOPEN_FAILED']);

/** True where memory, a thread or a library could not be had. V8 says so of memory in words alone. */
export function isLacking(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'RangeError' && /^Array buffer allocation failed|^Invalid array buffer length: out of memory/.test(error.message)) return true;
  return 'code' in error && typeof error.code === 'string' && lacking.has(error.code);
}

/**
 * Whose trouble a thrown value is. `told`: in words with a code, and none of the archive's; `machine`: rights, disk, memory, descriptors, programs, libraries;
 * `stopped`: somebody asked for it; `bug`: ours. Nothing that is thrown is ever a fault of the archive: those are verdicts, from bytes that were read.
 */
export type TroubleKind = 'told' | 'machine' | 'stopped' | 'bug';

/** The one place that says what kind of trouble an error is. */
export function kindOfTrouble(error: unknown): TroubleKind {
  if (error instanceof LongplayError) return 'told';
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) return 'stopped';
  if (isSystemTrouble(error) || isLacking(error)) return 'machine';
  // A thread that died tells of what killed it.
  return error instanceof Error && error.name === 'WorkerCrash' && isLacking(error.cause) ? 'machine' : 'bug';
}

/**
 * True for a bug. Where it came up in the work on one file it is that file's, and the others go on.
 */
export function isFault(error: unknown): boolean {
  return kindOfTrouble(error) === 'bug';
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
