import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../entries/log-entry.ts';

/** An append takes milliseconds; who waits longer than this waits for something else. */
const patienceMs = 30_000;
const pauseMs = 20;

/**
 * Waits for the right to write into an archive's log. Import and verification hold it for one append only, so they go on side by side.
 * @throws LongplayError incomplete A105: somebody holds it for very long
 */
export async function lockLog(archive: { readonly dir: string }, signal: AbortSignal): Promise<ArchiveLock> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await acquireLock(join(archive.dir, logFolder), signal);
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'A105' || performance.now() > until) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
