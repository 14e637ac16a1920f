import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyPackages, shippedPackages } from '../../packaging/production.ts';
import { cli, root } from './rig.ts';

/**
 * Returns the path of the built program as a user may run it: the project's own one, or, if that user cannot read it, for example because the
 * project is below `/root`, a copy in `folder`.
 * @param user user and group to run it, as `spawn` takes them; both undefined: the user of the test
 * @param folder folder that the user can read
 */
export function programFor({ uid, gid }: { readonly uid?: number; readonly gid?: number }, folder: string): string {
  const user = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  if (spawnSync('test', ['-r', cli], user).status === 0) return cli;
  const copy = join(folder, 'program');
  const program = join(copy, 'dist/bin/longplay.js');
  if (existsSync(program)) return program;
  mkdirSync(copy);
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => path !== join(root, 'dist/test') });
  const project = resolve(root);
  copyPackages(project, shippedPackages(project, { forNode20: process.version.startsWith('v20.') }), copy);
  chmodSync(copy, 0o755);
  return program;
}
