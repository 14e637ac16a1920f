import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appendDurable, cannotWrite, syncFolder } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';

/**
 * Overwrites a small file with random bytes, removes it, and makes both durable. A file that does not exist was destroyed before. On storage that never
 * overwrites in place (SSDs, copy-on-write file systems, snapshots) the old bytes may survive below the file system: docs/reference/keyring-format.md states
 * the consequences.
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
