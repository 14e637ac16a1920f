import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, buildTime, projectVersion, run } from '../../packaging/build.ts';
import { checksums } from '../../packaging/checksums.ts';
import { imageOf } from '../../packaging/image.ts';
import { copyProgram, npmTarball } from '../../packaging/npm.ts';
import { copyPackages, shippedPackages } from '../../packaging/production.ts';
import { sbom } from '../../packaging/sbom.ts';
import { createRig, type Rig, root } from '../cli/rig.ts';

// The short form. The long one, test/packages/run, makes every package twice and uses each in a new root file system: docs/how-to/packages.md has its results.
let rig: Rig;
const epoch = 1_790_000_000;
const buildIn = (out: string): Build => ({
  root: root.replace(/\/$/, ''),
  out: rig.path(out),
  work: rig.folder,
  version: projectVersion(root),
  epoch,
});
const nodeMajor = Number.parseInt(process.versions.node, 10);
/** Debian 13's npm 9 has no `npm sbom`. */
const hasBills = Number.parseInt(String(run('npm', ['--version'])), 10) >= 10;
const tarball = `longplay-${projectVersion(root)}.tgz`;

beforeAll(() => {
  rig = createRig();
  npmTarball(buildIn('first'));
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe('the npm tarball', () => {
  test('contains what package.json lists, and nothing that only builds or tests need', async () => {
    const { stdout } = await rig.exec('tar', ['-tzf', rig.path('first', tarball)]);
    const files = stdout
      .trim()
      .split('\n')
      .map((name) => name.replace(/^package\//, ''));
    const tops = new Set(
      files.map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('dist/') || name.startsWith('samples/') ? 2 : 1)
          .join('/'),
      ),
    );
    expect([...tops].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/bin',
      'dist/codecs',
      'dist/lib',
      'dist/licences.txt',
      'dist/page',
      'docs',
      'importers',
      'package.json',
      'samples/canaries',
      'samples/canaries.json',
      'samples/formats',
      'site',
    ]);
    expect(files).toContain('dist/bin/longplay.js');
  });

  test('has the same bytes when it is made again', () => {
    npmTarball(buildIn('second'));
    expect(readFileSync(rig.path('second', tarball)).equals(readFileSync(rig.path('first', tarball)))).toBe(true);
  });

  test('works completely with the packages that are shipped beside it, without node_modules of the project', async () => {
    const build = buildIn('first');
    copyProgram(build, rig.path('program'));
    copyPackages(build.root, shippedPackages(build.root, { forNode20: nodeMajor < 22 }), rig.path('program'));
    const { code, stdout } = await rig.exec(process.execPath, [rig.path('program/dist/bin/longplay.js'), 'doctor']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Everything is installed and works.')]);
    expect(stdout).toContain('better-sqlite3');
  });
});

describe.skipIf(!hasBills)('the bill of materials', () => {
  test('is the same for the same time, and has another serial number with another time', () => {
    const [first, again, later] = [buildIn('first'), buildIn('first'), { ...buildIn('first'), epoch: epoch + 1 }].map((build) =>
      sbom(build, null, []),
    );
    expect(again).toBe(first);
    // It does not show where it was made.
    expect(JSON.parse(first ?? '')).toMatchObject({ metadata: { component: { name: 'longplay', 'bom-ref': expect.stringMatching(/^longplay@/) } } });
    const serial = /"serialNumber": "(urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"/;
    expect(serial.exec(later ?? '')?.[1]).not.toBe(serial.exec(first ?? '')?.[1]);
    expect(serial.exec(first ?? '')).not.toBeNull();
  });

  test('of a package lists its contents, and no binary of another platform', () => {
    const build = buildIn('first');
    const file = rig.path('part');
    writeFileSync(file, 'part');
    const part = { name: 'node', version: '1.2.3', purl: 'pkg:generic/node@1.2.3', licence: 'MIT', file };
    const bill = JSON.parse(sbom(build, shippedPackages(build.root, { forNode20: false }), [part])) as {
      readonly components: readonly { readonly name: string; readonly version: string }[];
    };
    const names = bill.components.map(({ name }) => name);
    // In the bundle, in node_modules, and neither.
    expect(names).toEqual(expect.arrayContaining(['commander', 'koffi', '@koromix/koffi-linux-x64', 'node']));
    for (const absent of ['@koromix/koffi-win32-x64', 'prebuild-install', 'vitest']) expect(names).not.toContain(absent);
    expect(bill.components.filter(({ name }) => name === 'better-sqlite3-multiple-ciphers').map(({ version }) => version)).toEqual(['13.0.3']);
  });
});

describe('checksums', () => {
  test('are verified by sha256sum, and signed by a named key', async () => {
    const build = buildIn('first');
    expect(checksums(build, {})).toContain('is not signed');
    expect((await rig.exec('sha256sum', ['--strict', '--check', 'SHA256SUMS'], build.out)).code).toBe(0);
    expect((await rig.exec('minisign', ['-G', '-W', '-p', 'key.pub', '-s', 'key'])).code).toBe(0);
    expect(checksums(build, { LONGPLAY_MINISIGN_KEY: rig.path('key') })).toContain('is signed');
    const first = readFileSync(rig.path('first/SHA256SUMS.minisig'));
    const judged = await rig.exec('minisign', ['-V', '-p', rig.path('key.pub'), '-m', 'SHA256SUMS'], build.out);
    expect([judged.code, judged.stdout]).toEqual([0, expect.stringContaining(`longplay ${build.version}, source of 2026-09-21`)]);
    checksums(build, { LONGPLAY_MINISIGN_KEY: rig.path('key') });
    expect(readFileSync(rig.path('first/SHA256SUMS.minisig')).equals(first)).toBe(true);
    writeFileSync(rig.path('first/SHA256SUMS'), 'of something else\n');
    expect((await rig.exec('minisign', ['-V', '-p', rig.path('key.pub'), '-m', 'SHA256SUMS'], build.out)).code).not.toBe(0);
  });

  test('a missing key, and an invalid time, end the build', () => {
    expect(() => checksums(buildIn('first'), { LONGPLAY_MINISIGN_KEY: rig.path('nowhere') })).toThrow('nowhere, which is absent');
    expect(() => buildTime(root, { SOURCE_DATE_EPOCH: 'yesterday' })).toThrow("SOURCE_DATE_EPOCH is 'yesterday'");
    expect(buildTime(root, { SOURCE_DATE_EPOCH: '7' })).toBe(7);
  });
});

test('an image is read by skopeo: one layer, no root, the command; and has the same bytes when it is made again', async () => {
  const made = await Promise.all(
    ['once', 'twice'].map(async (folder) => {
      const build = { ...buildIn(folder), work: rig.path(`${folder} work`) };
      for (const each of [build.out, build.work]) mkdirSync(each);
      expect((await rig.exec('tar', ['-cf', join(build.work, 'root.tar'), '--mtime=@0', '--sort=name', '-C', root, 'LICENSE'])).code).toBe(0);
      return join(build.out, imageOf(build, { tar: join(build.work, 'root.tar'), user: '999:998' }));
    }),
  );
  const [first = '', second = ''] = made;
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  const { code, stdout } = await rig.exec('skopeo', ['inspect', '--config', `oci-archive:${first}`]);
  expect(code).toBe(0);
  const { config, created, rootfs } = JSON.parse(stdout) as { config: unknown; created: string; rootfs: { diff_ids: string[] } };
  expect(config).toMatchObject({ User: '999:998', Entrypoint: ['/usr/bin/longplay'] });
  expect([created, rootfs.diff_ids.length]).toEqual(['2026-09-21T14:13:20Z', 1]);
  // skopeo compares every digest while it copies.
  expect((await rig.exec('skopeo', ['copy', '--quiet', `oci-archive:${first}`, `dir:${rig.path('copied')}`])).code).toBe(0);
});

test('the command of the relocatable tarball finds its folder through symbolic links, in a path with blanks', async () => {
  const folder = rig.path('a place', 'longplay');
  for (const each of ['bin', 'runtime', 'dist/bin']) mkdirSync(join(folder, each), { recursive: true });
  copyFileSync(join(root, 'packaging/portable/longplay'), join(folder, 'bin/longplay'));
  chmodSync(join(folder, 'bin/longplay'), 0o755);
  symlinkSync(process.execPath, join(folder, 'runtime/node'));
  writeFileSync(join(folder, 'dist/bin/longplay.js'), 'console.log(JSON.stringify([__filename, ...process.argv.slice(2)])); process.exitCode = 3;');
  mkdirSync(rig.path('on the path'));
  symlinkSync(join(folder, 'bin/longplay'), rig.path('absolute'));
  symlinkSync('../absolute', rig.path('on the path/relative'));
  const says = [join(folder, 'dist/bin/longplay.js'), 'two words', '$HOME', ''];
  for (const [program, cwd] of [
    [join(folder, 'bin/longplay'), '/'],
    [rig.path('absolute'), '/'],
    ['./relative', rig.path('on the path')],
  ] as const) {
    const { code, stdout } = await rig.exec(program, says.slice(1), cwd, { PATH: process.env.PATH, CDPATH: rig.folder });
    expect([program, code, JSON.parse(stdout)]).toEqual([program, 3, says]);
  }
  const { stdout } = await rig.exec('sh', ['-c', 'relative'], '/', { PATH: `${rig.path('on the path')}:${process.env.PATH}` });
  expect(JSON.parse(stdout)).toEqual(says.slice(0, 1));
});
