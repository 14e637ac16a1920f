import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { errorText, LongplayError, systemCode } from '../core/error.ts';
import { headBytes } from './container-kind.ts';

/** Something found in a folder, by the bytes of its path below it. */
export type FolderItem =
  | {
      readonly kind: 'file';
      readonly relative: Buffer;
      readonly path: Buffer;
      readonly size: number;
      readonly modifiedMs: number;
      readonly head: Uint8Array;
    }
  | { readonly kind: 'trouble'; readonly relative: Buffer; readonly code: string; readonly message: string };

/** Files looked into at once: more than the threads that do it, so that none waits. */
const lookedInto = 32;

/**
 * All files below a folder, in no order, each opened once for its size and first bytes. Symbolic links are not followed. Names
 * stay bytes. `skip`: folders that are no part of it. @throws LongplayError S102 where the folder itself cannot be read.
 */
export async function* walkFolder(root: string, skip: (path: string) => boolean, signal: AbortSignal): AsyncGenerator<FolderItem> {
  const folders: Buffer[] = [Buffer.alloc(0)];
  for (let relative = folders.pop(); relative !== undefined; relative = folders.pop()) {
    signal.throwIfAborted();
    const folder = joined(Buffer.from(root), relative);
    if (skip(folder.toString())) continue;
    let batch: Promise<FolderItem | null>[] = [];
    try {
      // The types of Node know no Buffer names here; with this encoding it gives them.
      const listing = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
      for await (const found of listing as unknown as AsyncIterable<Dirent & { name: Buffer }>) {
        signal.throwIfAborted();
        const below = joined(relative, found.name);
        batch.push(
          look(joined(Buffer.from(root), below), below, found).then((item) => {
            if (item === null) folders.push(below);
            return item;
          }),
        );
        if (batch.length < lookedInto) continue;
        yield* filesOf(await Promise.all(batch));
        batch = [];
      }
    } catch (error) {
      await Promise.allSettled(batch);
      if (systemCode(error) === null || error instanceof LongplayError) throw error;
      if (relative.length === 0) throw gone(root, error);
      yield { kind: 'trouble', relative, code: 'S110', message: `the folder cannot be read: ${reason(error)}` };
      continue;
    }
    yield* filesOf(await Promise.all(batch));
  }
  await lstat(root).catch((error: unknown) => {
    throw gone(root, error); // a share that went away: what was found is not all there is
  });
}

function filesOf(items: readonly (FolderItem | null)[]): FolderItem[] {
  return items.filter((item) => item !== null);
}

/** What a name in a folder is; null: a folder. */
async function look(
  path: Buffer,
  relative: Buffer,
  found: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'>,
): Promise<FolderItem | null> {
  try {
    const known = found.isFile() || found.isDirectory() || found.isSymbolicLink() || found.isFIFO() || found.isSocket();
    const type = known ? found : await lstat(path); // some file systems do not say in the listing
    if (type.isDirectory()) return null;
    if (type.isSymbolicLink()) return { kind: 'trouble', relative, code: 'S111', message: 'a symbolic link; it was not followed' };
    if (!type.isFile())
      return {
        kind: 'trouble',
        relative,
        code: 'S112',
        message: `${type.isFIFO() ? 'a FIFO' : type.isSocket() ? 'a socket' : 'a device'}; it has no content`,
      };
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size, mtimeMs } = await handle.stat();
      const head = new Uint8Array(Math.min(size, headBytes));
      const { bytesRead } = head.length > 0 ? await handle.read(head, 0, head.length, 0) : { bytesRead: 0 };
      return { kind: 'file', relative, path, size, modifiedMs: mtimeMs, head: head.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return { kind: 'trouble', relative, code: 'S110', message: `it cannot be read: ${reason(error)}` };
  }
}

/** The system's words without the path, which may hold a caller's number: `EACCES: permission denied, open`. */
function reason(error: unknown): string {
  return errorText(error).replace(/,? '.*$/s, '');
}

function gone(root: string, error: unknown): LongplayError {
  return new LongplayError('incomplete', 'S102', `${root} cannot be read: ${reason(error)}`, 'make it readable, then run again', error);
}

function joined(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, Buffer.from('/'), name]);
}
