import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { caseFileName, caseIdPattern, casesFolder } from '../../archive/documents/case-json.ts';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { filesOfCase, readStoredCase } from '../../archive/documents/stored-case.ts';
import { viewerFolder } from '../../archive/documents/viewer-list.ts';
import { cannotWrite, removeDurable, syncFolder } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import type { LoggedFiles } from '../../log/entries/logged-files.ts';
import { bundleOfDetails, detailsFolder, readDetailLines } from '../../log/who/entry-details.ts';
import { secretOfLine } from '../../log/who/sealed-details.ts';
import { clearCatalogFiles, clearFiles } from '../../verify/checks/clear-files.ts';
import { clearScratch } from '../../verify/checks/clear-scratch.ts';
import { entriesIn, filesBelow } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { clearInQuarantine, quarantineFolder } from '../place/quarantine.ts';
import { placeName } from './check-bag.ts';

// Removes from a copy what was sealed in the archive, once the copy has the sealed form.

/**
 * Removes files of reports if the copy has them sealed as well; from a replica, also reports that are in clear and that the archive lacks.
 * @param entered the files that the log names
 * @param primary null: the copy is the archive itself
 */
export async function removeClearReports({ dir }: Pick<Copy, 'dir'>, entered: LoggedFiles, primary: Pick<Copy, 'dir'> | null): Promise<void> {
  const sealed = new Set([...entered.keys()].flatMap((path) => (path.startsWith(`${reportsFolder}/`) && path.endsWith(sealedEnding) ? [path] : [])));
  const jobs = new Set([...sealed].map((path) => path.split('/')[1]));
  const clear = clearFiles(dir);
  for (const { name } of entriesIn(join(dir, reportsFolder))) {
    const folder = `${reportsFolder}/${name}`;
    if (jobs.has(name))
      await removeAll(
        dir,
        filesBelow(dir, folder).filter((path) => sealed.has(path + sealedEnding) && existsSync(join(dir, path + sealedEnding))),
      );
    else if (primary !== null && clear.some((path) => path.startsWith(`${folder}/`)) && !existsSync(join(primary.dir, folder)))
      await removeDurable(join(dir, folder));
  }
}

/** Removes the files in clear of sealed cases, i.e. those that no case.json names and that are not sealed. */
export async function removeClearCaseFiles({ dir }: Pick<Copy, 'dir'>): Promise<void> {
  for (const { name } of entriesIn(join(dir, casesFolder))) {
    if (!caseIdPattern.test(name)) continue;
    const folder = join(dir, casesFolder, name);
    const stored = storedCase(folder);
    if (stored?.version !== 2) continue;
    const named = new Set(filesOfCase(stored).map(({ path }) => `${casesFolder}/${name}/${path}`));
    const isOther = (path: string): boolean => !named.has(path) && !path.endsWith(sealedEnding) && !/\/(?:\.[^/]*|case\.json)$/.test(path);
    await removeAll(dir, filesBelow(dir, `${casesFolder}/${name}`).filter(isOther));
  }
}

/** Reads a case. Returns null if its case.json is missing or damaged. */
export function storedCase(folder: string): ReturnType<typeof readStoredCase> | null {
  try {
    return existsSync(join(folder, caseFileName)) ? readStoredCase(folder) : null;
  } catch (error) {
    // A verification reports it.
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

async function removeAll(dir: string, paths: readonly string[]): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    try {
      rmSync(join(dir, path), { force: true });
    } catch (error) {
      throw cannotWrite(join(dir, path), error);
    }
    folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  for (const folder of folders) await syncFolder(join(dir, folder));
}

/** Removes the catalog of a copy, with the files that SQLite writes beside it. The caller syncs the folder. @throws LongplayError A107 */
export function removeCatalog({ dir }: Pick<Copy, 'dir'>): void {
  for (const name of ['', '-wal', '-shm', '-journal'].map((ending) => `catalog.sqlite${ending}`)) {
    try {
      rmSync(join(dir, name), { force: true });
    } catch (error) {
      throw cannotWrite(join(dir, name), error);
    }
  }
}

/** Removes the catalog of a copy if it is not encrypted, and what is left beside it of such a catalog. */
export async function removeClearCatalog(copy: Pick<Copy, 'dir'>): Promise<void> {
  const clear = clearCatalogFiles(copy.dir);
  if (clear.length === 0) return;
  if (clear.some((name) => !/-(?:wal|shm|journal)$/.test(name))) removeCatalog(copy);
  else await removeAll(copy.dir, clear);
  await syncFolder(copy.dir);
}

/**
 * Removes what stopped work has left in clear in a copy: plans and drafts of imports, drafts of catalogs. No run can continue such a plan in a sealed archive.
 * The caller holds the lock of the copy.
 */
export async function removeClearScratch({ dir }: Pick<Copy, 'dir'>): Promise<void> {
  for (const path of clearScratch(dir)) await removeDurable(join(dir, path));
}

/** Removes the viewer of a copy. */
export async function removeViewer({ dir }: Pick<Copy, 'dir'>): Promise<void> {
  if (existsSync(join(dir, viewerFolder))) await removeDurable(join(dir, viewerFolder));
}

/**
 * Yields K217 for each place of a replica that has followed the sealing, apart from bags, cases and private details, that is in clear.
 * @param next end of the message: what to do
 */
export function* backInClear(replica: Copy, next: string): Generator<Finding> {
  for (const path of clearFiles(replica.dir)) yield finding('K217', placeName(replica, path), `is in clear, ${next}`);
}

/** Yields K218 for each place of a replica, apart from its bags, that is still in clear after a sync. */
export async function* stillInClear(replica: Copy): AsyncGenerator<Finding> {
  const left = (path: string, what: string): Finding => finding('K218', placeName(replica, path), what);
  const cases = entriesIn(join(replica.dir, casesFolder)).flatMap(({ name }) => (caseIdPattern.test(name) ? [name] : []));
  for (const name of cases)
    if (storedCase(join(replica.dir, casesFolder, name))?.version !== 2) yield left(`${casesFolder}/${name}`, 'is a case in clear');
  for (const path of clearFiles(replica.dir)) yield left(path, 'is in clear');
  for (const path of filesBelow(replica.dir, detailsFolder)) {
    const bundle = bundleOfDetails(path);
    const lines = bundle === null ? null : await readDetailLines(replica.dir, bundle);
    if ([...(lines?.values() ?? [])].some((line) => secretOfLine(line) === null)) yield left(path, 'has private details of entries in clear');
  }
  if (clearInQuarantine(replica.dir).length > 0)
    yield left(quarantineFolder, 'has files that repairs moved there, which may be in clear: remove the folder once nothing in it is needed');
}
