import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { createDirectory } from '../../core/identity/directory.ts';
import type { People } from '../../core/identity/people.ts';
import { planOf } from '../../core/numbers/number-reading.ts';
import { type BagsNotIndexed, notIndexedWords } from '../../pipeline/open/left-out-bags.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { SearchedArchive } from '../store/searched-archive.ts';
import { createFinder } from './candidates.ts';
import { decideRow, type RowAnswer } from './decide-row.ts';
import { judgeRow } from './judge-row.ts';
import type { ListRow } from './list-rows.ts';
import { createRowPeople } from './row-people.ts';
import { whyMissing } from './why-missing.ts';

/** How the rows of a list are compared with recordings. */
export interface RowRules {
  /** The register of persons; null if none was given. */
  readonly people: People | null;
  readonly toleranceMs: number;
  /** True if all calls are from one site, so that a short number identifies one line. */
  readonly isOneSite: boolean;
  /** Bags that were not searched. */
  readonly notIndexed: BagsNotIndexed;
}

/** Creates the function that answers the rows of a list for a case. */
export function createAnswerer(
  searched: SearchedArchive & { readonly catalog: Pick<Catalog, 'count'> },
  { country, recordings }: Pick<CaseDocument, 'country' | 'recordings'>,
  { people: register, toleranceMs, isOneSite, notIndexed }: RowRules,
  signal: AbortSignal,
): (row: ListRow) => RowAnswer {
  const members = new Set(recordings.map(({ recordingId }) => recordingId));
  const directory = register === null ? null : createDirectory(register, country === null ? null : planOf(country));
  const countries = register?.countries ?? {};
  const people = createRowPeople({ searched, country, countries, directory, isOneSite, signal });
  const finder = createFinder(searched);
  const { catalog } = searched;
  const unsearched = notIndexedWords(notIndexed).map((words) => `${words}: it may be in there`);
  const sources = { catalog, finder, people, hasUndated: catalog.count({ undated: true }, 1) > 0, memory: { looked: 0, silence: null } };
  return (row) => {
    const persons = people.of(row);
    const span = row.time?.span ?? null;
    const time = span === null ? null : { earliestMs: span.earliestMs - toleranceMs, latestMs: span.latestMs + toleranceMs };
    const candidates = finder.find(row, time, persons);
    const matches = candidates.all.map((one) => judgeRow(row, one, persons, people, toleranceMs)).filter((one) => one !== null);
    const answer = decideRow(row, matches, (id) => members.has(id)) ?? whyMissing(row, time, candidates, persons, sources);
    // The call may be in a bag that nobody could search.
    return answer.outcome === 'missing' ? { ...answer, why: [...answer.why, ...unsearched] } : answer;
  };
}
