import { randomUUID } from 'node:crypto';
import { link, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { statOrNull } from './stat-or-null.ts';

/** Answers to link() of file systems without hard links: exFAT, many network shares and FUSE mounts. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK']);
/** A guard of a run that was killed within the few calls that it lasts. */
const oldGuardMs = 60_000;

/** Renames to a name that must not be there. @param prefix of names of files that were never finished @throws the system's error; EEXIST where it is there, or somebody else is about to make it */
export async function placeNew(temporary: string, target: string, prefix: string): Promise<void> {
  try {
    // link() is rename() that refuses an existing name.
    await link(temporary, target);
    return await unlink(temporary);
  } catch (error) {
    if (!withoutLinks.has(systemCode(error) ?? '')) throw error;
  }
  // Without links the one atomic step is a file that must be new (O_EXCL): whoever makes the guard is alone with the name while it looks and renames.
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
    // Gone where somebody took it for an old one: see below.
    await unlink(guard).catch((error: unknown) => (systemCode(error) === 'ENOENT' ? undefined : Promise.reject(error)));
  }
}

/** What a guard is called that somebody took away. */
const takenMark = '.taken-';

async function isOld(guard: string): Promise<boolean> {
  const stat = await statOrNull(guard);
  return stat !== null && Date.now() - stat.mtimeMs > oldGuardMs;
}

/**
 * Takes the guard of a killed run away. Several may find it at once, and one of them may be so slow that a new guard has the name by then: so it is renamed to a
 * name that is used once, and goes if what was taken is old. A young one stays under that name and guards on: `isAnotherHeld`.
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

/** True where a guard was taken away that is not old: its run may be about to rename. */
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
