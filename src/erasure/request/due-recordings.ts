import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { protectionWords, readProtections } from '../../policy/protection.ts';
import type { KeepingTools } from '../../policy/read-keeping.ts';

/**
 * Reports the recordings of a request by retention that no rule demands to be deleted now, or that must be kept, with reason and date (E111).
 * @returns their number
 * @throws LongplayError usage E136 if none of the recordings is due
 */
export async function* reportNotDue(
  opened: Pick<OpenedArchive, 'archive' | 'catalog'>,
  ids: readonly string[],
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  let notDue = 0;
  for (const [id, protection] of await readProtections(opened, ids, 'retention', tools, signal)) {
    const why = protectionWords(protection);
    if (why === null) continue;
    notDue++;
    yield findingEvent(finding('E111', id, `is not due: ${why}`));
  }
  if (notDue > 0 && notDue === ids.length)
    throw new LongplayError(
      'usage',
      'E136',
      agree`nothing was requested: of ${ids.length} recording[s] none is due by retention`,
      'longplay retention plan ARCHIVE lists what is due, and when; for another reason give another --ground',
    );
  return notDue;
}
