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

// The one place where files become durable: whatever these functions wrote survives a power failure.

/** Prefix of the names of unfinished files. They can be deleted when nobody holds the archive's lock. */
export const temporaryPrefix = '.longplay-tmp-';

/**
 * Writes a whole file, replacing an older one: writes all bytes under a temporary name in the same folder, fsync, rename, fsync of the folder. After any
 * interruption, the file has either the old bytes or the new ones.
 * @param mode permissions of the file, regardless of the umask; null: the umask decides
 * @throws LongplayError A107 if the system refuses.
 */
export async function writeDurable(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<void> {
  await viaTemporary(path, [bytes], mode, rename);
}

/**
 * Writes a whole file like `writeDurable`, but only if it does not exist. Of several concurrent writers, one gets true and the others false. The file never
 * appears with only a part of its bytes.
 */
export async function writeDurableNew(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<boolean> {
  return await placedNew(path, [bytes], mode);
}

/** Writes a new file like `writeDurableNew`, from pieces of any total length. */
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
      // Called only if needed, because some file systems have no permissions to change.
      if (mode !== null && (mode & process.umask()) !== 0) await handle.chmod(mode);
      for await (const bytes of pieces) await appendDurable(handle, bytes);
    } finally {
      await handle.close();
    }
    await place(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    // Best effort: the first error is the one that counts, and a remaining file has a temporary name.
    await unlink(temporary).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** Age from which no run can still be working on a temporary file. */
const hourMs = 3_600_000;
const temporaryFile = /^\.longplay-tmp-[0-9a-f-]{36}$/;

/**
 * Removes temporary files older than an hour that killed runs left in a folder. Does not fail where permissions are missing.
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
    // Best effort: writing to the folder will fail with the same error and report it.
    if (systemCode(error) === null) throw error;
  }
}

/** Writes all bytes at an offset (null: the current position) and waits until they are on disk. */
export async function appendDurable(handle: FileHandle, bytes: Uint8Array | string, offset: number | null = null): Promise<void> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  let done = 0;
  while (done < all.length) {
    // write() may accept fewer bytes than it was given; only its result shows this.
    const { bytesWritten } = await handle.write(all, done, all.length - done, offset === null ? null : offset + done);
    if (bytesWritten === 0)
      throw new LongplayError('incomplete', 'A107', 'the system wrote 0 bytes without an error', 'check the disk, then run again');
    done += bytesWritten;
  }
  await handle.sync();
}

/** Makes creations, renames and removals in a folder durable. */
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

/** Creates one folder. Returns false if it existed. */
async function makeOne(path: string, mode?: number): Promise<boolean> {
  try {
    await mkdir(path, mode);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw cannotWrite(path, error);
    return false;
  }
}

/** Creates a folder and its missing parents, each durable in its parent. @param mode permissions of the folder itself if it is created, reduced by the umask */
export async function makeFolderDurable(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) await makeFolderDurable(parent);
  const made = await makeOne(path, mode);
  try {
    // Also called if the folder existed: the run that created it may have been killed before the sync.
    await syncFolder(parent);
  } catch (error) {
    // A folder that this call did not change, and that this user cannot read, was synced by its owner.
    if (made || !(error instanceof LongplayError) || systemCode(error.cause) !== 'EACCES') throw error;
  }
}

/** Makes files durable, several at a time, and also their folders and the parents of these up to `top`. */
export async function syncFiles(files: readonly string[], top: string, signal?: AbortSignal): Promise<void> {
  await eachInParallel(files, syncOne, signal);
  const folders = new Set<string>([top]);
  for (const file of files) for (let folder = dirname(file); folder.startsWith(`${top}/`); folder = dirname(folder)) folders.add(folder);
  // Deepest folders first: the content of a folder must be durable before its name.
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await syncFolder(folder);
}

/** Number of files from which one flush of the whole file system is faster than one fsync per file (measured on ext4: 2,000 files, 45 ms versus 507 ms). */
const manyFiles = 64;
/** Number of concurrent fsync calls, which share commits of the file system's journal (223 ms for the same 2,000 files). */
const parallelSyncs = 16;

/**
 * Makes a whole tree durable: every file, then every folder from the bottom up. Does not follow links.
 *
 * There are two methods. For few files, fsync of each file and folder. For many files, `sync -f`, which calls syncfs(2) and waits until all files and folders
 * of the file system are on disk. syncfs reports write errors only since Linux 5.8, so fsync is also used on older kernels, and on systems whose sync does not
 * support -f.
 */
export async function syncTree(folder: string, signal?: AbortSignal): Promise<void> {
  const files: string[] = [];
  const folders: string[] = [];
  for await (const { path, isFolder } of walk(folder, signal)) {
    (isFolder ? folders : files).push(path);
    // Called as soon as there are many files, because the flush does not need the complete list.
    if (!isFolder && files.length === manyFiles + 1 && (await syncFileSystem(folder, signal))) return;
  }
  try {
    await eachInParallel(files, syncOne, signal);
    // In the list a parent precedes its children, so the list is reversed.
    for (const one of folders.reverse()) await syncFolder(one);
  } catch (error) {
    signal?.throwIfAborted();
    throw cannotWrite(folder, error);
  }
}

/** Yields a folder, then the files and folders below it; each folder precedes its content. Skips links. */
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

/** Flushes the file system of a folder. Returns false if syncfs is not available. Throws a write error, because a later fsync may not report it again. */
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
    // The program was not started, was ended by a signal, or does not support -f.
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
 * Puts a folder that `syncTree` made durable in place with one rename. Creates the parent of `to` if it is missing.
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
 * Moves a folder to an unused path, e.g. into the quarantine. Between file systems, copies and syncs it before the old one is removed, so that after a crash
 * the old one, the new one or both exist. The parent of `to` must exist.
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
      // The old folder is first renamed, because readers would report a half-removed bag as damage.
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

/** Removes a file, or a folder with everything in it. The removal is durable when the promise resolves. @throws LongplayError A107 if the system refuses */
export async function removeDurable(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  await syncFolder(dirname(path));
}

/** Wraps the system's error together with the path that it concerns. Returns a LongplayError or a bug unchanged. */
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
