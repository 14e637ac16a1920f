import type { Archive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { obstacleInCases } from './erase-cases.ts';

/**
 * Refuses archives with copies of recordings from which this version cannot erase.
 * @param isMeant returns true for recordings that are erased or to be erased
 * @throws LongplayError usage E104
 */
export function refuseUnerasable(archive: Pick<Archive, 'dir'>, isMeant: (recordingId: string) => boolean): void {
  const obstacle = obstacleInCases(archive, isMeant);
  if (obstacle === null) return;
  const next = 'hand the case over if it must be answered, delete it (longplay case delete), then run again';
  throw new LongplayError('usage', 'E104', `nothing was erased: ${obstacle}`, next);
}
