import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { removeDurable, temporaryPrefix } from './durable.ts';

/** Lists files and folders with temporary names below a folder, absolute; none if the folder is absent or cannot be read. */
export async function temporariesBelow(folder: string, depth = 0): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(temporaryPrefix)) found.push(path);
    else if (entry.isDirectory() && depth < limits.bagDepth) found.push(...(await temporariesBelow(path, depth + 1)));
  }
  return found;
}

/**
 * Removes durably what killed runs left below a folder under temporary names: it may have what is erased meanwhile. The caller must hold the lock under which
 * such files are written.
 */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const path of await temporariesBelow(folder)) await removeDurable(path);
}
