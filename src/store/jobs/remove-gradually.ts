import { opendir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Deletes a folder of ours however much is in it, one file after another: `rm` of Node looks at all children of a folder at once, which takes memory by the million
 * and keeps all else waiting. Never rejects: what the system refuses, and what is left when the signal comes, is for the next who tries.
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
    // Told by nobody: whoever needs the room or the name will say that it is not there.
  }
}
