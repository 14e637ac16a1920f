import type { LogEntry } from '../../log/entries/log-entry.ts';
import { caseChanged } from '../../log/read/case-digests.ts';
import { type CaseEntry, createCaseEntries } from '../../log/who/case-entries.ts';

/** Facts about the cases of a sealed archive, according to the signed log. */
export interface CaseFacts {
  take(entry: LogEntry): void;
  /**
   * Returns true if the log announced a page of the keyring as a page of this case. A process that can write case.json therefore cannot make a case name the
   * pages of another case.
   */
  isPageOf(page: string, caseId: string): boolean;
  /** Returns the entries about a case, oldest first. */
  entriesOf(caseId: string): readonly CaseEntry[];
}

/** Creates an accumulator that collects these facts from the entries of the log, which must come in order. */
export function createCaseFacts(): CaseFacts {
  const pages = new Map<string, string>();
  const entries = createCaseEntries();
  return {
    take: (entry) => {
      const { case: id, page } = entry.detail;
      entries.take(entry);
      // The first entry counts, because the change that makes a page announces it exactly once.
      if (entry.type === caseChanged && typeof id === 'string' && typeof page === 'string' && !pages.has(page)) pages.set(page, id);
    },
    isPageOf: (page, caseId) => pages.get(page) === caseId,
    entriesOf: (caseId) => entries.of(caseId),
  };
}
