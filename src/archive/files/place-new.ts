import { randomUUID } from 'node:crypto';
import { link, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { statOrNull } from './stat-or-null.ts';

/** Errors of link() on file systems without hard links: exFAT, many network shares and FUSE mounts. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK']);
/** Age from which a guard belongs to a killed run: a guard exists only during a few system calls. */
const oldGuardMs = 60_000;

/**
 * Renames a file to a name that must not exist.
 * @param prefix prefix of unfinished files
 * @throws the system's error; EEXIST if the name exists or another process is about to create it
 */
export async function placeNew(temporary: string, target: string, prefix: string): Promise<void> {
  try {
    // link() acts like a rename() that refuses an existing name.
    await link(temporary, target);
    return await unlink(temporary);
  } catch (error) {
    if (!withoutLinks.has(systemCode(error) ?? '')) throw error;
  }
  // Without links, the one atomic step is to create a file that must not exist (O_EXCL). Only the creator of the guard may check the name and rename.
  const guard = join(dirname(target), `${prefix}new-${basename(target).replace(/^\./, '')}`);
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await isOld(guard))) await takeOldGuard(guard);
    throw error;
  }
  try {
    if ((await statOrNull(target)) !== null || (await isAnotherHeld(guard)))
      throw Object.assign(new Error(`${target} is there already`), { code: 'EEXIST' });
    await rename(temporary, target);
  } finally {
    // ENOENT: another process took it for an old guard and removed it, see below.
    await unlink(guard).catch((error: unknown) => (systemCode(error) === 'ENOENT' ? undefined : Promise.reject(error)));
  }
}

/** Part of the name of a guard that another process has renamed. */
const takenMark = '.taken-';

async function isOld(guard: string): Promise<boolean> {
  const stat = await statOrNull(guard);
  return stat !== null && Date.now() - stat.mtimeMs > oldGuardMs;
}

/**
 * Removes the guard of a killed run. Several processes may find the guard at the same time, and a slow one may meet a new guard under the same name. The guard
 * is therefore renamed to a unique name, and deleted only if it is old. A recent guard keeps the unique name and remains effective: see `isAnotherHeld`.
 */
async function takeOldGuard(guard: string): Promise<void> {
  const taken = `${guard}${takenMark}${randomUUID()}`;
  try {
    await rename(guard, taken);
    if (await isOld(taken)) await unlink(taken);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Returns true if a renamed guard is recent, so that its run may be about to rename. */
async function isAnotherHeld(guard: string): Promise<boolean> {
  const prefix = `${basename(guard)}${takenMark}`;
  for (const name of await readdir(dirname(guard))) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dirname(guard), name);
    if (await isOld(path)) await unlink(path).catch(() => undefined);
    else if ((await statOrNull(path)) !== null) return true;
  }
  return false;
}
