import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { cp, type FileHandle, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { placeNew } from './place-new.ts';
import { statOrNull } from './stat-or-null.ts';

// The one place where files become permanent: what returned from here is still there after the power fails.

/** How names of files begin that were never finished; safe to delete when nobody holds the archive's lock. */
export const temporaryPrefix = '.longplay-tmp-';

/**
 * Puts a whole file in place, over an older one: temporary name in the same folder, all bytes, fsync, rename, fsync of the
 * folder. Whatever stops it, the name holds the old bytes or the new ones.
 * @param mode rights of the file, whatever the umask; null: those that the umask leaves
 * @throws LongplayError A107 when the system refuses.
 */
export async function writeDurable(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<void> {
  await viaTemporary(path, [bytes], mode, rename);
}

/**
 * The same for a file that must not be there yet: of several that try at once, one gets true and the others false.
 * The name never shows a part of the bytes.
 */
export async function writeDurableNew(path: string, bytes: Uint8Array | string, mode: number | null = null): Promise<boolean> {
  return await placedNew(path, [bytes], mode);
}

/** The same with the bytes of another file, however many: of a temporary one that is this program's own. */
export async function copyDurableNew(from: string, path: string, mode: number | null = null): Promise<boolean> {
  return await placedNew(path, createReadStream(from, { highWaterMark: copyPieceBytes }), mode);
}

/** Bytes that are synced at once. */
const copyPieceBytes = 8 * 1024 * 1024;

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
      // Only where it must be: some file systems have no rights to change.
      if (mode !== null && (mode & process.umask()) !== 0) await handle.chmod(mode);
      for await (const bytes of pieces) await appendDurable(handle, bytes);
    } finally {
      await handle.close();
    }
    await place(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    // Only tidying: the error that counts is the first one, and a file left behind carries a temporary name.
    await unlink(temporary).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** So long a run may be at work on a temporary file. */
const hourMs = 3_600_000;
const temporaryFile = /^\.longplay-tmp-[0-9a-f-]{36}$/;

/**
 * Removes what killed runs left in a folder: temporary files older than an hour. Who may not do it leaves them, and is not stopped by it.
 * @param names of these; default: those that `writeDurable` makes
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
    // Only tidying: what keeps it from being done is met, and told, by whatever is written there.
    if (systemCode(error) === null) throw error;
  }
}

/** Writes all bytes at an offset (null: where the handle stands) and waits until they are on the disk. */
export async function appendDurable(handle: FileHandle, bytes: Uint8Array | string, offset: number | null = null): Promise<void> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
  let done = 0;
  while (done < all.length) {
    // write() may take fewer bytes than it was given, and says so only here.
    const { bytesWritten } = await handle.write(all, done, all.length - done, offset === null ? null : offset + done);
    if (bytesWritten === 0)
      throw new LongplayError('incomplete', 'A107', 'the system wrote 0 bytes without an error', 'check the disk, then run again');
    done += bytesWritten;
  }
  await handle.sync();
}

/** Makes what was created, renamed or removed in a folder permanent. */
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

/** Makes a folder and those above it that are missing. A crash of the system may lose them. Node's own way tells ENOENT for any refusal. */
export async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) await makeFolder(parent);
  await makeOne(path);
}

/** False where it was there already. */
async function makeOne(path: string, mode?: number): Promise<boolean> {
  try {
    await mkdir(path, mode);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw cannotWrite(path, error);
    return false;
  }
}

/** Makes a folder and those above it that are missing, each permanent in its parent. @param mode rights of the folder itself where it is made, without those that the umask takes */
export async function makeFolderDurable(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent) && parent !== path) await makeFolderDurable(parent);
  const made = await makeOne(path, mode);
  try {
    // Also where it was there: the run that made it may have been killed before this.
    await syncFolder(parent);
  } catch (error) {
    // Of a folder that we did not change and may not read somebody else has taken care.
    if (made || !(error instanceof LongplayError) || systemCode(error.cause) !== 'EACCES') throw error;
  }
}

/** Makes files permanent, several at a time, with the folders that they lie in and those above, up to `top`. */
export async function syncFiles(files: readonly string[], top: string, signal?: AbortSignal): Promise<void> {
  await eachInParallel(files, syncOne, signal);
  const folders = new Set<string>([top]);
  for (const file of files) for (let folder = dirname(file); folder.startsWith(`${top}/`); folder = dirname(folder)) folders.add(folder);
  // The deepest first: a name is worth nothing before what it names.
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await syncFolder(folder);
}

/** From this many files on, one flush of the whole file system beats one per file (measured on ext4: 2,000 files 45 ms against 507 ms). */
const manyFiles = 64;
/** Concurrent fsync calls share commits of the file system's journal (223 ms for the same 2,000 files). */
const parallelSyncs = 16;

/**
 * Makes a whole tree permanent: every file, then every folder from the bottom up. Links are not followed.
 *
 * Both ways are right. fsync of each file and folder is the definition. For many files `sync -f` calls syncfs(2), which waits until
 * everything of that file system is on the disk, files and folders alike; it reports write errors since Linux 5.8, so older
 * kernels get fsync, and so do systems whose sync does not know -f.
 */
export async function syncTree(folder: string, signal?: AbortSignal): Promise<void> {
  const files: string[] = [];
  const folders: string[] = [];
  for await (const { path, isFolder } of walk(folder, signal)) {
    (isFolder ? folders : files).push(path);
    // As soon as there are many: the flush does not ask which they are.
    if (!isFolder && files.length === manyFiles + 1 && (await syncFileSystem(folder, signal))) return;
  }
  try {
    await eachInParallel(files, syncOne, signal);
    // A parent stands before its children in the list.
    for (const one of folders.reverse()) await syncFolder(one);
  } catch (error) {
    signal?.throwIfAborted();
    throw cannotWrite(folder, error);
  }
}

/** A folder, then the files and folders below it, each folder before what lies in it. Links are left out. */
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

/** False where it could not be done that way. A failure to write is thrown: fsync may not hear of it a second time. */
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
    // Not started, ended by a signal, or a sync that does not know -f.
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
 * Puts a folder that `syncTree` made permanent into its place, whole. The parent of `to` is made where it is missing.
 * @throws LongplayError A106 when `to` exists already, A107 when the system refuses (both on different file systems …).
 */
export async function landFolder(from: string, to: string): Promise<void> {
  await makeFolderDurable(dirname(to));
  // rename() would silently replace an empty folder.
  if ((await statOrNull(to)) !== null) throw new LongplayError('incomplete', 'A106', `${to} is there already`, 'run the same command again');
  try {
    await rename(from, to);
    await syncFolder(dirname(to));
    if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
  } catch (error) {
    throw cannotWrite(to, error);
  }
}

/**
 * Moves a folder to where nothing lies, e.g. to the quarantine. Between file systems it is copied and synced before the old one goes; a crash leaves one of
 * them, or both. The parent of `to` is there.
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
      // At once for whoever looks: half a bag would be damage.
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

/** The system's refusal with the path it is about; what is a LongplayError already, and what is a bug, stays as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof LongplayError || code === null) return error;
  return new LongplayError(
    'incomplete',
    'A107',
    `${path} could not be written: ${systemText(error)}`,
    code === 'ENOSPC' || code === 'EDQUOT' ? 'make room, then run the same command again' : 'mend the cause, then run the same command again',
    error,
  );
}
