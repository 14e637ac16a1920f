import { kindOfTrouble, LongplayError } from '../../core/base/error.ts';

/** Exit codes are API (docs/exit-codes.md). */
export const exitCodes = {
  /** Everything that was asked for was done, and it is well. */
  well: 0,
  bug: 1,
  usage: 2,
  /** Done, but not for everything. */
  partly: 3,
  integrity: 4,
  /** Could not be completed now; run again. */
  incomplete: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** A stop that the user or the system asked for; carried as the abort reason. */
export class Interruption extends Error {
  readonly signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

  constructor(signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signalName}`);
    this.name = 'Interruption';
    this.signalName = signalName;
  }
}

/** The exit code that a thrown value means. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.signalName === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  if (error instanceof LongplayError) return { usage: exitCodes.usage, unread: exitCodes.partly, incomplete: exitCodes.incomplete }[error.kind];
  return kindOfTrouble(error) === 'machine' ? exitCodes.incomplete : exitCodes.bug;
}
