import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { payload } from '../../archive/bag/info.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';

/**
 * Counts the files of bags that a scheduled run does not read. It only lists folders, so that a file count below the one in bag-info.txt is reported now and
 * not only when the bag is due. The bag's own check names the missing files and reports folders that cannot be listed.
 */
export async function* countFiles(bags: readonly BagFolder[], signal: AbortSignal): AsyncGenerator<Verdict> {
  for (const { folder, path } of bags) {
    await turn();
    signal.throwIfAborted();
    const stated = payload(path)?.files ?? null;
    const there = stated === null ? null : filesBelow(join(path, 'data'));
    if (stated === null || there === null || there >= stated) continue;
    const message = agree`has ${there} file[s] in data/, bag-info.txt states ${stated}: ${stated - there === 1 ? 'one is' : `${stated - there} are`} missing`;
    yield errorVerdict('missing', 'V130', folder, message);
  }
}

/** Counts the files below a folder. Returns null if the system cannot list a folder. */
function filesBelow(folder: string): number | null {
  let files = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const below = entry.isDirectory() ? filesBelow(join(folder, entry.name)) : 1;
      if (below === null) return null;
      files += below;
    }
    return files;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return systemCode(error) === 'ENOENT' ? 0 : null;
  }
}
