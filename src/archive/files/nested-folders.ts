import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { systemCode } from '../../core/base/error.ts';

/** Two folders of a list that are one folder under two names, or of which one is inside the other. */
export interface NestedFolders {
  /** Positions in the list. */
  readonly outer: number;
  readonly inner: number;
  readonly isSame: boolean;
}

/** Links that are followed to find out where a folder would be created; Linux follows as many (path_resolution(7)). */
const mostLinks = 40;

/**
 * Returns the pairs of folders that would be lost together because they are one folder, or nested. Folders are compared by device and inode, so symbolic links, bind
 * mounts and names that differ only in case do not hide it; folders that do not exist yet, by the place where they would be created. Not recognised: a bind mount of
 * a folder that is itself inside of the other folder.
 */
export function nestedFolders(folders: readonly string[]): readonly NestedFolders[] {
  const ways = folders.map((folder) => wayTo(resolve(folder), mostLinks));
  const nestedIn = (outer: number, inner: number): NestedFolders | null => {
    const depth = ways[inner]?.indexOf(ways[outer]?.[0] ?? '') ?? -1;
    return depth < 0 ? null : { outer, inner, isSame: depth === 0 };
  };
  return ways.flatMap((_, index) => ways.slice(0, index).flatMap((__, before) => nestedIn(before, index) ?? nestedIn(index, before) ?? []));
}

/** Returns what identifies a folder and each folder above it. @param links links that may still be followed */
function wayTo(path: string, links: number): readonly string[] {
  const found = marksOf(path);
  if (found !== null) return found;
  const target = links === 0 ? null : targetOf(path);
  if (target !== null) return wayTo(target, links - 1);
  const above = dirname(path) === path ? [] : wayTo(dirname(path), links);
  return [`${above[0] ?? ''}/${basename(path)}`, ...above];
}

/** Returns device and inode of an existing folder and of each folder above it; null if it does not exist or cannot be examined. */
function marksOf(path: string): readonly string[] | null {
  try {
    const marks: string[] = [];
    for (let folder = realpathSync(path); ; folder = dirname(folder)) {
      const { dev, ino } = statSync(folder, { bigint: true });
      // Some file systems number nothing: there, the name without links has to suffice.
      marks.push(`${dev}:${ino === 0n ? folder : ino}`);
      if (dirname(folder) === folder) return marks;
    }
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/** Returns where a link leads whose target does not exist; null if the path is no link. */
function targetOf(path: string): string | null {
  try {
    return resolve(realpathSync(dirname(path)), readlinkSync(path));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
