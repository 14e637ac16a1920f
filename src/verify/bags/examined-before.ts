import { makingOf } from '../../archive/bag/info.ts';
import { noEntriesSha256 } from '../../store/catalog/catalog-entry.ts';
import type { Surroundings } from '../checks/surroundings.ts';
import type { ExaminedBefore } from './check-bags.ts';
import type { ExaminationMemory } from './examinations.ts';

/**
 * Returns which examinations of earlier runs a run takes over: none if it decodes, if all digests are to be compared (a new bag, `--deep`), or if nothing vouches
 * for the log that names them.
 * @param describes true: the documents of sealed bags can be opened, so an examination that opened none is not taken over
 */
export function examinedBefore(examinations: ExaminationMemory, around: Surroundings, describes: boolean): ExaminedBefore {
  const isTrusted = isLogTrusted(around);
  return ({ bag, play, digests }) => {
    const before = isTrusted && play === 'none' && digests === 'sha256' ? examinations.of(bag.name) : null;
    return describes && before?.entriesSha256 === noEntriesSha256 && makingOf(bag.path) !== null ? null : before;
  };
}

/** Returns true if the log can be relied on for what earlier runs found. */
export function isLogTrusted({ log, last }: Surroundings): boolean {
  return log.isVouchedFor && last.isVouchedFor;
}
