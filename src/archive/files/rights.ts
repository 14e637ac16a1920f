import { chmodSync, statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { systemCode } from '../../core/base/error.ts';

/** Rights of a new archive's folder. */
export const archiveMode = 0o700;

/**
 * Gives all that this process creates from now on the rights of an archive's folder: files of a folder 0700 are 0600, of a folder 0750 they are 0640. The umask of the caller
 * decides only who may write; all users of the machine never may. In a folder of another user, e.g. where root imports, they can be read by that user: the folder itself keeps
 * all others out. The mask is one for the whole process, also for what is written outside of the archive.
 */
export function takeRights(dir: string): void {
  const { mode, uid } = statSync(dir);
  setMask(uid === process.geteuid?.() ? mode : mode | 0o055);
}

/** The same for a new archive: a folder that was there and that every user may enter, as `mkdir` leaves it, is closed first where that is allowed. */
export function closeNew(dir: string): void {
  const { mode } = statSync(dir);
  const isOpen = (mode & 0o007) !== 0;
  if (isOpen) {
    try {
      chmodSync(dir, mode & 0o7700);
    } catch (error) {
      // The folder of a disk may belong to another user; what comes into it is closed all the same.
      if (systemCode(error) === null) throw error;
    }
  }
  setMask(isOpen ? archiveMode : mode);
}

function setMask(mode: number): void {
  // Threads have that of the process and may not change it.
  if (isMainThread) process.umask((~mode & 0o077) | (process.umask() & 0o022) | 0o002);
}
