import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';

/** Why a time stamp, a certificate or an evidence record is not accepted. Stays inside this room: whoever hands an answer out makes a finding of it. */
export class StampRefusal extends Error {
  /** Of the finding table. */
  readonly code: FindingCode;

  constructor(code: FindingCode, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'StampRefusal';
    this.code = code;
  }
}

/** What the work answers, or the finding that it was refused with. Anything else that is thrown goes on. */
export function orFinding<T>(place: string, work: () => T): T | Finding {
  try {
    return work();
  } catch (error) {
    if (error instanceof StampRefusal) return finding(error.code, place, error.message);
    throw error;
  }
}
