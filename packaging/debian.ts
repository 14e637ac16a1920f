import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRunTime } from '../src/verify/schedule/run-time.ts';
import { templateFiles } from '../src/verify/schedule/timer-units.ts';
import { type Build, copyInto, run } from './build.ts';
import { licenceRule, licenceText } from './licence-text.ts';
import { writeManual } from './manual.ts';
import { copyProgram } from './npm.ts';
import { copyPackages, shippedPackages } from './production.ts';
import { sbom } from './sbom.ts';

/** Folder in which the package puts the files that its units use. */
const installed = { program: '/usr/bin/longplay', keys: '/var/lib/longplay/keys', user: 'longplay', settings: '/etc/longplay' } as const;

/**
 * Makes the Debian package with debhelper, from the same program as the other packages. The package contains both releases of better-sqlite3-multiple-ciphers, the one of Node.js
 * 20 as compiled on this machine, so that the package keeps working after an upgrade of nodejs. Returns its name.
 */
export function debianPackage(build: Build): string {
  const folder = join(build.work, 'debian-source', `longplay-${build.version}`);
  rmSync(folder, { recursive: true, force: true });
  const program = join(folder, 'program');
  copyProgram(build, program);
  const packages = shippedPackages(build.root, { forNode20: true });
  copyPackages(build.root, packages, program);
  // Debian's Node.js, even if the caller's path has another one first.
  const start = join(program, 'dist/bin/longplay.js');
  writeFileSync(start, readFileSync(start, 'utf8').replace(/^#!.*/, '#!/usr/bin/node'));
  chmodSync(start, 0o755);
  const licences = [readFileSync(join(program, 'dist/licences.txt'), 'utf8'), ...packages.map((each) => licenceText(join(build.root, each.folder)))];
  writeFileSync(join(folder, 'LICENCES.txt'), licences.join(licenceRule));
  rmSync(join(program, 'dist/licences.txt'));
  for (const each of packages)
    run('find', [join(program, each.folder), '-maxdepth', '1', '-iname', 'LICEN[CS]E*', '-delete'], { debian: 'findutils' });
  writeManual(build, join(folder, 'share'));
  mkdirSync(join(folder, 'units'));
  for (const { name, text } of templateFiles({ ...installed, at: parseRunTime('daily 02:00') })) writeFileSync(join(folder, 'units', name), text);
  const agentUnit = 'longplay-key-agent@.service';
  copyFileSync(join(build.root, 'packaging', agentUnit), join(folder, 'units', agentUnit));
  copyInto(join(build.root, 'packaging/debian'), join(folder, 'debian'));
  writeFileSync(join(folder, 'debian/changelog'), changelog(build));
  // Modes in the checkout depend on its owner; modes in the package do not.
  run('chmod', ['-R', 'u=rwX,go=rX', folder], { debian: 'coreutils' });
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(build.epoch), LC_ALL: 'C.UTF-8', DEB_BUILD_OPTIONS: 'nocheck' };
  run('dpkg-buildpackage', ['--build=binary', '--no-sign', '--no-check-builddeps'], { cwd: folder, env, debian: 'dpkg-dev debhelper' });
  const name = `longplay_${build.version}_amd64.deb`;
  copyFileSync(join(folder, '..', name), join(build.out, name));
  writeFileSync(join(build.out, `longplay_${build.version}_amd64.cdx.json`), sbom(build, packages, []));
  return name;
}

/** Debian's changelog format needs one entry for the version; the changes themselves are listed in CHANGELOG.md. */
function changelog(build: Build): string {
  const maintainer = /^Maintainer: (.+)$/m.exec(readFileSync(join(build.root, 'packaging/debian/control'), 'utf8'))?.[1] ?? '';
  const date = new Date(build.epoch * 1_000).toUTCString().replace('GMT', '+0000');
  return `longplay (${build.version}) unstable; urgency=medium\n\n  * Version ${build.version}: CHANGELOG.md says what changed.\n\n -- ${maintainer}  ${date}\n`;
}
