import { kindOfTrouble, LongplayError } from '../../core/base/error.ts';

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
