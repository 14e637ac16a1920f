import type { CaseDocument, CaseSearch } from '../../archive/documents/case-json.ts';
import type { CaseAddition, Gathered } from '../person/gather.ts';

/** Searches that a case keeps; of more the oldest go. */
const mostSearches = 10_000;

/** What was asked, in the words of the options. */
export function askedWords(
  { ids, correlated, uncertain, subject }: Pick<CaseAddition, 'ids' | 'correlated' | 'uncertain' | 'subject'>,
  queryText: string,
): string {
  const parts = [
    ...(ids.length > 0 ? [`${ids.length} by id`] : []),
    ...(queryText === '' ? [] : [queryText]),
    ...(subject ? ['everything about the person of the case'] : []),
    ...(correlated ? ['--correlated'] : []),
    ...(uncertain ? ['--uncertain'] : []),
  ];
  return parts.join(', ');
}

/** Recordings that were in the case already were named again: nothing was searched. */
const byIdAlone = /^\d+ by id$/;

/** What a search found, as a case keeps it. */
export function caseSearch(
  words: string,
  { reasons, uncertainLeftOut, window, unreadable }: Pick<Gathered, 'reasons' | 'uncertainLeftOut' | 'window' | 'unreadable'>,
  stamp: Pick<CaseSearch, 'at' | 'by'>,
): CaseSearch {
  return {
    ...stamp,
    words,
    found: reasons.size,
    uncertainLeftOut,
    perhapsInTime: window?.perhaps ?? 0,
    undatedLeftOut: window?.withoutTime ?? 0,
    unreadable,
  };
}

/** A case that keeps what was asked and what it found, also where that was nothing. The same question again that changes nothing is not kept twice. */
export function withSearch(before: CaseDocument, after: CaseDocument, search: CaseSearch): CaseDocument {
  const kept = before.searches ?? [];
  if (after === before && byIdAlone.test(search.words)) return before;
  if (after === before && kept.some(({ words }) => words === search.words)) return before;
  return { ...after, searches: [...kept, search].slice(-mostSearches) };
}
