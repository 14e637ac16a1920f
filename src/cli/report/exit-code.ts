import { kindOfTrouble, LongplayError } from '../../core/base/error.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';

/** Exit codes; they are an API (docs/reference/exit-codes.md). */
export const exitCodes = {
  /** Everything was done and verified. */
  well: 0,
  bug: 1,
  usage: 2,
  /** Done, but something could not be read or differs. */
  partly: 3,
  integrity: 4,
  /** Not completed; run again. */
  incomplete: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** Returns true for the code of what is still in clear although the archive was to be sealed: a sealing that is not finished, a replica that has not followed it. */
export function isOwedSealing(code: string): boolean {
  return code === 'K218' || code === 'K222';
}

/**
 * Codes of faults of the archive because of which a command considered less than the archive should have: bags in a state from before an erasure or
 * a sealing; damaged descriptions; cases in an older state, or deleted ones that are back; holds and rules that are lost.
 */
const leftOut: ReadonlySet<string> = new Set(['E109', 'K217', 'P131', 'C125', 'C129', 'D105']);

/**
 * Returns the exit code of a command that finished. What it had to leave out is a fault of the archive, what the machine lacked makes it incomplete, and a sealing
 * that is owed makes it partly done: every command that reports one of them ends alike.
 * @param own exit code of the command's own result, which takes precedence
 * @param codes codes of the findings that it reported
 */
export function exitCodeWith(own: number, codes: readonly string[]): number {
  if (own !== exitCodes.well) return own;
  if (codes.some((code) => leftOut.has(code))) return exitCodes.integrity;
  return codes.some(isMachineFinding) ? exitCodes.incomplete : codes.some(isOwedSealing) ? exitCodes.partly : exitCodes.well;
}

/** A stop that the user or the system requested; used as the reason of an abort. */
export class Interruption extends Error {
  readonly signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

  constructor(signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signalName}`);
    this.name = 'Interruption';
    this.signalName = signalName;
  }
}

/** Returns the exit code for a thrown value. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.signalName === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  if (error instanceof LongplayError) return { usage: exitCodes.usage, unread: exitCodes.partly, incomplete: exitCodes.incomplete }[error.kind];
  return kindOfTrouble(error) === 'machine' ? exitCodes.incomplete : exitCodes.bug;
}
