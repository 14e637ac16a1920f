import { type Dir, type Dirent, lstatSync, opendirSync } from 'node:fs';
import { limits } from '../core/limits.ts';
import { type BagFault, fault } from './bag-faults.ts';
import { alikeKey } from './bag-names.ts';
import { codeOf } from './hash-file.ts';
import { createRecordSorter, type RecordSorter } from './record-sorter.ts';

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

/** An entry of a folder; `order` puts a folder where its content belongs. */
interface FolderEntry {
  readonly order: string;
  readonly path: string;
  /** `file`, `folder`, or what else it is, in words. */
  readonly what: string;
}

/** Folders that are one but for the way in which their names are written, being listed. */
interface Level {
  readonly entries: Iterator<FolderEntry>;
  next: FolderEntry | null;
}

/** Entries of one folder in memory, less the deeper it lies; a folder of more is sorted through a file. */
const usualEntries = 65_536;
const leastEntries = 1_024;
/** What is asked of the system at once. */
const entriesRead = 1_024;

/**
 * Everything below a folder of the bag (`''` for all of it), folders themselves left out, in the order of `key`, which is that of
 * `alikeKey`; only a folder that cannot be looked at may come late. `skip` is not entered. Calls are synchronous: the way through the
 * thread pool costs ten times what a call does.
 */
export function* walkBag(bag: string, folder: string, skip: string | null, temporary: string, entriesInMemory = usualEntries): Generator<BagItem> {
  const levels: Level[] = [];
  const refused: BagItem[] = [];
  const enter = (paths: readonly string[]): void => {
    const readable: string[] = [];
    if (levels.length > limits.bagDepth) for (const path of paths) refused.push({ kind: 'too-deep', path, key: alikeKey(path) });
    else readable.push(...paths);
    if (readable.length === 0) return;
    const room = Math.max(Math.min(leastEntries, entriesInMemory), entriesInMemory >> levels.length);
    const entries = sortedEntries(bag, readable, room, temporary, (path, error) =>
      refused.push({ kind: 'unreadable', path, error, key: alikeKey(path) }),
    );
    levels.push({ entries, next: taken(entries) });
  };
  enter([folder]);
  for (;;) {
    while (refused.length > 0) {
      const one = refused.shift();
      if (one !== undefined) yield one;
    }
    const level = levels.at(-1);
    if (level === undefined) return;
    const entry = level.next;
    if (entry === null) {
      levels.pop();
      continue;
    }
    level.next = taken(level.entries);
    if (entry.path === skip) continue;
    if (entry.what !== 'folder') {
      yield itemOf(bag, entry);
      continue;
    }
    const folders = [entry.path];
    for (; level.next?.what === 'folder' && level.next.order === entry.order; level.next = taken(level.entries))
      if (level.next.path !== skip) folders.push(level.next.path);
    enter(folders);
  }
}

function taken(entries: Iterator<FolderEntry>): FolderEntry | null {
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
): Iterator<FolderEntry> {
  const found: FolderEntry[] = [];
  let sorter: RecordSorter | null = null;
  const spill = (): RecordSorter => {
    const into = sorter ?? createRecordSorter(temporary);
    for (const { order, path, what } of found.splice(0)) into.add(order, `${what}\0${path}`);
    return into;
  };
  for (const folder of folders) {
    const key = folder === '' ? '' : `${alikeKey(folder)}/`;
    for (const entry of entriesOf(folder === '' ? bag : `${bag}/${folder}`, (error) => refuse(folder, error))) {
      const what = whatIs(entry);
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      found.push({ order: `${key}${alikeKey(entry.name)}${what === 'folder' ? '/' : ''}`, path, what });
      if (found.length > room) sorter = spill();
    }
  }
  if (sorter !== null) return fromSorter(spill());
  return found.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)).values();
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

function* fromSorter(sorter: RecordSorter): Generator<FolderEntry> {
  try {
    for (const { key, value } of sorter.sorted()) {
      const [what = '', path = ''] = value.split('\0');
      yield { order: key, path, what };
    }
  } finally {
    sorter.close();
  }
}

function itemOf(bag: string, { order: key, path, what }: FolderEntry): BagItem {
  if (what !== 'file') return { kind: 'special', key, path, what };
  // Node turns bytes that are not UTF-8 into U+FFFD, and then nothing has that name.
  return path.includes('\ufffd') && !isThere(`${bag}/${path}`) ? { kind: 'unnamable', key, path } : { kind: 'file', key, path };
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
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
