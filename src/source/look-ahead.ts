import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import type { Entry } from '../core/model/source.ts';
import { lookAt } from './folder.ts';
import { entryName } from './members/entry-name.ts';
import { containerKind, smallestContainerBytes } from './read/container-kind.ts';
import type { ListedFile } from './read/open-files.ts';

/** A folder of a source: its real path, and the prefix of the paths of its entries. */
export interface SourceFolder {
  readonly path: string;
  readonly prefix: string;
}

/** Finds files before the folders are listed. */
export interface LookAhead {
  /** Returns the entry that the listing will have under a path; null if only the listing can show that. */
  find(path: string): Promise<Entry | null>;
  /** Returns the file on disk of a found entry. */
  fileOf(entry: Entry): ListedFile & { readonly path: string };
}

/** Number of folders that are remembered as reached without a link. */
const rememberedFolders = 1_000;

/**
 * Creates a search for files by path. If several names lead to one path, the name that equals the path keeps it in the listing, so that this file can be used
 * before the listing.
 * @param isOurs returns true for folders that are not part of the source
 */
export function lookAhead(folders: readonly SourceFolder[], isOurs: (path: string) => boolean): LookAhead {
  const folderOf = (path: string): SourceFolder | null => folders.find(({ prefix }) => path.startsWith(prefix)) ?? null;
  const onDisk = (folder: SourceFolder, path: string): string => join(folder.path, path.slice(folder.prefix.length));
  const straight = new Set<string>();
  const isStraight = async (root: string, folder: string): Promise<boolean> => {
    if (folder === root || straight.has(folder)) return true;
    if (isOurs(folder) || (await realpath(folder)) !== folder || !(await isStraight(root, dirname(folder)))) return false;
    if (straight.size >= rememberedFolders) straight.clear();
    straight.add(folder);
    return true;
  };
  const find = async (path: string): Promise<Entry | null> => {
    const folder = folderOf(path);
    // A `!` in the path may lead into a container.
    if (folder === null || path.includes('!')) return null;
    const relative = Buffer.from(path.slice(folder.prefix.length));
    const name = entryName(relative, null);
    if (name.raw !== null || folder.prefix + name.path !== path) return null;
    const file = onDisk(folder, path);
    try {
      if (!(await isStraight(folder.path, dirname(file)))) return null;
    } catch (error) {
      if (systemCode(error) === null) throw error;
      return null;
    }
    const found = await lookAt(Buffer.from(file), relative);
    if (found?.kind !== 'file') return null;
    const { size, modifiedMs, head } = found;
    return size >= smallestContainerBytes && containerKind(head, path) !== null ? null : { path, rawName: null, size, modifiedMs };
  };
  return {
    find,
    fileOf: ({ path, size, modifiedMs }) => {
      const folder = folderOf(path);
      if (folder === null) throw new Error('an entry of another source');
      return { path: onDisk(folder, path), name: path, size, modifiedMs: modifiedMs ?? Number.NaN, spooled: false };
    },
  };
}
