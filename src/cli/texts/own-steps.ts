import { findingTable } from '../../core/findings/finding-table.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { shellWord } from '../report/units.ts';

// Faults that no copy of the archive repairs, because the files may be as they should be.

/** Errors of which the table of findings names the step, instead of a repair from another copy. */
const withOwnStep: ReadonlySet<string> = new Set(['C125', 'C129', 'K217', 'L102', 'L116', 'L118', 'L120', 'L121', 'L122', 'V102', 'V103']);

/** Errors of a verification that have a step of their own. */
export interface OwnSteps {
  take(event: PipelineEvent): void;
  /** Returns the number of these errors. */
  count(): number;
  /** Returns a line for each of their codes. @param archive as the user gave it */
  lines(archive: string): string[];
}

/** Creates an empty collection. */
export function createOwnSteps(): OwnSteps {
  const found = new Map<string, number>();
  return {
    take: (event) => {
      if (event.type !== 'verdict' || event.severity !== 'error' || !withOwnStep.has(event.code)) return;
      found.set(event.code, (found.get(event.code) ?? 0) + (event.more ?? 1));
    },
    count: () => [...found.values()].reduce((sum, times) => sum + times, 0),
    lines: (archive) =>
      [...found.keys()].sort().map((code) => `${code}: ${(findingTable.get(code)?.next ?? '').replaceAll(/\bARCHIVE\b/g, shellWord(archive))}`),
  };
}
