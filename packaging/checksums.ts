import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, CannotBuild, run } from './build.ts';

const list = 'SHA256SUMS';
const signature = `${list}.minisig`;

/**
 * Writes SHA256SUMS of all packages in the folder, for `sha256sum -c`, and signs that list with minisign if LONGPLAY_MINISIGN_KEY names a secret key without a password. Returns a
 * description of what was done.
 */
export function checksums(build: Build, env: NodeJS.ProcessEnv): string {
  const names = readdirSync(build.out).filter((name) => name.startsWith('longplay') && !name.startsWith('.'));
  const digest = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(build.out, name)))
      .digest('hex');
  writeFileSync(
    join(build.out, list),
    names
      .sort()
      .map((name) => `${digest(name)}  ${name}\n`)
      .join(''),
  );
  rmSync(join(build.out, signature), { force: true });
  const key = env.LONGPLAY_MINISIGN_KEY;
  if (key === undefined || key === '') return `${list} is not signed: LONGPLAY_MINISIGN_KEY names no key`;
  if (!existsSync(key)) throw new CannotBuild(`LONGPLAY_MINISIGN_KEY names ${key}, which is absent`);
  // The trusted comment is our own, because the default of minisign contains the time of signing.
  const comment = `longplay ${build.version}, source of ${new Date(build.epoch * 1_000).toISOString()}`;
  run('minisign', ['-S', '-s', key, '-m', list, '-x', signature, '-t', comment, '-c', `signature of longplay ${build.version}`], { cwd: build.out });
  return `${list} is signed: ${signature}`;
}
