import type { Finding } from '../../core/findings/finding.ts';

/** One examined aspect of an archive's environment. */
export interface EnvironmentCheck {
  /** E.g. `keys` or `space`. */
  readonly name: string;
  /** Description in one line with numbers. */
  readonly said: string;
  /** Findings: faults and remarks. */
  readonly findings: readonly Finding[];
  /** The same facts for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}
