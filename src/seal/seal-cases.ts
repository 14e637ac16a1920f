import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { caseFolder, casesFolder } from '../archive/documents/case-json.ts';
import { filesOfCase, readStoredCase } from '../archive/documents/stored-case.ts';
import { acquireLock } from '../archive/files/lock.ts';
import { beginCaseSealing } from '../cases/store/case-change.ts';
import { type CaseLogTools, settleCase, writeCaseEntered } from '../cases/store/log.ts';
import { caseIds, settleDrafts } from '../cases/store/store.ts';
import { LongplayError } from '../core/base/error.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { removeClearCaseFiles, storedCase } from '../replicas/copy/clear-files.ts';
import { damagedCases } from './damage.ts';
import type { ArchiveSealer } from './exchange-bag.ts';

/**
 * Seals the cases that are in clear. Writes the sealed files beside those in clear, replaces case.json as every change of a case does, then removes the files
 * in clear.
 * @returns K219 for each case that stays in clear
 */
export async function sealCases(
  { archive, enter }: Pick<ArchiveSealer, 'archive' | 'enter'>,
  tools: EntryTools,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const left: Finding[] = [];
  const entering: CaseLogTools = {
    ...tools,
    enter: async (type, detail, details) => {
      await enter([{ type, detail, ...(details === undefined ? {} : { details }) }]);
      return null;
    },
  };
  await settleDrafts(archive, entering, 'all');
  const damaged = damagedCases(archive);
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    const fault = damaged.get(id);
    if (fault !== undefined && storedCase(caseFolder(archive.dir, id))?.version !== 2) {
      left.push(fault);
      continue;
    }
    try {
      await sealCase(archive, id, entering, signal);
    } catch (error) {
      if (!(error instanceof LongplayError) || !['C101', 'C102', 'P152'].includes(error.code)) throw error;
      left.push(finding('K219', `${casesFolder}/${id}`, error.message));
    }
  }
  await removeClearCaseFiles(archive);
  return left;
}

async function sealCase(archive: ArchiveSealer['archive'], id: string, tools: CaseLogTools, signal: AbortSignal): Promise<void> {
  const folder = caseFolder(archive.dir, id);
  if (readStoredCase(folder).version === 2) return;
  await using _lock = await acquireLock(folder, signal);
  await settleCase(archive, folder, id, tools, signal);
  const document = readStoredCase(folder);
  if (document.version === 2) return;
  removeUnnamed(folder, new Set(filesOfCase(document).map(({ path }) => path)));
  await writeCaseEntered(archive, folder, { document, action: 'sealed', ...(await beginCaseSealing(folder, document)) }, tools);
}

/** Removes sealed files that a stopped run left beside those in clear. */
function removeUnnamed(folder: string, named: ReadonlySet<string>): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (/^(?:messages|comparisons)\/\d+\/file-\d+\.age$/.test(path) && !named.has(path)) rmSync(join(folder, path), { force: true });
}
