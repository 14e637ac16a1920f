import { chmodSync, statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { systemCode } from '../../core/base/error.ts';

/** Permissions of a new archive's folder. */
export const archiveMode = 0o700;

/**
 * Sets the umask so that everything that this process creates from now on gets the permissions of an archive's folder: in a folder with mode 0700, files get
 * 0600; in one with 0750, they get 0640. The user's own umask decides only whether the group may write; other users never may. If the folder belongs to another
 * user, e.g. when root imports, that user can read the files; the folder itself excludes everybody else. The umask applies to the whole process, including
 * files outside the archive.
 */
export function adoptPermissions(dir: string): void {
  const { mode, uid } = statSync(dir);
  setMask(uid === process.geteuid?.() ? mode : mode | 0o055);
}

/**
 * Sets the umask for a new archive like `adoptPermissions`. An existing folder that every user may enter, as `mkdir` leaves it, is first closed to others if
 * the system permits.
 */
export function restrictNew(dir: string): void {
  const { mode } = statSync(dir);
  const isOpen = (mode & 0o007) !== 0;
  if (isOpen) {
    try {
      chmodSync(dir, mode & 0o7700);
    } catch (error) {
      // The folder of a disk may belong to another user. New files in it are closed to others all the same.
      if (systemCode(error) === null) throw error;
    }
  }
  setMask(isOpen ? archiveMode : mode);
}

function setMask(mode: number): void {
  // Worker threads share the umask of the process and may not change it.
  if (isMainThread) process.umask((~mode & 0o077) | (process.umask() & 0o022) | 0o002);
}
