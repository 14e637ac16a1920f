import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';

/** Matches ids of recordings that longplay makes (UUID version 8, RFC 9562). */
const anId = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Returns true if a text contains the id of a recording for which `isMeant` returns true. */
export function mentions(text: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const [id] of text.matchAll(anId)) if (isMeant(id)) return true;
  return false;
}

/** Returns true if the name or the bytes of a file below a folder contain the id of such a recording. Does not follow links. */
export function mentionsOne(folder: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (mentions(entry.name, isMeant)) return true;
    if (entry.isFile() && mentions(readFileSync(join(entry.parentPath, entry.name), 'latin1'), isMeant)) return true;
  }
  return false;
}

/** Number of characters of an id. */
const idChars = 36;

/** Returns true if bytes that come in pieces contain the id of such a recording, even across two pieces. */
export function mentionsIn(pieces: Iterable<Buffer>, isMeant: (recordingId: string) => boolean): boolean {
  let before = '';
  for (const piece of pieces) {
    const text = before + piece.toString('latin1');
    if (mentions(text, isMeant)) return true;
    before = text.slice(1 - idChars);
  }
  return false;
}

/** Matches files that name recordings without containing any of their data: manifests of a bag, and the description of a repair. */
const listsOnly = /^(?:tag)?manifest-[a-z0-9]+\.txt$|^repair\.json$/;

/**
 * Returns the paths below a folder that name one of the recordings: folders and files with an id in their names, and files with an id in their bytes. Manifests and
 * descriptions of repairs do not count.
 */
export function pathsNaming(folder: string, isMeant: (recordingId: string) => boolean): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isList = entry.isFile() && listsOnly.test(entry.name);
    if (mentions(entry.name, isMeant) || (entry.isFile() && !isList && mentions(readFileSync(path, 'latin1'), isMeant))) return [path];
    return entry.isDirectory() ? pathsNaming(path, isMeant) : [];
  });
}

/**
 * Returns the paths of files below a folder for which `isMeant` returns true, given the id of the recording (the name of the file's folder) and the name of the
 * file.
 */
export function pathsOfFiles(folder: string, isMeant: (recordingId: string, file: string) => boolean): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pathsOfFiles(path, isMeant);
    return isMeant(basename(folder), entry.name) ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
