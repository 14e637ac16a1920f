import { type Dir, type Dirent, lstatSync, opendirSync, readdirSync } from 'node:fs';
import { limits } from '../../core/base/limits.ts';
import { codeOf } from '../files/hash-file.ts';
import { createRecordSorter, type RecordSorter } from '../files/record-sorter.ts';
import { type BagFault, fault } from './faults.ts';
import { alikeKey } from './names.ts';

/** An item in a bag. Paths are relative to the bag, with `/` between folders. */
export type BagItem = { readonly key: string; readonly path: string } & (
  | { readonly kind: 'file' }
  /** A link, device, pipe or socket. */
  | { readonly kind: 'special'; readonly what: string }
  /** An unreadable file or folder. The content of a folder is listed as far as it can be read. */
  | { readonly kind: 'unreadable'; readonly error: string }
  /** An item whose name is not UTF-8; U+FFFD replaces the invalid bytes. */
  | { readonly kind: 'unnamable' }
  /** A folder that is nested beyond the limit. */
  | { readonly kind: 'too-deep' }
);

/** A subfolder as an entry. Its key sorts it to the position of its content. */
interface FolderEntry {
  readonly kind: 'folder';
  /** Key, which ends in `/`. */
  readonly key: string;
  readonly path: string;
}

type Entry = BagItem | FolderEntry;

/** Folders whose names have the same key and whose entries are therefore listed together. */
interface Level {
  readonly entries: Iterator<Entry>;
  next: Entry | null;
}

/** Number of entries of a folder that are sorted in memory; fewer at greater depth. A larger folder is sorted through a temporary file. */
const usualEntries = 65_536;
const leastEntries = 1_024;
/** Number of entries per request to the system, and per batch. */
const entriesRead = 1_024;
/**
 * Largest size of a folder that is read in one call. ext4 has at most 5,000 entries in so many bytes, ZFS counts each entry as one byte; a file system that states
 * 0 says nothing about the number.
 */
const smallFolderBytes = 65_536;
const itemsAtOnce = 256;

/**
 * Yields everything below a folder of the bag (`''`: the whole bag) except the folders themselves, in batches, ordered by `key`, the `alikeKey` of the path.
 * Only an unreadable folder may come out of order. The folder `skip` is not entered. Calls are synchronous, because a call through the thread pool costs ten
 * times as much.
 */
export function* walkBag(
  bag: string,
  folder: string,
  skip: string | null,
  temporary: string,
  entriesInMemory = usualEntries,
): Generator<readonly BagItem[]> {
  const levels: Level[] = [];
  let items: BagItem[] = [];
  const enter = (paths: readonly string[]): void => {
    if (levels.length > limits.bagDepth) {
      for (const path of paths) items.push({ kind: 'too-deep', path, key: alikeKey(path) });
      return;
    }
    const room = Math.max(Math.min(leastEntries, entriesInMemory), entriesInMemory >> levels.length);
    const entries = sortedEntries(bag, paths, room, temporary, (path, error) => items.push({ kind: 'unreadable', path, error, key: alikeKey(path) }));
    levels.push({ entries, next: taken(entries) });
  };
  try {
    enter([folder]);
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const entry = level.next;
      if (entry === null) {
        levels.pop();
        continue;
      }
      level.next = taken(level.entries);
      if (entry.path === skip) continue;
      if (entry.kind === 'folder') {
        const folders = [entry.path];
        for (; level.next?.kind === 'folder' && level.next.key === entry.key; level.next = taken(level.entries))
          if (level.next.path !== skip) folders.push(level.next.path);
        enter(folders);
      } else items.push(entry);
      if (items.length < itemsAtOnce) continue;
      yield items;
      items = [];
    }
    yield items;
  } finally {
    for (const level of levels) level.entries.return?.();
  }
}

function taken(entries: Iterator<Entry>): Entry | null {
  const next = entries.next();
  return next.done === true ? null : next.value;
}

/** Returns the entries of several folders as one sorted list. All entries are read before the first is returned, so that no folder stays open. */
function sortedEntries(
  bag: string,
  folders: readonly string[],
  room: number,
  temporary: string,
  refuse: (path: string, error: string) => void,
): Iterator<Entry> {
  const found: Entry[] = [];
  let sorter: RecordSorter | null = null;
  const spill = (): RecordSorter => {
    const into = sorter ?? createRecordSorter(temporary);
    for (const entry of found.splice(0)) into.add(entry.key, `${entry.kind === 'special' ? entry.what : entry.kind}\0${entry.path}`);
    return into;
  };
  for (const folder of folders) {
    const prefix = folder === '' ? '' : `${folder}/`;
    const key = alikeKey(prefix);
    for (const entry of entriesOf(folder === '' ? bag : `${bag}/${folder}`, (error) => refuse(folder, error))) {
      const { name } = entry;
      const path = `${prefix}${name}`;
      const alike = alikeKey(name);
      // One string usually serves as key and as path.
      found.push(entryOf(bag, key === prefix && alike === name ? path : `${key}${alike}`, path, whatIs(entry)));
      if (found.length > room) sorter = spill();
    }
  }
  if (sorter !== null) return fromSorter(bag, spill());
  return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).values();
}

function entryOf(bag: string, key: string, path: string, what: string): Entry {
  if (what === 'folder') return { kind: 'folder', key: `${key}/`, path };
  if (what !== 'file') return { kind: 'special', key, path, what };
  // Node.js decodes bytes that are not UTF-8 as U+FFFD, and no file has the resulting name.
  return path.includes('\ufffd') && !isThere(`${bag}/${path}`) ? { kind: 'unnamable', key, path } : { kind: 'file', key, path };
}

function* fromSorter(bag: string, sorter: RecordSorter): Generator<Entry> {
  try {
    for (const { key, value } of sorter.sorted()) {
      const [what = '', path = ''] = value.split('\0');
      if (what === 'unnamable') yield { kind: what, key, path };
      else yield entryOf(bag, what === 'folder' ? key.slice(0, -1) : key, path, what);
    }
  } finally {
    sorter.close();
  }
}

/** Yields entries in the order of the system. An error is reported to `refuse` and ends the list. */
function* entriesOf(folder: string, refuse: (error: string) => void): Generator<Dirent> {
  let open: Dir;
  try {
    // Most folders have a few files, which one call reads in a third of the time.
    const { size } = lstatSync(folder);
    if (size > 0 && size <= smallFolderBytes) return yield* readdirSync(folder, { withFileTypes: true });
    open = opendirSync(folder, { bufferSize: entriesRead });
  } catch (error) {
    refuse(codeOf(error));
    return;
  }
  try {
    for (let entry = read(); entry !== null; entry = read()) yield entry;
  } finally {
    open.closeSync();
  }

  function read(): Dirent | null {
    try {
      return open.readSync();
    } catch (error) {
      refuse(codeOf(error));
      return null;
    }
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    // Other errors are reported when the file is read.
    return !['ENOENT', 'ENOTDIR'].includes(codeOf(error));
  }
}

function whatIs(entry: Dirent): string {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'a symbolic link';
  if (entry.isFIFO()) return 'a pipe';
  if (entry.isSocket()) return 'a socket';
  return 'a device';
}

/** Returns the fault of an item that is not a readable file. */
export function itemFault(item: Exclude<BagItem, { kind: 'file' }>): BagFault {
  if (item.kind === 'special') return fault('A153', item.path, `it is ${item.what}`);
  if (item.kind === 'unreadable') return fault('A154', item.path, `it cannot be read: ${item.error}`);
  if (item.kind === 'unnamable') return fault('A161', item.path, 'its name is not UTF-8');
  return fault('A167', item.path, `folders are nested more than ${limits.bagDepth} deep; deeper folders were not checked`);
}
