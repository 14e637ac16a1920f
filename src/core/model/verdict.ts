import type { FindingCode } from '../findings/finding-table.ts';

/** What a check found. `ok` and `unverifiable` aside, each is an integrity failure or a reason why nothing can be said. */
export type VerdictKind =
  | 'ok'
  | 'missing'
  | 'corrupt'
  | 'swapped'
  | 'rolled-back'
  | 'unexpected'
  | 'unplayable'
  | 'unstable'
  | 'unreachable'
  | 'unverifiable';

/** One answer about one file, recording or bag. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly verdict: VerdictKind;
  /** Code of the finding table; explains cause and next step. */
  readonly code: FindingCode;
  /** Path relative to the archive (or to the bag's parent for a bag alone). */
  readonly path: string;
  /** What, with numbers. */
  readonly message: string;
  /** `warning`: reported, but the bag is still sound (exit 0). */
  readonly severity: 'error' | 'warning';
  /** How many verdicts of this code it stands for, which are not told one by one; absent: for itself. */
  readonly more?: number;
}

/** A verdict that is an error. */
export function errorVerdict(verdict: VerdictKind, code: FindingCode, path: string, message: string): Verdict {
  return { kind: 'verdict', verdict, code, path, message, severity: 'error' };
}
