import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import { type FindingCode, isAlarm } from '../../../src/core/findings/finding-table.ts';

/** Counts doubtful values, so that a column with a million unreadable times becomes one finding. */
export interface Doubts {
  /** Counts one more value, or several. @param what the sentence before the count; contains no value */
  note(code: FindingCode, what: string, place: string, times?: number): void;
  findings(source: string): readonly Finding[];
}

/** Largest number of different sentences that are counted separately. The sentences come from the mapping, not from the data. */
const kindsMax = 1_000;

/** Opens an empty count. */
export function openDoubts(): Doubts {
  const kinds = new Map<string, { readonly code: FindingCode; readonly what: string; readonly first: string; count: number }>();
  return {
    note: (code, what, place, times = 1) => {
      const id = `${code} ${what}`;
      const kind = kinds.get(id);
      if (kind !== undefined) kind.count += times;
      else if (kinds.size < kindsMax) kinds.set(id, { code, what, first: place, count: times });
    },
    findings: (source) =>
      // A user accepts only alarms by their number.
      [...kinds.values()].map(({ code, what, first, count }) =>
        finding(code, source, `${what}: ${count}; the first in ${first}`, isAlarm(code) ? count : undefined),
      ),
  };
}
