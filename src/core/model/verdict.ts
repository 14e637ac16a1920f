import type { FindingCode } from '../findings/finding-table.ts';

/** Result of a check. Except for `ok` and `unverifiable`, each kind is an integrity failure or a reason why the integrity is unknown. */
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

/** One result about one file, recording or bag. */
export interface Verdict {
  readonly kind: 'verdict';
  readonly verdict: VerdictKind;
  /** Code of the finding table, which explains cause and next step. */
  readonly code: FindingCode;
  /** Path relative to the archive (or to the parent folder of a single bag). */
  readonly path: string;
  /** Description with numbers. */
  readonly message: string;
  /** `warning`: reported, but the bag is intact (exit 0). */
  readonly severity: 'error' | 'warning';
  /** Number of verdicts with this code that this one stands for; absent: only itself. */
  readonly more?: number;
}

/** Creates a verdict with the severity error. */
export function errorVerdict(verdict: VerdictKind, code: FindingCode, path: string, message: string): Verdict {
  return { kind: 'verdict', verdict, code, path, message, severity: 'error' };
}
