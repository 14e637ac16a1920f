import { join } from 'node:path';
import type { Archive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { listJobs } from '../store/jobs/plan.ts';
import { obstacleInCases } from './erase-cases.ts';

/**
 * Refuses archives with copies of recordings from which this version cannot erase.
 * @param isMeant returns true for recordings that are erased or to be erased
 * @throws LongplayError usage E104
 */
export async function refuseUnerasable(archive: Archive, isMeant: (recordingId: string) => boolean): Promise<void> {
  const refuse = (what: string, next: string): never => {
    throw new LongplayError('usage', 'E104', `nothing was erased: ${what}`, next);
  };
  if (listJobs(join(archive.dir, 'jobs'), null).length > 0)
    refuse('an import of the archive is unfinished', 'finish it with the same `longplay import`, then run again');
  const obstacle = obstacleInCases(archive, isMeant);
  if (obstacle !== null) refuse(obstacle, 'hand the case over if it must be answered, delete it (longplay case delete), then run again');
}
