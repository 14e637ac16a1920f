import { type Dir, type Dirent, lstatSync, opendirSync } from 'node:fs';
import { limits } from '../../core/base/limits.ts';
import { codeOf } from '../files/hash-file.ts';
import { createRecordSorter, type RecordSorter } from '../files/record-sorter.ts';
import { type BagFault, fault } from './faults.ts';
import { alikeKey } from './names.ts';

/** Something that lies in a bag. Paths are relative to the bag, `/` between folders. */
export type BagItem = { readonly key: string; readonly path: string } & (
  | { readonly kind: 'file' }
  /** A link, device, pipe or socket. */
  | { readonly kind: 'special'; readonly what: string }
  /** A file or folder that cannot be looked at; of a folder what is below it is listed as far as it could be read. */
  | { readonly kind: 'unreadable'; readonly error: string }
  /** A name that is not UTF-8; U+FFFD stands for what is not. */
  | { readonly kind: 'unnamable' }
  /** Folders inside folders beyond the limit. */
  | { readonly kind: 'too-deep' }
);

/** A folder among the entries of another; its key puts it where its content belongs. */
interface FolderEntry {
  readonly kind: 'folder';
  /** Ends in `/`. */
  readonly key: string;
  readonly path: string;
}

type Entry = BagItem | FolderEntry;

/** Folders that are one but for the way in which their names are written, being listed. */
interface Level {
  readonly entries: Iterator<Entry>;
  next: Entry | null;
}

/** Entries of one folder in memory, less the deeper it lies; a folder of more is sorted through a file. */
const usualEntries = 65_536;
const leastEntries = 1_024;
/** What is asked of the system at once, and given at once. */
const entriesRead = 1_024;
const itemsAtOnce = 256;

/**
 * Everything below a folder of the bag (`''` for all of it), folders themselves left out, in the order of `key`, which is that of
 * `alikeKey`; only a folder that cannot be looked at may come late. Some at a time. `skip` is not entered. Calls are synchronous: the way
 * through the thread pool costs ten times what a call does.
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

/** Entries of folders, sorted as one; read before the first is given, so that no folder stays open. */
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
      // Nearly always one text is enough for both.
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
  // Node turns bytes that are not UTF-8 into U+FFFD, and then nothing has that name.
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

/** Entries as the system gives them; what it refuses is told and ends them. */
function* entriesOf(folder: string, refuse: (error: string) => void): Generator<Dirent> {
  let open: Dir;
  try {
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
    // What the system refuses is told by who reads it.
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

/** What is to be said of something that is no readable file. */
export function itemFault(item: Exclude<BagItem, { kind: 'file' }>): BagFault {
  if (item.kind === 'special') return fault('A153', item.path, `it is ${item.what}`);
  if (item.kind === 'unreadable') return fault('A154', item.path, `it cannot be read: ${item.error}`);
  if (item.kind === 'unnamable') return fault('A161', item.path, 'its name is not UTF-8');
  return fault('A167', item.path, `there are more than ${limits.bagDepth} folders one inside the other; what is below was not looked at`);
}
