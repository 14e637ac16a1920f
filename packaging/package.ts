import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Build, buildTime, CannotBuild, projectVersion } from './build.ts';
import { checksums } from './checksums.ts';
import { debianPackage } from './debian.ts';
import { containerImage } from './image.ts';
import { npmTarball } from './npm.ts';
import { portableTarball } from './portable.ts';
import { sbom } from './sbom.ts';

// Makes the release files: `npm run package` makes all, `npm run package -- npm portable` only those named. `--out FOLDER` replaces release/. docs/how-to/packages.md describes
// each package.
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** The packages, in the order of their dependencies. */
const makers: Readonly<Record<string, (build: Build) => string>> = {
  npm: (build) => {
    const name = npmTarball(build);
    writeFileSync(join(build.out, `longplay-${build.version}.cdx.json`), sbom(build, null, []));
    return name;
  },
  portable: portableTarball,
  debian: debianPackage,
  image: (build) => containerImage(build, process.env),
};

function main(args: readonly string[]): number {
  const at = args.indexOf('--out');
  const names = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  const folder = at < 0 ? 'release' : args[at + 1];
  const unknown = names.filter((name) => !(name in makers));
  if (unknown.length > 0 || folder === undefined) {
    say(`usage: npm run package -- [--out FOLDER] [${Object.keys(makers).join('] [')}]`);
    return 2;
  }
  // Built to dist/packaging/package.js.
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const work = mkdtempSync(join(tmpdir(), 'longplay-package-'));
  try {
    const build = { root, out: resolve(root, folder), work, version: projectVersion(root), epoch: buildTime(root, process.env) };
    mkdirSync(build.out, { recursive: true });
    for (const [name, make] of Object.entries(makers)) if (names.length === 0 || name === 'npm' || names.includes(name)) say(`made ${make(build)}`);
    say(checksums(build, process.env));
    return 0;
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    say(error.message);
    return 5;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

process.exitCode = main(process.argv.slice(2));
