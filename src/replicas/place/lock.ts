import { accessSync, constants } from 'node:fs';
import { systemCode } from '../../core/base/error.ts';
import type { Replica } from '../../log/read/replica-register.ts';

// What is known about media from which nothing can be deleted. Every kind of place of a replica answers here.

/** Why nothing can be deleted from a replica now. */
export interface ReplicaLock {
  /** Day until which it is locked, `YYYY-MM-DD`, inclusive, as it was declared; null: it was not. */
  readonly until: string | null;
  /** What was found: the code with which the system refuses changes; null: nothing was found, or it cannot be reached. */
  readonly found: string | null;
}

/** Returns true on the days up to the declared lock date, by UTC. @param now ISO time */
export function isLocked({ lockedUntil }: Pick<Replica, 'lockedUntil'>, now: string): boolean {
  return lockedUntil !== null && now.slice(0, 10) <= lockedUntil;
}

/** Returns the lock of a replica; null: none is known. @param dir folder of the replica; null: it cannot be reached @param now ISO time */
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

/** Returns the end of a day in UTC, in milliseconds since 1970. @param day `YYYY-MM-DD` */
export function endOfDay(day: string): number {
  return Date.parse(day) + 86_400_000;
}
