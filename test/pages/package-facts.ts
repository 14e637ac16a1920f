import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/rig.ts';

interface PackageFile {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const file = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageFile;
const versions: Readonly<Record<string, string>> = { ...file.dependencies, ...file.optionalDependencies, ...file.devDependencies };

/** `20.19`: the oldest Node.js that runs longplay. */
export const oldestNode = file.engines.node.replace(/^>=/, '');

/** `14`, `0.6`, `2.1`: a package's version up to the part that changes with a breaking release, or to `parts`. */
export function versionOf(name: string, parts = 1): string {
  const version = (versions[name] ?? '').replace(/^npm:.*@/, '').split('.');
  if (version.length < 3) throw new Error(`package.json has no ${name} any more: correct test/pages`);
  return version.slice(0, version[0] === '0' ? 2 : parts).join('.');
}

/** Packages that `npm ci` installs because package.json names them, without types of others. */
export const packageNames: readonly string[] = Object.keys(versions).filter((name) => !name.startsWith('@types/'));
