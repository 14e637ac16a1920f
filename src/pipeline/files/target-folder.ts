import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { temporaryPrefix } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { pathsOf } from '../../objects/address.ts';

/**
 * Refuses to write into what is read: the next run would read its own results as part of the source, and an archive must not contain anything else.
 * Links are resolved, so that another name cannot hide the overlap.
 * @param outer folders or files that are read; addresses in object stores contain no folder
 * @param inner the folder that is written, existing or not
 * @throws LongplayError U121
 */
export function keepApart(outer: readonly string[], inner: string): void {
  const target = realPath(inner);
  for (const path of pathsOf(outer)) {
    const way = relative(realPath(path), target);
    if (way !== '' && (way === '..' || way.startsWith(`..${sep}`))) continue;
    throw new LongplayError('usage', 'U121', `${inner} is inside ${path}, which is read`, 'name a folder outside of it');
  }
}

/** Returns the path with links resolved, even if its end does not exist yet. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), path.slice(parent.length));
}

/** Refuses a file in place of an output folder. @throws LongplayError usage with the given code */
export function refuseFile(path: string, code: 'A101' | 'P210' | 'U120' | 'U133'): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new LongplayError('usage', code, `${path} is not a folder`, 'name a new or empty folder');
}

/** Returns true for a missing path, and for a folder that is empty except for files of a killed run. */
export function isEmptyFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && readdirSync(path).every((name) => name.startsWith(temporaryPrefix)));
}
