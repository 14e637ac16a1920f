import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointFile, logFolder } from '../../log/entries/log-entry.ts';
import { parseTilePath, tileFiles } from '../../log/files/files.ts';
import { forgetKey } from '../../log/keys/key-store.ts';

/**
 * Removes an archive that this run created and left empty, so that a mistyped command leaves nothing behind. Other files in the folder, and their
 * folders, stay.
 */
export function discardFresh(archiveDir: string, folderWasThere: boolean, keys: string): void {
  const holdsSomething = (folder: string): boolean => existsSync(join(archiveDir, folder)) && readdirSync(join(archiveDir, folder)).length > 0;
  if (holdsSomething('bags') || holdsSomething('jobs')) return;
  // A log with more than its first entry was not created by this run, whatever else is missing.
  const tiles = [...tileFiles(join(archiveDir, logFolder))];
  if (tiles.some((path) => (parseTilePath(path)?.width ?? 1) > 1)) return;
  const id = archiveIdIn(archiveDir);
  if (id !== null) forgetKey(keys, id);
  for (const file of [
    'catalog.sqlite',
    'catalog.sqlite-wal',
    'catalog.sqlite-shm',
    checkpointFile,
    `${logFolder}/tile`,
    'README.txt',
    'check.py',
    'longplay.json',
  ])
    rmSync(join(archiveDir, file), { recursive: true, force: true });
  for (const folder of ['bags', 'jobs', 'log', ...(folderWasThere ? [] : [''])]) {
    try {
      rmdirSync(join(archiveDir, folder));
    } catch {
      // The folder is not empty, or missing: it does not belong to this run alone. The original error is reported.
    }
  }
}

/** Returns the id of the archive; null if the run did not get far enough to write it. */
function archiveIdIn(archiveDir: string): string | null {
  try {
    // This run wrote the file.
    return (JSON.parse(readFileSync(join(archiveDir, 'longplay.json'), 'utf8')) as { readonly id: string }).id;
  } catch {
    return null;
  }
}
