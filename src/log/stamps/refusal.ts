import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';

/** Why a time stamp, a certificate or an evidence record is refused. Used only in this folder: its exported functions return a finding instead. */
export class StampRefusal extends Error {
  /** Code of the finding table. */
  readonly code: FindingCode;

  constructor(code: FindingCode, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'StampRefusal';
    this.code = code;
  }
}

/** Returns the result of some work; if the work throws a refusal, returns its finding. Other errors are rethrown. */
export function orFinding<T>(place: string, work: () => T): T | Finding {
  try {
    return work();
  } catch (error) {
    if (error instanceof StampRefusal) return finding(error.code, place, error.message);
    throw error;
  }
}
