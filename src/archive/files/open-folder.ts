import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { openTo } from '../../core/base/mode-bits.ts';

/** A folder and its mode. */
export interface OpenFolder {
  readonly path: string;
  readonly mode: number;
}

/** Links one behind the other that Linux follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Looks at the folder of a file, and where the file is a link at that of each link and of what it leads to: the first in which every user of this machine can put another file or link in
 * its place; null where there is none. Whatever the rights of the file, it is as open as that folder. Folders above these are not looked at. What cannot be looked at is passed over:
 * whoever reads the file says so.
 */
export function openFolderOf(file: string): OpenFolder | null {
  try {
    let at = resolve(file);
    for (let links = 0; links <= mostLinks; links++) {
      const folder = dirname(at);
      const { mode } = statSync(folder);
      if (openTo(mode, true).everybodyWrites) return { path: folder, mode };
      if (!lstatSync(at).isSymbolicLink()) return null;
      at = resolve(folder, readlinkSync(at));
    }
    return null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
