import type { Finding } from '../../core/findings/finding.ts';

/** One thing about the surroundings of an archive that was looked at. */
export interface Look {
  /** `keys`, `space` … */
  readonly name: string;
  /** What is there, in one line with numbers. */
  readonly said: string;
  /** What is wrong with it, or worth knowing. */
  readonly findings: readonly Finding[];
  /** The same for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}
