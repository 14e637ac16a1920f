import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, createArchive } from '../../src/archive/layout.ts';
import { beginLog } from '../../src/log/log.ts';
import { calm } from '../archive/rig.ts';

export const now = (): string => '2024-05-06T07:08:09.000Z';

/** An archive without bags, and a folder for its key beside it. */
export async function newArchive(folder: string): Promise<{ readonly archive: Archive; readonly keys: string; readonly log: string }> {
  const dir = join(folder, 'archive');
  const keys = join(folder, 'keys');
  mkdirSync(dir, { recursive: true });
  const archive = await createArchive(dir, { now: now(), beginLog: (made, fixed) => beginLog(made, { ...fixed }, keys) }, calm);
  return { archive, keys, log: join(dir, 'log') };
}
