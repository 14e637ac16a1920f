import { accessSync, constants } from 'node:fs';
import { systemCode } from '../../core/base/error.ts';
import type { Replica } from '../../log/read/replica-register.ts';

// Judges whether nothing can be deleted from a medium now, for every kind of place that a replica can have.

/** Why nothing can be deleted from a replica now. */
export interface ReplicaLock {
  /** Declared last day of the lock, `YYYY-MM-DD`, inclusive; null: none was declared. */
  readonly until: string | null;
  /** Code with which the system refuses changes; null: it refuses none, or the replica cannot be reached. */
  readonly found: string | null;
}

/** Returns true up to and including the declared last day of the lock, in UTC. @param now ISO time */
export function isLocked({ lockedUntil }: Pick<Replica, 'lockedUntil'>, now: string): boolean {
  return lockedUntil !== null && now.slice(0, 10) <= lockedUntil;
}

/** Returns the lock of a replica; null if none is known. @param dir folder of the replica; null: the replica cannot be reached @param now ISO time */
export function lockOf(replica: Pick<Replica, 'lockedUntil'>, dir: string | null, now: string): ReplicaLock | null {
  const until = isLocked(replica, now) ? replica.lockedUntil : null;
  const found = dir === null ? null : refusalIn(dir);
  return until === null && found === null ? null : { until, found };
}

function refusalIn(dir: string): string | null {
  try {
    accessSync(dir, constants.W_OK);
    return null;
  } catch (error) {
    return systemCode(error);
  }
}
