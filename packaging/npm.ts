import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, run } from './build.ts';
import { makeSite } from './site.ts';

/** Makes the tarball that npm installs, with the documentation's site in it. npm gives every file in it the same time, and root as its owner. Returns its name. */
export function npmTarball(build: Build): string {
  mkdirSync(build.out, { recursive: true });
  makeSite(build.root, join(build.root, 'site'), build.work);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', build.out], { cwd: build.root });
  return `longplay-${build.version}.tgz`;
}

/** Copies the files of the npm tarball, which is what longplay is made of in every package. */
export function copyProgram(build: Build, to: string): void {
  mkdirSync(to, { recursive: true });
  run('tar', ['-xzf', join(build.out, `longplay-${build.version}.tgz`), '--strip-components=1', '--no-same-owner', '-C', to]);
}
