import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';

/** Ids of recordings, as longplay makes them (UUID version 8, RFC 9562). */
const anId = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Returns true if a text has the id of a recording that is meant. */
export function mentions(text: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const [id] of text.matchAll(anId)) if (isMeant(id)) return true;
  return false;
}

/** Returns true if a file below a folder has such an id in its name or bytes. Links are not followed. */
export function mentionsOne(folder: string, isMeant: (recordingId: string) => boolean): boolean {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (mentions(entry.name, isMeant)) return true;
    if (entry.isFile() && mentions(readFileSync(join(entry.parentPath, entry.name), 'latin1'), isMeant)) return true;
  }
  return false;
}

/** Length of an id. */
const idChars = 36;

/** Returns true if bytes that come in pieces have such an id, also where two pieces meet. */
export function mentionsIn(pieces: Iterable<Buffer>, isMeant: (recordingId: string) => boolean): boolean {
  let before = '';
  for (const piece of pieces) {
    const text = before + piece.toString('latin1');
    if (mentions(text, isMeant)) return true;
    before = text.slice(1 - idChars);
  }
  return false;
}

/** Files that name recordings without holding anything of them: lists of a bag, and what says how it was repaired. */
const listsOnly = /^(?:tag)?manifest-[a-z0-9]+\.txt$|^repair\.json$/;

/** Returns paths below a folder that name one of the recordings: folders and files with its id as their name, and files that have it in their bytes. Lists of digests do not count. */
export function pathsNaming(folder: string, isMeant: (recordingId: string) => boolean): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isList = entry.isFile() && listsOnly.test(entry.name);
    if (mentions(entry.name, isMeant) || (entry.isFile() && !isList && mentions(readFileSync(path, 'latin1'), isMeant))) return [path];
    return entry.isDirectory() ? pathsNaming(path, isMeant) : [];
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
