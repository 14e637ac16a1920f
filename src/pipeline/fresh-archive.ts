import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, logHeadFile } from '../archive/log-entry.ts';

/**
 * Takes back an archive that this run made and put nothing into, so that a mistyped command leaves nothing behind. Anything else
 * that lies in it stays, and keeps its folders.
 */
export function discardFresh(archiveDir: string, folderWasThere: boolean): void {
  const holdsSomething = (folder: string): boolean => existsSync(join(archiveDir, folder)) && readdirSync(join(archiveDir, folder)).length > 0;
  if (holdsSomething('bags') || holdsSomething('jobs')) return;
  for (const file of ['catalog.sqlite', 'catalog.sqlite-wal', 'catalog.sqlite-shm', logFile, logHeadFile, 'README.txt', 'longplay.json'])
    rmSync(join(archiveDir, file), { force: true });
  for (const folder of ['bags', 'jobs', 'log', ...(folderWasThere ? [] : [''])]) {
    try {
      rmdirSync(join(archiveDir, folder));
    } catch {
      // Not empty, or not there: then it is not ours alone. The error that led here is the one to tell.
    }
  }
}
