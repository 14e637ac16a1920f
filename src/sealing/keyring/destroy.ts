import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appendDurable, cannotWrite, syncFolder, writeDurable } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';

/**
 * Replaces a small file durably, then overwrites the bytes of the file that it replaced, which no longer has a name. If a run is stopped between the two, the old
 * bytes stay in free blocks.
 * @param mode permissions of the file
 * @throws LongplayError A107
 */
export async function replaceDestroying(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const old = await openOrNull(path);
  try {
    await writeDurable(path, bytes, mode);
    if (old !== null) await appendDurable(old, randomBytes((await old.stat()).size), 0);
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    await old?.close();
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw cannotWrite(path, error);
  }
}

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
