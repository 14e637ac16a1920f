import { opendir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Deletes a folder of longplay's own, of any size, one file after another. Node's `rm` would read all children of a folder at once, which takes much memory for
 * millions of files and blocks other work. Never rejects: files that the system refuses to delete, or that remain after an abort, are left to the next run.
 */
export async function removeGradually(folder: string, signal?: AbortSignal): Promise<void> {
  try {
    for await (const entry of await opendir(folder)) {
      if (signal?.aborted === true) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await removeGradually(path, signal);
      else await unlink(path);
    }
    await rmdir(folder);
  } catch {
    // The error is ignored here: a later step that needs the space or the name will report it.
  }
}
