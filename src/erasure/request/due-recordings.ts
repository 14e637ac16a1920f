import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { ErasureGround } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { protectionWords, readProtections } from '../../policy/protection.ts';
import type { KeepingTools } from '../../policy/read-keeping.ts';

/** Recordings of which a request erases something. */
export interface AskedRecordings {
  /** Those that were chosen. */
  readonly ids: readonly string[];
  /** Those of which files are erased, e.g. the vCon that they share with a chosen one. */
  readonly touched: readonly string[];
}

/**
 * Reports the recordings of a request that a hold or a rule protects, with reason and date (E111); for a request by retention also those that no rule demands
 * to be deleted now.
 * @returns their number
 * @throws LongplayError usage E136 if the ground is retention and none of the recordings is due
 */
export async function* reportProtected(
  opened: Pick<OpenedArchive, 'archive' | 'catalog'>,
  { ids, touched }: AskedRecordings,
  ground: ErasureGround,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  const isByRetention = ground === 'retention';
  let found = 0;
  let notDue = 0;
  const chosen = new Set(ids);
  for (const [id, protection] of await readProtections(opened, new Set([...ids, ...touched]), ground, tools, signal)) {
    const why = protectionWords(protection);
    if (why === null) continue;
    found++;
    if (chosen.has(id)) notDue++;
    yield findingEvent(finding('E111', id, isByRetention ? `is not due: ${why}` : `is kept until nothing forbids its erasure: ${why}`));
  }
  if (isByRetention && notDue > 0 && notDue === ids.length)
    throw new LongplayError(
      'usage',
      'E136',
      agree`nothing was requested: of ${ids.length} recording[s] none is due by retention`,
      'longplay retention plan ARCHIVE lists what is due, and when; for another reason give another --ground',
    );
  return found;
}
