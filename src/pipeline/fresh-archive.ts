import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, logHeadFile } from '../archive/log-entry.ts';
import { LongplayError } from '../core/error.ts';

/** Refuses what cannot become an archive. @throws LongplayError A101 */
export function refuseFile(archiveDir: string): void {
  if (statSync(archiveDir, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new LongplayError('usage', 'A101', `${archiveDir} is no folder`, 'name a new or empty folder, or an existing archive');
}

/**
 * Takes back an archive that this run made and put nothing into, so that a mistyped command leaves nothing behind. Anything else
 * that lies in it stays, and keeps its folders.
 */
export function discardFresh(archiveDir: string, folderWasThere: boolean): void {
  if (existsSync(join(archiveDir, 'bags')) && readdirSync(join(archiveDir, 'bags')).length > 0) return;
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
