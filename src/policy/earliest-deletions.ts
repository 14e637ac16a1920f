import { LongplayError } from '../core/base/error.ts';
import { resultOf } from '../core/base/with-result.ts';
import { openForReading } from '../pipeline/open/open-archive.ts';
import type { PolicyTools } from './add-hold.ts';
import { demandedDeletion } from './judge.ts';
import { readKeeping } from './read-keeping.ts';

/**
 * Returns, for each bag, the earliest time in milliseconds since 1970 at which the retention policy in force demands the deletion of one of its recordings.
 * Bags without such a time are absent.
 * @throws LongplayError incomplete D105: the policy cannot be read
 */
export async function earliestDeletions(
  archiveDir: string,
  tools: Pick<PolicyTools, 'keys' | 'now' | 'temporary'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  using opened = await resultOf(openForReading(archiveDir, tools.temporary, signal));
  const keeping = await resultOf(readKeeping(opened, tools, signal));
  const [lost] = keeping.lost;
  if (lost !== undefined)
    throw new LongplayError('incomplete', 'D105', `${lost.place}: ${lost.message}`, 'repair the log first: longplay replica repair ARCHIVE');
  const earliest = new Map<string, number>();
  for (const row of opened.catalog.keepingRows()) {
    signal.throwIfAborted();
    const atMs = demandedDeletion(keeping.judge(row));
    if (atMs === null) continue;
    for (const bag of [row.bag, ...opened.catalog.earlier(row.recordingId).map((one) => one.bag)])
      earliest.set(bag, Math.min(earliest.get(bag) ?? Number.POSITIVE_INFINITY, atMs));
  }
  return earliest;
}
