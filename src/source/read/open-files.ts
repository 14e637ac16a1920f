import { constants, lstatSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { createAdaptiveAccess } from '../../core/base/adaptive-access.ts';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { changed } from '../../core/base/changed-source.ts';
import { type LongplayError, systemCode } from '../../core/base/error.ts';
import { applyCipher } from '../../core/base/place-cipher.ts';
import { readFully, spanLength, streamOf, unreadable } from './file-reader.ts';

/** A file on disk, or an object in a store, in the state in which it was listed. */
export interface ListedFile {
  /** Path; as bytes if it is not UTF-8. */
  readonly path: string | Buffer;
  /** Name for messages. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** True for a temporary file that was unpacked from a container. */
  readonly spooled: boolean;
  /** Key with which `applyCipher` encrypted the file; absent: the file is not encrypted. */
  readonly key?: Uint8Array;
  /** True: another program is still appending to the file. Only its first `size` bytes are read, however long it becomes. */
  readonly growing?: true;
  /** Present for an object in a store; `path` is then its address, which nothing opens. */
  readonly remote?: RemoteBytes;
}

/** The bytes of a file differ from the digest that its store states: they were altered on the way, or in the store. */
export class DigestDiffers extends Error {}

/** Bytes of a file that is not on a disk. Errors are those of `ObjectStore`. */
export interface RemoteBytes {
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Yields bytes [start, end). @param keeps true: they will be read again */
  stream(start: number, end: number, keeps: boolean, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Yields all bytes, and compares them with the digest that the store states.
   * @param isLast true: a difference is reported as damage of the file
   * @throws DigestDiffers at the end if they differ and this is not the last attempt
   */
  whole(isLast: boolean, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Descriptors of listed files, opened on demand. Only the most recently used ones stay open. */
export interface OpenFiles {
  /** Reads bytes [offset, offset + length) of a file. @throws LongplayError S103 if the file is missing or has changed since the listing; errors of `ObjectStore`. */
  read(file: ListedFile, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Checks that the file has not changed since the listing. An object is checked when it is read. @throws LongplayError S103 if it has. */
  check(file: ListedFile): Promise<void>;
  close(): Promise<void>;
}

/** Number of descriptors that stay open, far below the usual limit of 1,024 per process. */
const keptOpen = 64;

interface Slot {
  readonly handle: Promise<FileHandle>;
  users: number;
}

/** Creates an empty set of open files. */
export function openFiles(): OpenFiles {
  const slots = new Map<string, Slot>(); // in order of last use
  const patience = createAdaptiveAccess();

  async function use<T>(file: ListedFile, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const key = typeof file.path === 'string' ? file.path : `\0${file.path.toString('latin1')}`;
    const slot = slots.get(key) ?? { handle: openListed(file), users: 0 };
    slots.delete(key);
    slots.set(key, slot);
    slot.users++;
    try {
      const handle = await slot.handle.catch((error: unknown) => {
        if (slots.get(key) === slot) slots.delete(key); // the file was never opened, so the next caller tries again
        throw error;
      });
      return await work(handle);
    } finally {
      slot.users--;
      await closeOldest();
    }
  }

  async function closeOldest(): Promise<void> {
    if (slots.size <= keptOpen) return;
    for (const [key, slot] of slots) {
      if (slots.size <= keptOpen) return;
      if (slot.users > 0) continue;
      slots.delete(key);
      await (await slot.handle).close();
    }
  }

  return {
    read: (file, offset, length, signal) =>
      file.remote !== undefined
        ? file.remote.read(offset, spanLength(offset, length, file.size), signal ?? never)
        : use(file, async (handle) => {
            signal?.throwIfAborted();
            const bytes = new Uint8Array(spanLength(offset, length, file.size));
            if ((await readFully(handle, bytes, offset, file.name)) < bytes.length) throw changed(file.name, 'it is shorter');
            if (file.key !== undefined) applyCipher(file.key, offset, bytes);
            return bytes;
          }),
    check: async (file) => {
      if (file.remote !== undefined) return;
      // The check uses the path and not the descriptor, because the receiver of the location will open the path again.
      const look = patience.ask(
        1,
        () => lstatSync(file.path),
        () => lstat(file.path),
      );
      const now = await look.catch((error: unknown) => {
        throw lost(file, error);
      });
      compare(file, now);
    },
    close: async () => {
      const open = [...slots.values()];
      slots.clear();
      await Promise.allSettled(open.map(async (slot) => (await slot.handle).close()));
    },
  };
}

async function openListed(file: ListedFile): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw lost(file, error);
  }
  try {
    compare(file, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Returns the error for a missing file. ENOENT: it was removed; ELOOP: a symbolic link replaced it. */
function lost(file: ListedFile, error: unknown): LongplayError {
  const gone = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '');
  return gone ? changed(file.name, 'it no longer exists', error) : unreadable(file.name, error);
}

function compare(file: ListedFile, now: Stats): void {
  if (!now.isFile()) throw changed(file.name, 'it is no longer a file');
  if (file.growing === true) {
    if (now.size < file.size) throw changed(file.name, agree`it had ${file.size} byte[s], now it has ${now.size}`);
    return;
  }
  if (now.size !== file.size) throw changed(file.name, agree`it had ${file.size} byte[s], now it has ${now.size}`);
  if (now.mtimeMs !== file.modifiedMs) throw changed(file.name, 'it was written to');
}

/**
 * Creates a reader of bytes [offset, offset + size) of a listed file. The reader need not be closed.
 * @param keeps false: nothing that is streamed from a store will be read again
 */
export function spanReader(
  files: OpenFiles,
  file: ListedFile,
  span: { readonly offset: number; readonly size: number },
  name: string,
  keeps = true,
): ByteReader {
  const { offset, size } = span;
  const read = (at: number, length: number, signal?: AbortSignal): Promise<Uint8Array> =>
    files.read(file, offset + at, spanLength(at, length, size), signal);
  const { remote } = file;
  if (remote === undefined) return { name, size, read, stream: streamOf(read, size) };
  // One request for all of it, where `read` would send one per piece.
  const stream: ByteReader['stream'] = (start, end, signal) => remote.stream(offset + start, offset + Math.min(end, size), keeps, signal ?? never);
  return { name, size, read, stream };
}

/** Signal of a reader without one. */
const never = new AbortController().signal;
