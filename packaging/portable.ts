import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, copyInto, run, tarOf } from './build.ts';
import { licenceRule, licenceText } from './licence-text.ts';
import { writeManual } from './manual.ts';
import { copyProgram } from './npm.ts';
import { copyPackages, shippedPackages } from './production.ts';
import { sbom } from './sbom.ts';
import { systemOpus } from './system-opus.ts';

/** The bundled release of Node.js: one that the tests run longplay under (test/runtimes/package.json), with long-term support. */
const runtime = 'test/runtimes/node_modules/node24';

/** Makes the tarball that runs from any folder on Linux x64, without root, network, Node.js or libopus. Uses gzip because a minimal Debian has no xz. Returns the name of the tarball. */
export function portableTarball(build: Build): string {
  const name = `longplay-${build.version}-linux-x64`;
  const folder = join(build.work, name);
  rmSync(folder, { recursive: true, force: true });
  copyProgram(build, folder);
  const packages = shippedPackages(build.root, { forNode20: false });
  copyPackages(build.root, packages, folder);
  const opus = systemOpus();
  const node = JSON.parse(readFileSync(join(build.root, runtime, 'package.json'), 'utf8')) as { readonly version: string };
  for (const each of ['bin', 'runtime', 'lib']) mkdirSync(join(folder, each));
  copyInto(join(build.root, runtime, 'bin/node'), join(folder, 'runtime/node'));
  copyFileSync(opus.library, join(folder, 'lib/libopus.so.0'));
  copyFileSync(join(build.root, 'packaging/portable/longplay'), join(folder, 'bin/longplay'));
  for (const program of ['bin/longplay', 'runtime/node']) chmodSync(join(folder, program), 0o755);
  writeManual(build, join(folder, 'share'));
  const install = readFileSync(join(build.root, 'packaging/portable/INSTALL.md'), 'utf8');
  const words = { VERSION: build.version, NODE_VERSION: node.version, OPUS_VERSION: opus.version };
  writeFileSync(
    join(folder, 'INSTALL.md'),
    install.replace(/\b(NODE_VERSION|OPUS_VERSION|VERSION)\b/g, (word) => words[word as keyof typeof words]),
  );
  const licences = [
    readFileSync(join(folder, 'dist/licences.txt'), 'utf8'),
    ...packages.map((each) => licenceText(join(build.root, each.folder))),
    `libopus ${opus.version}\n\n${opus.copyright}\n`,
    `Node.js ${node.version}\n\n${readFileSync(join(build.root, runtime, 'LICENSE'), 'utf8').trim()}\n`,
  ];
  writeFileSync(join(folder, 'LICENCES.txt'), licences.join(licenceRule));
  const parts = [
    { name: 'node', version: node.version, purl: `pkg:generic/node@${node.version}`, licence: 'MIT', file: join(folder, 'runtime/node') },
    {
      name: 'libopus0',
      version: opus.version,
      purl: `pkg:deb/debian/libopus0@${opus.version}?arch=amd64`,
      licence: 'BSD-3-Clause',
      file: join(folder, 'lib/libopus.so.0'),
    },
  ];
  const bill = sbom(build, packages, parts);
  writeFileSync(join(folder, 'sbom.cdx.json'), bill);
  writeFileSync(join(build.out, `${name}.cdx.json`), bill);
  tarOf(build, build.work, [name], join(build.work, `${name}.tar`));
  run('gzip', ['-9', '--no-name', '--force', join(build.work, `${name}.tar`)]);
  copyFileSync(join(build.work, `${name}.tar.gz`), join(build.out, `${name}.tar.gz`));
  return `${name}.tar.gz`;
}
