import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { openFolderOf } from '../../archive/files/open-folder.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { modeText } from '../../core/base/mode-bits.ts';

/**
 * Reads a file with secrets that nobody else may read: password hashes could be attacked offline for years.
 * @param what description of the file
 * @throws LongplayError with the given code if others may read, write or replace the file, if it belongs to another user, or if it cannot be read
 */
export function readGuarded(file: string, what: string, code: 'U240' | 'U250'): string {
  const unreadable = (why: string, cause?: unknown): LongplayError =>
    new LongplayError(
      'usage',
      code,
      `the ${what} ${file} ${why}`,
      'make it private: chmod 600, owned by the user who runs longplay, in a folder that others cannot write',
      cause,
    );
  let descriptor: number;
  try {
    // A pipe at this path must not block.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(`cannot be read: ${systemText(error)}`, error);
  }
  try {
    const { mode, size, uid } = fstatSync(descriptor);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unreadable('is no file');
    if ((mode & 0o077) !== 0) throw unreadable(`may be read or written by others (mode ${(mode & 0o777).toString(8)})`);
    const self = process.getuid?.();
    // The owner must be this user or root: only root can have made a file of root readable for this user.
    if (self !== undefined && uid !== self && uid !== 0) throw unreadable('belongs to another user');
    const folder = openFolderOf(file);
    if (folder !== null)
      throw unreadable(
        `can be replaced by every user of this machine: everybody can write the folder ${folder.path} (mode ${modeText(folder.mode)})`,
      );
    if (size > limits.usersFileBytes) throw unreadable(agree`has ${size} byte[s], more than ${limits.usersFileBytes}`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
