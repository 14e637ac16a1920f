import type { LogEntry } from '../../log/entries/log-entry.ts';
import { caseChanged } from '../../log/read/case-digests.ts';
import { type CaseEntry, createCaseEntries } from '../../log/read/case-entries.ts';

/** What the signed log says about the cases of a sealed archive. */
export interface CaseFacts {
  take(entry: LogEntry): void;
  /** Returns true if the log announced a page of the keyring as one of this case: a process that may write case.json cannot make a case name the pages of another one. */
  isPageOf(page: string, caseId: string): boolean;
  /** Returns the entries about a case, oldest first. */
  entriesOf(caseId: string): readonly CaseEntry[];
}

/** Collects them from the entries of the log in order. */
export function createCaseFacts(): CaseFacts {
  const pages = new Map<string, string>();
  const entries = createCaseEntries();
  return {
    take: (entry) => {
      const { case: id, page } = entry.detail;
      entries.take(entry);
      // The first entry counts: a page is announced once, by the change that made it.
      if (entry.type === caseChanged && typeof id === 'string' && typeof page === 'string' && !pages.has(page)) pages.set(page, id);
    },
    isPageOf: (page, caseId) => pages.get(page) === caseId,
    entriesOf: (caseId) => entries.of(caseId),
  };
}
