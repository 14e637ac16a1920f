import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { systemCode } from '../../core/base/error.ts';

/** What lies at a path, links not followed; null where nothing does. */
export async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
