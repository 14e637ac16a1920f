import type { CaseComparison, CaseDocument } from '../../archive/documents/case-json.ts';
import { nextSet } from '../../archive/documents/stored-case.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { OpenedFile } from '../../sealing/stored/stored-bytes.ts';
import type { AddedFile } from '../store/case-change.ts';
import { type CaseTools, changeCase } from '../store/store.ts';

/** Name of a comparison's file in its folder. */
export const fileName = 'comparison.csv';

/** The rows of a comparison in a folder for temporary files. Those of a sealed archive are encrypted there. */
export interface ComparisonCsv extends Pick<AddedFile, 'sizeBytes' | 'sha256' | 'sha512'> {
  readonly open: () => OpenedFile;
}

/** A comparison that has been made. */
export interface MadeComparison {
  readonly made: Omit<CaseComparison, 'set' | 'file'>;
  /** The CSV file that is copied into the case. */
  readonly csv: ComparisonCsv;
}

/**
 * Keeps a comparison with a case: the list's identity, the totals, and the CSV. An identical comparison is not kept again.
 * @throws LongplayError usage C103 if the case has too many comparisons; C115, A105, A107
 */
export async function keepComparison(
  archive: Archive,
  wanted: string,
  { made, csv }: MadeComparison,
  tools: CaseTools,
  signal: AbortSignal,
): Promise<boolean> {
  let isKept = false;
  await changeCase(
    archive,
    wanted,
    {
      action: 'compared',
      change: async (before, additions) => {
        const kept = before.comparisons ?? [];
        if (kept.some((one) => isSame(one, made, csv.sha256))) return before;
        if (kept.length >= limits.caseComparisons)
          throw new LongplayError('usage', 'C103', agree`the case was compared ${kept.length} time[s] already`, 'make another case');
        const set = nextSet('comparisons', before);
        const [file] = await additions.addSet('comparisons', set, [{ name: fileName, ...csv }]);
        if (file === undefined) throw new Error('the comparison was not added');
        isKept = true;
        return { ...before, comparisons: [...kept, { set, ...made, file }] } satisfies CaseDocument;
      },
    },
    tools,
    signal,
  );
  return isKept;
}

function isSame({ set: _set, at: _at, by: _by, file, ...one }: CaseComparison, made: MadeComparison['made'], sha256: string): boolean {
  const { at: _madeAt, by: _madeBy, ...other } = made;
  return file.sha256 === sha256 && canonicalJson(one, 0) === canonicalJson(other, 0);
}
