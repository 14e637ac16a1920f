import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../entries/log-entry.ts';

/** How long to wait for the lock: an append takes milliseconds, so a longer wait has another cause. */
const patienceMs = 30_000;
const pauseMs = 20;

/**
 * Waits for the write lock of an archive's log. An import or verification holds the lock for one append only, so that several can run in parallel.
 * @throws LongplayError incomplete A105: another process holds the lock too long
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
