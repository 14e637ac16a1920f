import { closeSync, openSync, statSync } from 'node:fs';
import type { Db } from './driver.ts';
import { driver, sqliteCode } from './drivers.ts';

/**
 * A lock of the system's kernel on a file. It ends with `release` or with the process, however that ends, and every process that reaches the file through the
 * same kernel sees it, in whichever container it runs; through NFS and SMB also those of other machines, unless the file system was mounted without locks.
 */
export interface KernelLock {
  /** Device and inode number of the file. */
  readonly file: string;
  release(): void;
}

/**
 * The databases of held locks, by file: without a reference, the garbage collector would close a database and so end its lock, and closing another descriptor of the
 * same file would end the lock, too (fcntl(2)).
 */
const held = new Map<string, Db>();

/**
 * Creates an empty file that must not exist, and locks it. Node.js has no call that locks a file, so SQLite does it: a transaction that excludes all others
 * locks the file before it writes anything (sqlite.org/lockingv3.html), and this one writes nothing.
 * @returns null if locks cannot be had here, e.g. because the file system has none or no SQLite can be loaded. The file may exist then.
 */
export function lockNewFile(path: string): KernelLock | null {
  let db: Db | undefined;
  let file: string;
  try {
    const library = driver();
    closeSync(openSync(path, 'wx', 0o666));
    db = library.open(path, { readonly: false, key: null });
    db.pragma('busy_timeout = 0');
    // Otherwise SQLite would create a journal beside the file.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    file = fileOf(path);
  } catch {
    // Nobody else knows the new file: even "busy" can only mean that the file system refused the lock (ENOLCK).
    db?.close();
    return null;
  }
  const database = db;
  held.set(file, database);
  return {
    file,
    release: () => {
      if (held.delete(file)) database.close();
    },
  };
}

/**
 * Returns whether a process holds the lock of a file that `lockNewFile` created. Null if that cannot be found out: the file does not exist, or it is another
 * one here, e.g. because two containers mount a network share separately, so that neither sees the locks of the other.
 */
export function isFileLocked(path: string, file: string): boolean | null {
  let db: Db | undefined;
  try {
    const isOther = fileOf(path) !== file;
    // SQLite would keep the file open until this process ends its own lock.
    if (!isOther && held.has(file)) return true;
    db = driver().open(path, { readonly: true, key: null });
    db.pragma('busy_timeout = 0');
    // Reading takes a shared lock, so that several processes can ask at the same time.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return isOther ? null : false;
  } catch (error) {
    return sqliteCode(error) === 'SQLITE_BUSY' ? true : null;
  } finally {
    db?.close();
  }
}

function fileOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
