import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import type { ReadingHistory } from '../log/history/reading-history.ts';
import type { Surroundings } from './checks/surroundings.ts';

/**
 * Returns the bags that must not exist, e.g. because they were erased, in which an earlier verification found faults, and of which nothing is left: somebody
 * removed them. Nobody verifies them again, so that without an entry their faults would count for ever. A log with damaged lines gives none.
 */
export async function goneBags(dir: string, { last }: Pick<Surroundings, 'last'>, history: ReadingHistory): Promise<readonly string[]> {
  if (!last.whole) return [];
  const gone: string[] = [];
  for (const { bag } of history.hits(null)) {
    const landed = last.landed.get(bag);
    if ((landed !== undefined && !landed.deleted) || last.announced.has(bag) || history.copy(bag, null).damage === null) continue;
    if (await isGone(join(dir, 'bags', bag))) gone.push(bag);
  }
  return gone;
}

/** Returns true if a folder does not exist or is empty; false if something is there, or the system cannot tell. */
async function isGone(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return systemCode(error) === 'ENOENT';
  }
}
