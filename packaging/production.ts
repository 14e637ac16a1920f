import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CannotBuild, copyInto } from './build.ts';
import { unbundled } from './unbundled.ts';

/** The parts of a package to copy, relative to its folder, for packages that also hold sources, binaries of other platforms or documents. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3-multiple-ciphers': ['package.json', 'LICENSE', 'lib', 'prebuilds/linux-x64.node'],
  'better-sqlite3-node20': ['package.json', 'LICENSE', 'lib', 'build/Release/better_sqlite3.node'],
  koffi: [
    'package.json',
    'LICENSE.txt',
    'index.cjs',
    'index.js',
    'src/koffi/index.cjs',
    'src/koffi/index.js',
    'src/koffi/src/static.cjs',
    'src/koffi/src/static.js',
  ],
  '@koromix/koffi-linux-x64': ['package.json', 'index.js', 'linux_x64'],
  'fluent-ffmpeg': ['package.json', 'LICENSE', 'index.js', 'lib'],
  async: ['package.json', 'LICENSE', 'lib'],
  which: ['package.json', 'LICENSE', 'which.js'],
  isexe: ['package.json', 'LICENSE', 'index.js', 'mode.js', 'windows.js'],
  bindings: ['package.json', 'LICENSE.md', 'bindings.js'],
  'file-uri-to-path': ['package.json', 'LICENSE', 'index.js'],
};

/** Dependencies that are only needed at installation: one downloads a binary, the other has headers for compilers. */
const atInstallation = new Set(['prebuild-install', 'node-addon-api']);

/** A package to ship in node_modules. */
export interface ShippedPackage {
  /** Its name in node_modules. */
  readonly name: string;
  /** Its folder in the project's node_modules, relative to the project. */
  readonly folder: string;
}

/**
 * Returns the packages that the built program loads on Linux x64, with their dependencies, as installed in the project. `forNode20`: with the release of
 * better-sqlite3-multiple-ciphers for Node.js 20, which works with that version only.
 */
export function shippedPackages(root: string, { forNode20 }: { readonly forNode20: boolean }): readonly ShippedPackage[] {
  const found = new Map<string, ShippedPackage>();
  const add = (name: string, from: string, isOptional: boolean): void => {
    const folder = resolvePackage(root, name, from);
    if (folder === null && isOptional) return;
    if (folder === null) throw new Error(`${name}, which ${relative(root, from) || 'longplay'} needs, is not installed: run bin/setup`);
    if (found.has(folder)) return;
    found.set(folder, { name, folder: relative(root, folder) });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly dependencies?: Record<string, string>;
      readonly optionalDependencies?: Record<string, string>;
    };
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!atInstallation.has(each)) add(each, folder, each in optionalDependencies);
  };
  for (const name of unbundled) if (forNode20 || name !== 'better-sqlite3-node20') add(name, root, false);
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Returns the folder in which Node.js finds a package from a given folder, within the project; null if there is none. */
function resolvePackage(root: string, name: string, from: string): string | null {
  for (let at = from; at.length >= root.length; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return null;
}

/** Copies the files that each package needs at run time. @throws CannotBuild if one of them is absent */
export function copyPackages(root: string, packages: readonly ShippedPackage[], to: string): void {
  for (const { name, folder } of packages) {
    const wanted = parts[name];
    if (wanted === undefined) throw new Error(`packaging/production.ts does not say what of ${name} is shipped`);
    for (const part of wanted) {
      if (!existsSync(join(root, folder, part)))
        throw new CannotBuild(`${folder}/${part} is absent: run bin/setup, for the release of Node.js 20 under Node.js 20`);
      copyInto(join(root, folder, part), join(to, folder, part));
    }
  }
}
