import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isViewerPath, pendingListName, type ViewerList } from '../../archive/documents/viewer-list.ts';
import { cannotWrite, makeFolderDurable, syncFiles, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';

/** Files of a viewer that is being written. No file appears before the bytes of all are on disk. */
export interface ViewerFiles {
  /** Number of written files, and their total size in bytes. */
  readonly written: { files: number; bytes: number };
  /** Declares that an existing file belongs to the viewer. Returns false if it is missing or does not match the list. */
  keep(path: string): boolean;
  /** Writes a file under a temporary name unless it exists with the same bytes. It appears with `land`. */
  put(path: string, text: string): Promise<void>;
  /** Waits until all files are on disk. */
  flush(signal: AbortSignal): Promise<void>;
  /** Puts all files in place, in the order of writing. */
  land(): Promise<void>;
  /** Deletes files that have not landed. */
  discard(): Promise<void>;
  /** Removes files of former viewers. Leaves files with other names in place, for `longplay verify` to report. @returns the number of removed files */
  removeOthers(): Promise<number>;
  /** Returns all files that belong to the viewer. */
  list(): ViewerList['files'];
}

/** A written file that has not landed. */
interface Waiting {
  readonly temporary: string;
  readonly target: string;
  readonly sizeBytes: number;
}

/** Number of files that are synced together. */
const batchFiles = 64;
const batchBytes = 64 * 1024 * 1024;

/**
 * Creates the writer of a viewer's folder. One function: listed, waiting and synced files change together.
 * @param known the viewer's list of files; null: none
 * @param damaged paths of files that do not match the list
 */
export function viewerFiles(folder: string, known: ViewerList | null, damaged: ReadonlySet<string>): ViewerFiles {
  const files = new Map<string, { readonly sha256: string; readonly sizeBytes: number }>();
  const written = { files: 0, bytes: 0 };
  let waiting: Waiting[] = [];
  const sound = (path: string): ViewerList['files'][string] | null => {
    const listed = known !== null && Object.hasOwn(known.files, path) ? known.files[path] : undefined;
    if (listed === undefined || damaged.has(path)) return null;
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.size === listed.sizeBytes ? listed : null;
  };
  const synced: Waiting[] = [];
  const flush = async (signal: AbortSignal): Promise<void> => {
    const batch = waiting;
    try {
      await syncFiles(
        batch.map(({ temporary }) => temporary),
        folder,
        signal,
      );
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    synced.push(...batch);
    waiting = [];
  };
  const land = async (): Promise<void> => {
    try {
      for (const { temporary, target } of synced) await rename(temporary, target);
      for (const parent of new Set(synced.map(({ target }) => dirname(target)))) await syncFolder(parent);
    } catch (error) {
      throw cannotWrite(folder, error);
    }
  };
  return {
    written,
    keep: (path) => {
      const listed = sound(path);
      if (listed !== null) files.set(path, listed);
      return listed !== null;
    },
    put: async (path, text) => {
      const bytes = Buffer.from(text, 'utf8');
      const sha256 = sha256Hex(bytes);
      const there = sound(path);
      files.set(path, { sha256, sizeBytes: bytes.length });
      if (there?.sha256 === sha256) return;
      const target = join(folder, path);
      refuseLink(folder, path);
      await makeFolderDurable(dirname(target));
      const temporary = join(dirname(target), `${temporaryPrefix}${randomUUID()}`);
      try {
        await writeFile(temporary, bytes, { flag: 'wx' });
      } catch (error) {
        await rm(temporary, { force: true });
        throw cannotWrite(target, error);
      }
      waiting.push({ temporary, target, sizeBytes: bytes.length });
      written.files++;
      written.bytes += bytes.length;
      if (waiting.length >= batchFiles || waiting.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) >= batchBytes) await flush(AbortSignal.any([]));
    },
    flush,
    land,
    discard: async () => {
      for (const { temporary } of [...waiting, ...synced]) await rm(temporary, { force: true });
    },
    removeOthers: async () => {
      let removed = 0;
      const look = async (at: string, depth: number): Promise<boolean> => {
        let empty = true;
        for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
          const path = at === '' ? entry.name : `${at}/${entry.name}`;
          if (entry.isDirectory() && depth < limits.bagDepth) {
            if (!(await look(path, depth + 1))) empty = false;
          } else if (entry.isFile() && !files.has(path) && path !== pendingListName && isViewerPath(path)) {
            await rm(join(folder, path), { force: true });
            removed++;
          } else empty = false;
        }
        if (empty && at !== '') await rm(join(folder, at), { recursive: true, force: true });
        return empty && at !== '';
      };
      try {
        await look('', 0);
        await syncFolder(folder);
      } catch (error) {
        throw cannotWrite(folder, error);
      }
      return removed;
    },
    list: () => Object.fromEntries(files),
  };
}

/** Refuses a path if a part of it is a link, so that nothing is written through a link. @throws LongplayError A109 */
export function refuseLink(folder: string, path: string): void {
  const parts = path.split('/').slice(0, -1);
  for (let length = 0; length <= parts.length; length++) {
    const part = join(folder, ...parts.slice(0, length));
    const stat = lstatSync(part, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory())
      throw new LongplayError(
        'incomplete',
        'P240',
        `${part} is not a folder; nothing is written through it`,
        'find out who put it there, move it away, then run again',
      );
  }
}

/** Returns the paths of listed files that are missing or whose bytes do not match the list. */
export async function damagedFiles(folder: string, list: ViewerList, signal: AbortSignal): Promise<Set<string>> {
  const damaged = new Set<string>();
  for (const [path, { sha256 }] of Object.entries(list.files)) {
    signal.throwIfAborted();
    try {
      const hash = createHash('sha256');
      await pipeline(createReadStream(join(folder, path)), hash, { signal });
      if (hash.digest('hex') !== sha256) damaged.add(path);
    } catch (error) {
      signal.throwIfAborted();
      if (systemCode(error) === null) throw error;
      damaged.add(path);
    }
  }
  return damaged;
}
