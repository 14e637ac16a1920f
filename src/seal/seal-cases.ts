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
import { type CaseHistory, readCaseHistories } from '../log/read/case-digests.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { removeClearCaseFiles, storedCase } from '../replicas/copy/clear-files.ts';
import { damagedCases, outdatedCase } from './damage.ts';
import type { ArchiveSealer } from './exchange-bag.ts';

/**
 * Seals the cases that are in clear. Writes the sealed files beside those in clear, replaces case.json as every change of a case does, then removes the files
 * in clear.
 * @returns K219 for each case that stays in clear, and the number of those that are not the state that the log has last
 */
export async function sealCases(
  { archive, enter }: Pick<ArchiveSealer, 'archive' | 'enter'>,
  tools: EntryTools,
  signal: AbortSignal,
): Promise<{ readonly left: readonly Finding[]; readonly outdated: number }> {
  const left: Finding[] = [];
  let outdated = 0;
  const entering: CaseLogTools = {
    ...tools,
    enter: async (type, detail, details) => {
      await enter([{ type, detail, ...(details === undefined ? {} : { details }) }]);
      return null;
    },
  };
  await settleDrafts(archive, entering, 'all');
  const damaged = damagedCases(archive);
  const histories = await readCaseHistories(archive, tools.keys, signal);
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    const fault = damaged.get(id);
    if (fault !== undefined && storedCase(caseFolder(archive.dir, id))?.version !== 2) {
      left.push(fault);
      continue;
    }
    try {
      const old = await sealCase(archive, { id, history: histories.get(id) }, entering, signal);
      if (old === null) continue;
      outdated++;
      left.push(old);
    } catch (error) {
      if (!(error instanceof LongplayError) || !['C101', 'C102', 'P152'].includes(error.code)) throw error;
      left.push(finding('K219', `${casesFolder}/${id}`, error.message));
    }
  }
  await removeClearCaseFiles(archive);
  return { left, outdated };
}

/** Seals a case that is in clear. @returns K219 if it is not the state that the log has last: the case stays as it is */
async function sealCase(
  archive: ArchiveSealer['archive'],
  { id, history }: { readonly id: string; readonly history: CaseHistory | undefined },
  tools: CaseLogTools,
  signal: AbortSignal,
): Promise<Finding | null> {
  const folder = caseFolder(archive.dir, id);
  if (readStoredCase(folder).version === 2) return null;
  await using _lock = await acquireLock(folder, signal);
  // First of all, because settling removes the sealed documents that the case does not name.
  const old = outdatedCase(archive, id, history);
  if (old !== null) return old;
  await settleCase(archive, folder, id, tools, signal);
  const document = readStoredCase(folder);
  if (document.version === 2) return null;
  removeUnnamed(folder, new Set(filesOfCase(document).map(({ path }) => path)));
  await writeCaseEntered(archive, folder, { document, action: 'sealed', ...(await beginCaseSealing(folder, document)) }, tools);
  return null;
}

/** Removes sealed files that a stopped run left beside those in clear. */
function removeUnnamed(folder: string, named: ReadonlySet<string>): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (/^(?:messages|comparisons)\/\d+\/file-\d+\.age$/.test(path) && !named.has(path)) rmSync(join(folder, path), { force: true });
}
