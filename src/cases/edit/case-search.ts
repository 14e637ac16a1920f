import type { CaseDocument, CaseSearch } from '../../archive/documents/case-json.ts';
import type { CaseAddition, Gathered } from '../person/gather.ts';

/** Number of searches that a case keeps. If there are more, the oldest are dropped. */
const mostSearches = 10_000;

/** Describes a request in the words of the options. */
export function requestWords(
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

/** Matches a search that only named recordings already in the case, so that nothing was searched. */
const byIdAlone = /^\d+ by id$/;

/** Describes the result of a search, as a case keeps it. */
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

/** Returns the case with the search added, even if the search found nothing. A repeated search that changed nothing is not kept twice. */
export function withSearch(before: CaseDocument, after: CaseDocument, search: CaseSearch): CaseDocument {
  const kept = before.searches ?? [];
  if (after === before && byIdAlone.test(search.words)) return before;
  if (after === before && kept.some(({ words }) => words === search.words)) return before;
  return { ...after, searches: [...kept, search].slice(-mostSearches) };
}
