import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { createAdaptiveAccess } from '../core/base/adaptive-access.ts';
import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import type { FindingCode } from '../core/findings/finding-table.ts';
import { headBytes } from './read/container-kind.ts';

/** An item found in a folder. Its relative path is given as bytes. */
export type FolderItem =
  | {
      readonly kind: 'file';
      readonly relative: Buffer;
      readonly path: Buffer;
      readonly size: number;
      readonly modifiedMs: number;
      readonly head: Uint8Array;
    }
  | { readonly kind: 'trouble'; readonly relative: Buffer; readonly code: FindingCode; readonly message: string };

/** Number of files examined at the same time: more than the number of threads, so that no thread waits. */
const lookedInto = 32;

/**
 * Yields all files below a folder, in no order. Opens each file once for its size and first bytes. Does not follow symbolic links. Names remain bytes. `skip`:
 * folders to leave out.
 * @throws LongplayError S102 if the folder itself cannot be read.
 */
export async function* walkFolder(
  root: string,
  skip: (path: string) => boolean,
  signal: AbortSignal,
  { clock, heads = true }: WalkOptions = {},
): AsyncGenerator<FolderItem> {
  const folders: Buffer[] = [Buffer.alloc(0)];
  const patience = createAdaptiveAccess(clock);
  const [lookNow, lookLater] = heads ? [openNow, openLater] : [statNow, statLater];
  const lookInto = (batch: readonly Named[]): Promise<(FolderItem | null)[]> =>
    patience.ask(
      batch.length,
      () => batch.map(lookNow),
      () => Promise.all(batch.map(lookLater)),
    );
  for (let relative = folders.pop(); relative !== undefined; relative = folders.pop()) {
    signal.throwIfAborted();
    const folder = joined(Buffer.from(root), relative);
    if (skip(folder.toString())) continue;
    let batch: Named[] = [];
    try {
      // Node's types do not list 'buffer' here, but with this encoding names are Buffers.
      const listing = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
      for await (const found of listing as unknown as AsyncIterable<Dirent & { name: Buffer }>) {
        signal.throwIfAborted();
        const below = joined(relative, found.name);
        batch.push({ path: joined(Buffer.from(root), below), relative: below, found });
        if (batch.length < lookedInto) continue;
        yield* filesOf(await lookInto(batch), batch, folders);
        batch = [];
      }
    } catch (error) {
      if (systemCode(error) === null || error instanceof LongplayError) throw error;
      if (relative.length === 0) throw gone(root, error);
      // Names that the system returned before the error are still examined.
      yield { kind: 'trouble', relative, code: 'S110', message: `the folder cannot be read: ${reason(error)}` };
    }
    yield* filesOf(await lookInto(batch), batch, folders);
  }
  await lstat(root).catch((error: unknown) => {
    throw gone(root, error); // a share has disappeared, so the listing is incomplete
  });
}

/** How to walk a folder. */
export interface WalkOptions {
  /** Returns the time in ms. */
  readonly clock?: () => number;
  /** False: no file is opened, and `head` is empty. Absent: true. */
  readonly heads?: boolean;
}

/** A name in a folder. */
interface Named {
  readonly path: Buffer;
  readonly relative: Buffer;
  readonly found: FileType;
}

type FileType = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'>;

/** Returns the items that are not folders. Folders are added to `folders`. */
function filesOf(items: readonly (FolderItem | null)[], batch: readonly Named[], folders: Buffer[]): FolderItem[] {
  for (const [at, { relative }] of batch.entries()) if (items[at] === null) folders.push(relative);
  return items.filter((item) => item !== null);
}

const opening = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Examines a name in a folder; null if it is a folder. */
function openNow({ path, relative, found }: Named): FolderItem | null {
  try {
    const other = notAFile(isKnown(found) ? found : lstatSync(path), relative);
    if (other !== undefined) return other;
    const file = openSync(path, opening);
    try {
      const { size, mtimeMs } = fstatSync(file);
      const head = new Uint8Array(Math.min(size, headBytes));
      const read = head.length > 0 ? readSync(file, head, 0, head.length, 0) : 0;
      return { kind: 'file', relative, path, size, modifiedMs: mtimeMs, head: head.subarray(0, read) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return unreadable(relative, error);
  }
}

/** Examines a path; null if it is a folder. Does not follow a symbolic link. @param relative as in `FolderItem` */
export function lookAt(path: Buffer, relative: Buffer): Promise<FolderItem | null> {
  return openLater({ path, relative, found: null });
}

/** Examines a name like `openNow`, but asynchronously. */
async function openLater({ path, relative, found }: Named | (Omit<Named, 'found'> & { readonly found: null })): Promise<FolderItem | null> {
  try {
    const other = notAFile(found !== null && isKnown(found) ? found : await lstat(path), relative);
    if (other !== undefined) return other;
    const file = await open(path, opening);
    try {
      const { size, mtimeMs } = await file.stat();
      const head = new Uint8Array(Math.min(size, headBytes));
      const { bytesRead } = head.length > 0 ? await file.read(head, 0, head.length, 0) : { bytesRead: 0 };
      return { kind: 'file', relative, path, size, modifiedMs: mtimeMs, head: head.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return unreadable(relative, error);
  }
}

/** Examines a name like `openNow`, but without opening the file. */
function statNow({ path, relative, found }: Named): FolderItem | null {
  try {
    return isKnown(found) && !found.isFile() ? (notAFile(found, relative) ?? null) : itemOf({ path, relative }, lstatSync(path));
  } catch (error) {
    return unreadable(relative, error);
  }
}

/** Examines a name like `statNow`, but asynchronously. */
async function statLater({ path, relative, found }: Named): Promise<FolderItem | null> {
  try {
    return isKnown(found) && !found.isFile() ? (notAFile(found, relative) ?? null) : itemOf({ path, relative }, await lstat(path));
  } catch (error) {
    return unreadable(relative, error);
  }
}

/** Returns the item for a path without its first bytes; null if it is a folder. */
function itemOf({ path, relative }: Pick<Named, 'path' | 'relative'>, stats: Stats): FolderItem | null {
  const other = notAFile(stats, relative);
  if (other !== undefined) return other;
  return { kind: 'file', relative, path, size: stats.size, modifiedMs: stats.mtimeMs, head: new Uint8Array(0) };
}

/** Returns false on file systems whose listings do not state the file type. */
function isKnown(found: FileType): boolean {
  return found.isFile() || found.isDirectory() || found.isSymbolicLink() || found.isFIFO() || found.isSocket();
}

/** Returns the item for something that is not a file; undefined for a file, null for a folder. */
function notAFile(type: FileType, relative: Buffer): FolderItem | null | undefined {
  if (type.isFile()) return undefined;
  if (type.isDirectory()) return null;
  if (type.isSymbolicLink()) return { kind: 'trouble', relative, code: 'S111', message: 'a symbolic link; it was not followed' };
  const what = type.isFIFO() ? 'a FIFO' : type.isSocket() ? 'a socket' : 'a device';
  return { kind: 'trouble', relative, code: 'S112', message: `${what}; it has no content` };
}

function unreadable(relative: Buffer, error: unknown): FolderItem {
  if (systemCode(error) === null) throw error;
  return { kind: 'trouble', relative, code: 'S110', message: `it cannot be read: ${reason(error)}` };
}

/** Returns the system's message without the path, which may contain a caller's number: `EACCES: permission denied, open`. */
function reason(error: unknown): string {
  return errorText(error).replace(/,? '.*$/s, '');
}

function gone(root: string, error: unknown): LongplayError {
  return new LongplayError('incomplete', 'S102', `${root} cannot be read: ${reason(error)}`, 'make it readable, then run again', error);
}

function joined(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, Buffer.from('/'), name]);
}
