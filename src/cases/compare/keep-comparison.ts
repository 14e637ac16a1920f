import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseComparison, CaseDocument } from '../../archive/documents/case-json.ts';
import { landFolder, makeFolder, makeFolderDurable, syncTree, temporaryPrefix } from '../../archive/files/durable.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { copyChecked } from '../../pipeline/files/digested-file.ts';
import { type CaseTools, changeCase } from '../store/store.ts';

/** Name of a comparison's file in its folder. */
const fileName = 'comparison.csv';

/** A comparison that was made. */
export interface MadeComparison {
  readonly made: Omit<CaseComparison, 'set' | 'file'>;
  /** Path of the CSV, which is copied. */
  readonly csv: string;
}

/**
 * Keeps a comparison with a case: the list's identity, the totals, and the CSV. An identical comparison is not kept again.
 * @throws LongplayError usage C103 if there are too many; C115, A105, A107
 */
export async function keepComparison(
  archive: Archive,
  wanted: string,
  { made, csv }: MadeComparison,
  tools: CaseTools,
  signal: AbortSignal,
): Promise<boolean> {
  const { sizeBytes, digests } = hashFile(csv, ['sha256', 'sha512']);
  const { sha256 = '', sha512 = '' } = digests;
  let isKept = false;
  await changeCase(
    archive,
    wanted,
    {
      action: 'compared',
      change: async (before, folder, onceNamed) => {
        const kept = before.comparisons ?? [];
        if (kept.some((one) => isSame(one, made, sha256))) return before;
        if (kept.length >= limits.caseComparisons)
          throw new LongplayError('usage', 'C103', agree`the case was compared ${kept.length} time[s] already`, 'make another case');
        const set = Math.max(0, ...kept.map((one) => one.set)) + 1;
        onceNamed(await stored(folder, set, csv, { sha256, sha512 }));
        isKept = true;
        const file = { path: `comparisons/${set}/${fileName}`, sizeBytes, sha256, sha512 };
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

/** Copies the CSV into a draft folder that is put in place once the case names it. */
async function stored(
  folder: string,
  set: number,
  csv: string,
  digests: { readonly sha256: string; readonly sha512: string },
): Promise<() => Promise<void>> {
  const all = join(folder, 'comparisons');
  await makeFolderDurable(all);
  for (const name of readdirSync(all)) if (name.startsWith(temporaryPrefix)) rmSync(join(all, name), { recursive: true, force: true });
  const target = join(all, String(set));
  // Left by a run that was killed before the case named it.
  rmSync(target, { recursive: true, force: true });
  const draft = join(all, `${temporaryPrefix}${randomUUID()}`);
  await makeFolder(draft);
  const wrong = copyChecked(csv, join(draft, fileName), digests);
  if (wrong !== null)
    throw new LongplayError('incomplete', 'P152', `the comparison could not be read back from the temporary folder: ${wrong.found}`, 'run again');
  await syncTree(draft);
  return () => landFolder(draft, target);
}
