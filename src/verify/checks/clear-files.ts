import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { viewerFolder } from '../../archive/documents/viewer-list.ts';
import { temporaryPrefix } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { keyFit } from '../../store/database/database-key.ts';
import { clearCompanions, clearScratch, clearSetAside } from './clear-scratch.ts';

const catalogFile = 'catalog.sqlite';

/** How far an archive is sealed, according to its longplay.json. */
export interface SealingState {
  /** Page of the keyring of a sealed archive; null: the archive is open. */
  readonly page: string | null;
  /** True: an open archive is being sealed. */
  readonly isBeingSealed: boolean;
}

/** Returns true for an archive of which nothing may be in clear any more. */
export function isWhollySealed({ page, isBeingSealed }: SealingState): boolean {
  return page !== null && !isBeingSealed;
}

/**
 * Lists what a sealed archive, or a replica of it, has in clear apart from bags, cases and private details of the log: files of reports, the viewer, a
 * catalog that is not encrypted with what SQLite writes beside it, and unfinished work. Needs no key. Paths are relative to the folder.
 */
export function clearFiles(dir: string): readonly string[] {
  const reports = filesBelow(dir, reportsFolder, 0).filter((path) => !path.endsWith(sealedEnding) && !path.endsWith(`${sealedEnding}.partial`));
  return [
    ...clearCatalogFiles(dir),
    ...clearScratch(dir),
    ...reports,
    ...(lstatSync(join(dir, viewerFolder), { throwIfNoEntry: false }) !== undefined ? [viewerFolder] : []),
  ];
}

/** Lists the catalog of a sealed archive if it is not encrypted, and files beside it that are left from such a catalog. */
export function clearCatalogFiles(dir: string): readonly string[] {
  const file = join(dir, catalogFile);
  const isThere = lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
  return isThere && keyFit(file, null) === 'open' ? [catalogFile] : clearCompanions(dir, isThere);
}

/** Yields K222 while an archive is being sealed: a promise that is not kept yet, and no damage. */
export function* unfinishedSealing({ dir, isBeingSealed }: { readonly dir: string } & Pick<SealingState, 'isBeingSealed'>): Generator<Finding> {
  if (isBeingSealed)
    yield finding('K222', '.', `some of it is still in clear: its sealing runs, or was stopped; to continue: longplay seal ${shellWord(dir)}`);
}

/** Yields K217 for each such place; none in an archive that is open or is being sealed. */
export function* checkClearFiles({ dir, ...state }: { readonly dir: string } & SealingState): Generator<Verdict> {
  if (!isWhollySealed(state)) return;
  for (const path of clearFiles(dir)) yield errorVerdict('unexpected', 'K217', path, inClear);
  for (const path of clearSetAside(dir)) yield errorVerdict('unexpected', 'K217', path, asideInClear);
}

const asideInClear = 'holds what a repair set aside, in clear; move it to a safe place, or delete it once nothing in it is needed';

const inClear = 'is in clear, and the archive is sealed; to seal or remove it: longplay seal ARCHIVE';

function filesBelow(dir: string, at: string, depth: number): string[] {
  return entriesOf(join(dir, at)).flatMap((entry) => {
    const path = `${at}/${entry.name}`;
    // A report that is being written; the next import removes what a stopped one left.
    if (entry.name.startsWith(temporaryPrefix)) return [];
    if (entry.isDirectory()) return depth < limits.bagDepth ? filesBelow(dir, path, depth + 1) : [path];
    return entry.isFile() ? [path] : [];
  });
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch (error) {
    // Reports may be deleted at any time.
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

function readEntries(folder: string): { readonly name: string; isDirectory(): boolean; isFile(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
