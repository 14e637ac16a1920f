import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannotWrite, landFolder, makeFolderDurable, temporaryPrefix } from '../../archive/files/durable.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';

/** Clean folder for restored bags. Disposing it removes the bags unless they were kept. */
export interface DrillFolder extends AsyncDisposable {
  /** Absolute path; empty at first. */
  readonly path: string;
  /** Keeps the restored bags under a permanent name and returns its path. */
  keep(): Promise<string>;
}

const reportName = /^drill-[0-9TZ]+(-\d+)?\.(json|txt)$/;
const lockFile = /^\.lock(\.|$)/;

/**
 * Creates the folder. During the drill it has a temporary name, by which leftovers of killed drills are recognised and removed.
 * @param out folder that may contain reports of earlier drills; null: a new folder below `temporary` is used
 * @throws LongplayError R146 if `out` contains anything else, A105 if another drill is running there
 */
export async function openDrillFolder(out: string | null, temporary: string, signal: AbortSignal): Promise<DrillFolder> {
  if (out === null) {
    const path = await mkdtemp(join(temporary, 'longplay-drill-')).catch((error: unknown) => Promise.reject(cannotWrite(temporary, error)));
    return folderOf(path, async () => path, { [Symbol.asyncDispose]: async () => undefined });
  }
  await leftIn(out);
  await makeFolderDurable(out);
  // Two simultaneous drills would each remove the other's folder as a leftover.
  const lock = await acquireLock(out, signal);
  try {
    for (const name of await leftIn(out)) await rm(join(out, name), { recursive: true, force: true });
    const path = join(out, `${temporaryPrefix}${randomUUID()}`);
    await makeFolderDurable(path);
    const keep = async (): Promise<string> => {
      const kept = join(out, 'restored');
      await landFolder(path, kept);
      return kept;
    };
    return folderOf(path, keep, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function folderOf(path: string, keep: () => Promise<string>, lock: AsyncDisposable): DrillFolder {
  let kept = false;
  return {
    path,
    keep: async () => {
      const place = await keep();
      kept = true;
      return place;
    },
    [Symbol.asyncDispose]: async () => {
      if (!kept) await rm(path, { recursive: true, force: true });
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** Returns the names of leftovers of killed drills. @throws LongplayError R146 */
async function leftIn(out: string): Promise<string[]> {
  const names = await readdir(out).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new LongplayError('usage', 'R146', `${out} cannot be used: ${systemCode(error)}`, 'name a new or empty folder', error);
  });
  const left = names.filter((name) => name.startsWith(temporaryPrefix));
  const [stranger] = names.filter((name) => !reportName.test(name) && !left.includes(name) && !lockFile.test(name));
  if (stranger === undefined) return left;
  throw new LongplayError(
    'usage',
    'R146',
    `${out} is not empty: it contains ${stranger}`,
    'a drill needs a clean folder: name a new or empty one, or one with only reports of earlier drills',
  );
}
