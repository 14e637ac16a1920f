import type { Surroundings } from '../checks/surroundings.ts';
import type { ExaminedBefore } from './check-bags.ts';
import type { ExaminationMemory } from './examinations.ts';

/**
 * Returns which examinations of earlier runs a run takes over: none if it decodes, if all digests are to be compared (a new bag, `--deep`), or if nothing vouches
 * for the log that names them.
 */
export function examinedBefore(examinations: ExaminationMemory, around: Surroundings): ExaminedBefore {
  const isTrusted = isLogTrusted(around);
  return ({ bag, play, digests }) => (isTrusted && play === 'none' && digests === 'sha256' ? examinations.of(bag.name) : null);
}

/** Returns true if the log can be relied on for what earlier runs found. */
export function isLogTrusted({ log, last }: Surroundings): boolean {
  return log.isVouchedFor && last.isVouchedFor;
}
