import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { othersAccess } from '../../core/base/mode-bits.ts';

/** A folder and its mode. */
export interface OpenFolder {
  readonly path: string;
  readonly mode: number;
}

/** Length of the longest chain of links that Linux follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Examines the folder of a file and, if the file is a link, the folder of each link and of the target. Returns the first folder in which every user of this
 * machine can replace the file or link; null if there is none. Such a folder exposes the file whatever the file's own permissions are. Does not examine the
 * parents of these folders. Ignores errors, because reading the file will report them.
 */
export function openFolderOf(file: string): OpenFolder | null {
  try {
    let at = resolve(file);
    for (let links = 0; links <= mostLinks; links++) {
      const folder = dirname(at);
      const { mode } = statSync(folder);
      if (othersAccess(mode, true).everybodyWrites) return { path: folder, mode };
      if (!lstatSync(at).isSymbolicLink()) return null;
      at = resolve(folder, readlinkSync(at));
    }
    return null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
