import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';

/** Counts what is doubtful about single values, so that a column of a million bad times is one finding. */
export interface Doubts {
  /** One value more, or several; `what` is the sentence before the count, without any value in it. */
  note(code: FindingCode, what: string, place: string, times?: number): void;
  findings(source: string): readonly Finding[];
}

/** Different sentences that are kept apart; they come from the mapping, not from the data. */
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
      [...kinds.values()].map(({ code, what, first, count }) => finding(code, source, `${what}: ${count}; the first in ${first}`)),
  };
}
