import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, realpath, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { applyCipher } from '../../core/base/place-cipher.ts';
import type { ListedFile } from './open-files.ts';

/**
 * A private folder for unpacked data, created on first use and readable only by its owner. Each file is encrypted with a key that exists in memory only, so a
 * killed run leaves nothing readable.
 */
export interface Spool {
  /** Writes a new file. @throws LongplayError S104 if the disk refuses it; errors of `pieces` pass through. */
  write(pieces: AsyncIterable<Uint8Array>, name: string): Promise<ListedFile>;
  /** Creates a link to a file whose own path is not text. @throws LongplayError S104. */
  alias(target: Buffer): Promise<string>;
  /** Deletes a file or link of the spool. */
  remove(file: ListedFile | string): Promise<void>;
  /** Returns true if a path on disk is the spool's folder, which is never part of a source. */
  isOurs(path: string): boolean;
  /** Deletes everything. */
  close(): Promise<void>;
}

/** Opens a spool below `scratch`, which need not exist yet. */
export function openSpool(scratch: string): Spool {
  let folder: string | null = null;
  let making: Promise<string> | null = null;
  let count = 0;

  async function newPath(): Promise<string> {
    making ??= mkdir(scratch, { recursive: true })
      .then(() => mkdtemp(join(resolve(scratch), 'source-')))
      .then((made) => realpath(made));
    try {
      folder = await making;
    } catch (error) {
      throw full(scratch, error);
    }
    return join(folder, String(++count));
  }

  return {
    write: async (pieces, name) => {
      const path = await newPath();
      const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
        throw full(scratch, error);
      });
      const key = randomBytes(32);
      let whole = false;
      let written = 0;
      try {
        for await (const piece of pieces) {
          const sealed = Buffer.from(piece);
          applyCipher(key, written, sealed);
          written += sealed.length;
          try {
            await handle.writeFile(sealed);
          } catch (error) {
            throw full(scratch, error);
          }
        }
        whole = true;
      } finally {
        await handle.close();
        if (!whole) await rm(path, { force: true });
      }
      await chmod(path, 0o400);
      const { size, mtimeMs } = await stat(path);
      return { path, name, size, modifiedMs: mtimeMs, spooled: true, key };
    },
    alias: async (target) => {
      const path = await newPath();
      await symlink(target, path).catch((error: unknown) => {
        throw full(scratch, error);
      });
      return path;
    },
    remove: (file) => rm(typeof file === 'string' ? file : file.path, { force: true }),
    isOurs: (path) => folder !== null && resolve(path) === folder,
    close: async () => {
      await making?.catch(() => {});
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

function full(scratch: string, error: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'S104',
    `the scratch folder ${scratch} cannot be written to: ${errorText(error)}`,
    'free some space there or set another scratch folder, then run again',
    error,
  );
}
