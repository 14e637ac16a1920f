import { opendir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Deletes a folder of longplay's own, of any size, one file after another: Node's `rm` reads all children of a folder at once, which takes memory for millions
 * and blocks other work. Never rejects: what the system refuses, and what is left on abort, is left to the next run.
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
    // Ignored: whoever needs the space or the name reports the error.
  }
}
