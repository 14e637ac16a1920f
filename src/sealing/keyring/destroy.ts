import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appendDurable, cannotWrite, syncFolder } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';

/**
 * Overwrites a small file with random bytes, removes it, and makes both durable; a file that is absent was destroyed before. On disks that write elsewhere than where they
 * read (SSDs, copy-on-write file systems, snapshots) the old bytes may survive below the file system: docs/reference/keyring-format.md says what follows.
 * @throws LongplayError A107
 */
export async function destroyFile(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r+');
    try {
      const { size } = await handle.stat();
      await appendDurable(handle, randomBytes(size), 0);
    } finally {
      await handle.close();
    }
    await unlink(path);
    await syncFolder(dirname(path));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw cannotWrite(path, error);
  }
}
