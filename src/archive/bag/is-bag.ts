import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Returns true if a path is a single bag and not an archive. */
export function isBag(path: string): boolean {
  return !existsSync(join(path, 'longplay.json')) && (existsSync(join(path, 'bagit.txt')) || existsSync(join(path, 'data')));
}
