import type { DetailsFate } from '../../log/erasure/details-fate.ts';

/** What a list shows in place of private details that are not known. */
export const fateWords: Readonly<Record<DetailsFate, string>> = {
  erased: '(erased on request)',
  lost: '(lost)',
  closed: '(not opened: no key)',
  none: '(not recorded)',
};
