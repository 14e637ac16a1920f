import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, run } from './build.ts';
import { makeSite } from './site.ts';

/** Makes the tarball that npm installs, with the documentation site in it. npm gives every file in the tarball the same time and root as owner. Returns its name. */
export function npmTarball(build: Build): string {
  mkdirSync(build.out, { recursive: true });
  makeSite(build.root, join(build.root, 'site'), build.work);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', build.out], { cwd: build.root });
  return `longplay-${build.version}.tgz`;
}

/** Copies the files of the npm tarball; every package of longplay is made of them. */
export function copyProgram(build: Build, to: string): void {
  mkdirSync(to, { recursive: true });
  run('tar', ['-xzf', join(build.out, `longplay-${build.version}.tgz`), '--strip-components=1', '--no-same-owner', '-C', to]);
}
