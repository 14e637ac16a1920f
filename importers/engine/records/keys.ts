import { Buffer, isUtf8 } from 'node:buffer';
import { baseName, composed, extension, foldedName } from '../../../src/core/base/safe-path.ts';
import type { Entry } from '../../../src/core/model/source.ts';

/** Returns the key of a file by its name as exported; letter case counts. */
export function nameKey(path: string): string {
  return `name ${composed(lastPart(path))}`;
}

/** Returns the key of a file by its name without extension and letter case, for records that contain the name without the extension or with another one. */
export function stemKey(path: string): string {
  const name = lastPart(path);
  return `stem ${foldedName(name.slice(0, name.length - extension(name).length))}`;
}

/** Returns `nameKey` or `stemKey` of a path combined with the folder of the file, for names that occur in many folders; null if the path contains no folder. */
export function inFolderKey(key: string, path: string): string | null {
  const folder = pathParts(withoutContainers(path)).at(-2);
  return folder === undefined ? null : `${key} in ${folder}`;
}

/**
 * Returns the path of an entry as its container stores it, if that differs from `Entry.path` and a record may contain it: bytes that are not UTF-8 are read as
 * Windows-1252, a backslash as a slash. Null: a record contains `Entry.path`.
 */
export function storedPath({ path, rawName }: Entry): string | null {
  if (rawName === null) return null;
  const bytes = Buffer.from(rawName, 'base64');
  const hasBackslash = bytes.includes(0x5c);
  if (isUtf8(bytes) && !hasBackslash) return null;
  const name = (isUtf8(bytes) ? bytes.toString('utf8') : windows.decode(bytes)).replaceAll('\\', '/');
  // The stored name is that of the member in the innermost container; the path holds the names of its containers.
  return path.slice(0, path.lastIndexOf('!') + 1) + name;
}

const windows = new TextDecoder('windows-1252');

/** Returns the key of a file by an id in its name or folders. */
export function idKey(id: string): string {
  return `id ${id}`;
}

/** Returns the keys of all hours that contain a time within `toleranceMs` of `ms`, for claims of strength `window`. */
export function windowKeys(scope: string, ms: number, toleranceMs = 0): string[] {
  const hours: string[] = [];
  for (let hour = Math.floor((ms - toleranceMs) / 3_600_000); hour <= Math.floor((ms + toleranceMs) / 3_600_000); hour++)
    hours.push(`window ${hour} ${scope}`);
  return hours;
}

/** Returns the folders and the name of a path in a record, split at either slash, without the drive. */
export function pathParts(path: string): readonly string[] {
  const parts = composed(path.trim())
    .split(separator)
    .filter((part) => part !== '' && part !== '.');
  return /^[A-Za-z]:$/.test(parts[0] ?? '') ? parts.slice(1) : parts;
}

const separator = /[/\\]/;

/** Returns the path of an entry, with containers replaced by folders of their names: `2024/05.zip!a.wav` becomes `2024/05/a.wav`. */
export function withoutContainers(entryPath: string): string {
  if (!entryPath.includes('!')) return entryPath;
  return entryPath.replaceAll(/\.[^./!]+!/g, '/').replaceAll('!', '/');
}

/** Returns the key of all files directly in a folder or container. */
export function folderKey(entryPath: string): string {
  return `folder ${entryPath.slice(0, entryPath.length - baseName(entryPath).length)}`;
}

/** Returns the number of parts that two paths have in common at their ends; a container counts as a folder of its name. */
export function commonTail(written: readonly string[], entryPath: string): number {
  const entry = pathParts(withoutContainers(entryPath));
  let common = 0;
  while (common < Math.min(written.length, entry.length) && written.at(-1 - common) === entry.at(-1 - common)) common++;
  return common;
}

function lastPart(path: string): string {
  return baseName(path.includes('\\') ? path.replaceAll('\\', '/') : path).trim();
}
