import { caseIdPattern } from '../../archive/documents/case-json.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { caseChanged, caseDeleted } from '../read/case-digests.ts';
import { covers, type Erasure, erasureOf, subjectOf } from './erasure.ts';
import type { EntryWithFate } from './known-details.ts';

/** An entry about a case. */
export type CaseEntry = Pick<LogEntry, 'seq' | 'time' | 'type' | 'detail'>;

/** An entry about a case, and whether its details were erased. */
export type KeptCaseEntry = CaseEntry & EntryWithFate;

const kept: ReadonlySet<string> = new Set([caseChanged, caseDeleted, 'case-messages', 'export-begun', 'exported', 'handed-over']);
/** Number of newest entries per case that are kept in memory; the export of a case has all of them. */
const mostKept = 500;

/** Collects the actions on cases in the log: changes, messages, exports. Leaves out entries about reading a case. */
export function createCaseEntries(): { take(entry: CaseEntry): void; of(id: string): readonly KeptCaseEntry[]; clear(): void } {
  const cases = new Map<string, CaseEntry[]>();
  const forgettings: Erasure[] = [];
  const erasedBy = ({ seq, type, detail }: CaseEntry): number | null =>
    forgettings.find((one) => covers(one, seq, subjectOf({ type, detail })))?.enteredAt ?? null;
  return {
    take: ({ seq, time, type, detail }) => {
      const forgetting = erasureOf({ type, seq, detail });
      if (forgetting !== null && !forgetting.isLoss) forgettings.push(forgetting);
      const { case: id } = detail;
      if (!kept.has(type) || typeof id !== 'string' || !caseIdPattern.test(id)) return;
      const entries = cases.get(id) ?? [];
      cases.set(id, entries);
      entries.push({ seq, time, type, detail });
      if (entries.length > mostKept) entries.shift();
    },
    of: (id) => (cases.get(id) ?? []).map((entry) => ({ ...entry, erasedBy: erasedBy(entry) })),
    clear: () => {
      cases.clear();
      forgettings.length = 0;
    },
  };
}
