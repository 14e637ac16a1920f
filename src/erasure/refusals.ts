import type { Archive } from '../archive/layout.ts';
import type { ErasedMessages } from '../cases/store/erase-messages.ts';
import { LongplayError } from '../core/base/error.ts';
import { obstacleInCases } from './execute/cases.ts';

/**
 * Refuses archives with copies of recordings from which this version cannot erase.
 * @param messages the messages that are erased with recordings that are erased or to be erased
 * @throws LongplayError usage E104
 */
export async function refuseUnerasable(archive: Pick<Archive, 'dir' | 'page'>, messages: ErasedMessages, signal: AbortSignal): Promise<void> {
  const obstacle = await obstacleInCases(archive, messages, signal);
  if (obstacle === null) return;
  const next = 'restore the case (longplay replica repair ARCHIVE), or delete it (longplay case delete), then run again';
  throw new LongplayError('usage', 'E104', `nothing was erased: ${obstacle}`, next);
}
