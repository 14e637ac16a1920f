import { chmodSync, statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { systemCode } from '../../core/base/error.ts';

/** Permissions of a new archive's folder. */
export const archiveMode = 0o700;

/**
 * Sets the umask so that everything this process creates from now on gets the permissions of an archive's folder: files of a folder 0700 are 0600, of a folder 0750 they are 0640. The
 * caller's umask decides only on writing; other users of the machine may never write. In a folder of another user, e.g. if root imports, that user can read the files: the folder itself
 * keeps all others out. The mask holds for the whole process, also for files outside of the archive.
 */
export function adoptPermissions(dir: string): void {
  const { mode, uid } = statSync(dir);
  setMask(uid === process.geteuid?.() ? mode : mode | 0o055);
}

/** Does the same for a new archive: an existing folder that every user may enter, as `mkdir` leaves it, is first closed if permitted. */
export function restrictNew(dir: string): void {
  const { mode } = statSync(dir);
  const isOpen = (mode & 0o007) !== 0;
  if (isOpen) {
    try {
      chmodSync(dir, mode & 0o7700);
    } catch (error) {
      // A disk's folder may belong to another user; new files in it are closed all the same.
      if (systemCode(error) === null) throw error;
    }
  }
  setMask(isOpen ? archiveMode : mode);
}

function setMask(mode: number): void {
  // Threads share the umask of the process and may not change it.
  if (isMainThread) process.umask((~mode & 0o077) | (process.umask() & 0o022) | 0o002);
}
