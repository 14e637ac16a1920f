import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** True where the path is a bag by itself and no archive. */
export function isBag(path: string): boolean {
  return !existsSync(join(path, 'longplay.json')) && (existsSync(join(path, 'bagit.txt')) || existsSync(join(path, 'data')));
}
