import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { LongplayError } from '../../core/base/error.ts';
import { logFolder } from '../entries/log-entry.ts';

/** An append takes milliseconds; a longer wait has another cause. */
const patienceMs = 30_000;
const pauseMs = 20;

/**
 * Waits for the write lock of an archive's log. Import and verification hold it for one append only, so they can run in parallel.
 * @throws LongplayError incomplete A105: another process holds it too long
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
