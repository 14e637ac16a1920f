import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '../core/limits.ts';
import { byCodePoint } from '../core/order.ts';
import { type BagFault, fault } from './bag-faults.ts';
import { codeOf } from './hash-file.ts';

/** Something that lies in a bag. Paths are relative to the bag, `/` between folders. */
export type BagItem =
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number }
  /** A link, device, pipe or socket. */
  | { readonly kind: 'special'; readonly path: string; readonly what: string }
  /** A file or folder that cannot be looked at; of a folder nothing below it is listed. */
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: string }
  /** A name that is not UTF-8; U+FFFD stands for what is not. */
  | { readonly kind: 'unnamable'; readonly path: string }
  /** Folders inside folders beyond the limit. */
  | { readonly kind: 'too-deep'; readonly path: string };

/** Items after which the event loop gets a turn, so that an interrupt is heard. */
const turnItems = 2_000;

/** A folder that is being listed. */
interface Level {
  readonly folder: string;
  readonly entries: readonly Dirent[];
  next: number;
}

/** Everything below a folder of the bag (`''` for all of it), folders themselves left out, in code-point order; `skip` is not entered. */
export async function* listBagItems(bag: string, folder: string, skip: string | null, signal: AbortSignal): AsyncGenerator<readonly BagItem[]> {
  let items: BagItem[] = [];
  const levels: Level[] = [];
  // Synchronous: the way through the thread pool costs ten times what a call does.
  const enter = (path: string): void => {
    if (levels.length > limits.bagDepth) {
      items.push({ kind: 'too-deep', path });
      return;
    }
    try {
      const entries = readdirSync(path === '' ? bag : `${bag}/${path}`, { withFileTypes: true });
      levels.push({ folder: path, entries: entries.sort((a, b) => byCodePoint(a.name, b.name)), next: 0 });
    } catch (error) {
      items.push({ kind: 'unreadable', path, error: codeOf(error) });
    }
  };
  enter(folder);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.entries[level.next++];
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const path = level.folder === '' ? entry.name : `${level.folder}/${entry.name}`;
    if (path === skip) continue;
    if (entry.isDirectory()) enter(path);
    else items.push(itemOf(bag, path, entry));
    if (items.length < turnItems) continue;
    yield items;
    items = [];
    await turn();
    signal.throwIfAborted();
  }
  yield items;
}

function itemOf(bag: string, path: string, entry: Dirent): BagItem {
  if (!entry.isFile()) return { kind: 'special', path, what: whatIs(entry) };
  try {
    return { kind: 'file', path, sizeBytes: lstatSync(`${bag}/${path}`).size };
  } catch (error) {
    // Node turns bytes that are not UTF-8 into U+FFFD, and then nothing has that name.
    if (entry.name.includes('\ufffd')) return { kind: 'unnamable', path };
    return { kind: 'unreadable', path, error: codeOf(error) };
  }
}

function whatIs(entry: Dirent): string {
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
