import type { UnknownDetails } from '../../core/page/data.ts';
import { count } from '../../core/words/quantity.ts';
import type { DetailsFate } from '../../log/erasure/details-fate.ts';

/** What a list shows in place of private details that are not known. */
export const fateWords: Readonly<Record<DetailsFate, string>> = {
  erased: '(erased on request)',
  lost: '(lost)',
  closed: '(not opened: no key)',
  none: '(not recorded)',
};

/** Returns what a list shows in place of private details that are not known; of erased ones with the entry of the erasure. */
export function unknownWords(unknown: UnknownDetails | null): string {
  const words = fateWords[unknown?.why ?? 'none'];
  return unknown === null || unknown.erasedBy === null ? words : `${words.slice(0, -1)}: entry ${count(unknown.erasedBy)})`;
}
