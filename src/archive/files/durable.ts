import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, type FileHandle, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { placeNew } from './place-new.ts';
import { statOrNull } from './stat-or-null.ts';

// The one place where files become durable: what these functions wrote survives a power failure.

/** Prefix of unfinished files; they can be deleted when nobody holds the archive's lock. */
export const temporaryPrefix = '.longplay-tmp-';

/**
 * Writes a whole file, replacing an older one: temporary name in the same folder, all bytes, fsync, rename, fsync of the
 * folder. After any interruption the name holds either the old bytes or the new ones.
 * @param mode permissions of the file, regardless of the umask; null: those that the umask leaves
 * @throws LongplayError A107 if the system refuses.
 */
export async function writeDurable(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<void> {
  await viaTemporary(path, [bytes], mode, rename);
}

/**
 * Like `writeDurable`, for a file that must not exist: of several concurrent writers, one gets true and the others false.
 * The name never shows a part of the bytes.
 */
export async function writeDurableNew(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<boolean> {
  return await placedNew(path, [bytes], mode);
}

/** Like `writeDurableNew`, with bytes of any length, in pieces. */
export async function streamDurableNew(path: string, pieces: Iterable<Uint8Array>, mode: number | null = null): Promise<boolean> {
  return await placedNew(path, pieces, mode);
}

type Pieces = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

async function placedNew(path: string, pieces: Pieces, mode: number | null): Promise<boolean> {
  try {
    await viaTemporary(path, pieces, mode, (temporary, target) => placeNew(temporary, target, temporaryPrefix));
    return true;
  } catch (error) {
    if (error instanceof LongplayError && systemCode(error.cause) === 'EEXIST') return false;
    throw error;
  }
}

async function viaTemporary(
  path: string,
  pieces: Pieces,
  mode: number | null,
  place: (temporary: string, target: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${temporaryPrefix}${randomUUID()}`);
  try {
    const handle = await open(temporary, 'wx', mode ?? 0o666);
    try {
      // Only if needed: some file systems have no permissions to change.
      if (mode !== null && (mode & process.umask()) !== 0) await handle.chmod(mode);
      for await (const bytes of pieces) await appendDurable(handle, bytes);
    } finally {
      await handle.close();
    }
    await place(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    // Best effort: the first error counts, and a remaining file has a temporary name.
    await unlink(temporary).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** Longest time that a run may work on a temporary file. */
const hourMs = 3_600_000;
const temporaryFile = /^\.longplay-tmp-[0-9a-f-]{36}$/;

/**
 * Removes temporary files older than an hour that killed runs left in a folder. Missing permissions are not an error.
 * @param names pattern of file names; default: those of `writeDurable`
 */
export async function removeAbandoned(folder: string, names = temporaryFile): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      if (!names.test(name)) continue;
      const path = join(folder, name);
      const stat = await statOrNull(path);
      if (stat?.isFile() === true && Date.now() - stat.mtimeMs > hourMs) await unlink(path);
    }
  } catch (error) {
    // Best effort: whoever writes there meets and reports the same error.
    if (systemCode(error) === null) throw error;
  }
}

/** Writes all bytes at an offset (null: the current position) and waits until they are on disk. */
export async function appendDurable(handle: FileHandle, bytes: Uint8Array | string, offset: number | null = null): Promise<void> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  let done = 0;
  while (done < all.length) {
    // write() may take fewer bytes than it was given, and reports this only here.
    const { bytesWritten } = await handle.write(all, done, all.length - done, offset === null ? null : offset + done);
    if (bytesWritten === 0)
      throw new LongplayError('incomplete', 'A107', 'the system wrote 0 bytes without an error', 'check the disk, then run again');
    done += bytesWritten;
  }
  await handle.sync();
}

/** Makes what was created, renamed or removed in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Creates a folder and its missing parents. Not durable: call `syncFolder` afterwards. Unlike `mkdir({ recursive: true })`, reports the system's own error code. */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) await makeFolder(parent);
  await makeOne(path);
}

/** Returns false if the folder existed. */
async function makeOne(path: string, mode?: number): Promise<boolean> {
  try {
    await mkdir(path, mode);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw cannotWrite(path, error);
    return false;
  }
}

/** Creates a folder and its missing parents, each durable in its parent. @param mode permissions of the folder itself if it is created, less those that the umask removes */
export async function makeFolderDurable(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) await makeFolderDurable(parent);
  const made = await makeOne(path, mode);
  try {
    // Also if it existed: the run that created it may have been killed before the sync.
    await syncFolder(parent);
  } catch (error) {
    // A folder that was not changed and may not be read was synced by its owner.
    if (made || !(error instanceof LongplayError) || systemCode(error.cause) !== 'EACCES') throw error;
  }
}

/** Makes files durable, several at a time, with their folders and the parents of these up to `top`. */
export async function syncFiles(files: readonly string[], top: string, signal?: AbortSignal): Promise<void> {
  await eachInParallel(files, syncOne, signal);
  const folders = new Set<string>([top]);
  for (const file of files) for (let folder = dirname(file); folder.startsWith(`${top}/`); folder = dirname(folder)) folders.add(folder);
  // Deepest first: the content of a folder must be durable before its name.
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await syncFolder(folder);
}

/** From this number of files on, one flush of the whole file system is faster than one per file (measured on ext4: 2,000 files, 45 ms versus 507 ms). */
const manyFiles = 64;
/** Concurrent fsync calls share commits of the file system's journal (223 ms for the same 2,000 files). */
const parallelSyncs = 16;

/**
 * Makes a whole tree durable: every file, then every folder from the bottom up. Links are not followed.
 *
 * Both methods are correct. fsync of each file and folder is the definition. For many files `sync -f` calls syncfs(2), which waits until
 * everything of that file system is on disk, files and folders alike; it reports write errors since Linux 5.8, so older
 * kernels get fsync, and so do systems whose sync does not support -f.
 */
export async function syncTree(folder: string, signal?: AbortSignal): Promise<void> {
  const files: string[] = [];
  const folders: string[] = [];
  for await (const { path, isFolder } of walk(folder, signal)) {
    (isFolder ? folders : files).push(path);
    // As soon as there are many: the flush does not need the list of files.
    if (!isFolder && files.length === manyFiles + 1 && (await syncFileSystem(folder, signal))) return;
  }
  try {
    await eachInParallel(files, syncOne, signal);
    // A parent precedes its children in the list.
    for (const one of folders.reverse()) await syncFolder(one);
  } catch (error) {
    signal?.throwIfAborted();
    throw cannotWrite(folder, error);
  }
}

/** Yields a folder, then the files and folders below it, each folder before its content. Links are skipped. */
async function* walk(folder: string, signal: AbortSignal | undefined): AsyncGenerator<{ readonly path: string; readonly isFolder: boolean }> {
  signal?.throwIfAborted();
  yield { path: folder, isFolder: true };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, signal);
    else if (entry.isFile()) yield { path, isFolder: false };
  }
}

async function eachInParallel(items: readonly string[], work: (item: string) => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      signal?.throwIfAborted();
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelSyncs, items.length) }, lane));
}

const syncProgram = ['/usr/bin/sync', '/bin/sync'].find((path) => existsSync(path)) ?? null;

/** Returns false if syncfs is not available. A write error is thrown: a later fsync may not report it again. */
async function syncFileSystem(folder: string, signal: AbortSignal | undefined): Promise<boolean> {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (syncProgram === null || process.platform !== 'linux' || major < 5 || (major === 5 && minor < 8)) return false;
  try {
    await promisify(execFile)(syncProgram, ['-f', '--', folder], { env: { LC_ALL: 'C' }, ...(signal === undefined ? {} : { signal }) });
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    const exited = error instanceof Error && 'code' in error && typeof error.code === 'number';
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    // Not started, ended by a signal, or without support for -f.
    if (!exited || /option|usage/i.test(text)) return false;
    throw new LongplayError(
      'incomplete',
      'A107',
      `${folder} could not be synced: ${text.slice(-200)}`,
      'check the disk, then run the same command again',
      error,
    );
  }
}

/**
 * Renames a folder that `syncTree` made durable into its place, whole. The parent of `to` is created if missing.
 * @throws LongplayError A106 if `to` exists, A107 if the system refuses (e.g. different file systems).
 */
export async function landFolder(from: string, to: string): Promise<void> {
  await makeFolderDurable(dirname(to));
  // rename() would silently replace an empty folder.
  if ((await statOrNull(to)) !== null) throw new LongplayError('incomplete', 'A106', `${to} exists already`, 'run the same command again');
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
    if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/**
 * Moves a folder to an unused path, e.g. to the quarantine. Between file systems it is copied and synced before the old one is removed; after a crash one of
 * them, or both, exist. The parent of `to` must exist.
 * @throws LongplayError A107
 */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    try {
      await rename(from, to);
    } catch (error) {
      if (systemCode(error) !== 'EXDEV') throw error;
      const draft = join(dirname(to), `${temporaryPrefix}${randomUUID()}`);
      await cp(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, errorOnExist: true });
      await syncTree(draft);
      await rename(draft, to);
      await syncFolder(dirname(to));
      // Renamed at once: readers would report half a bag as damage.
      const gone = join(dirname(from), `${temporaryPrefix}${randomUUID()}`);
      await rename(from, gone);
      await rm(gone, { recursive: true, force: true });
    }
    await syncFolder(dirname(to));
    await syncFolder(dirname(from));
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/** Removes a file, or a folder with everything in it; when this resolves, the disk has it no more. @throws LongplayError A107 if the system refuses */
export async function removeDurable(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  await syncFolder(dirname(path));
}

/** Wraps the system's error with the path it is about; returns a LongplayError or a bug unchanged. */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof LongplayError || code === null) return error;
  return new LongplayError(
    'incomplete',
    'A107',
    `${path} could not be written: ${systemText(error)}`,
    code === 'ENOSPC' || code === 'EDQUOT' ? 'free some space, then run the same command again' : 'fix the cause, then run the same command again',
    error,
  );
}
