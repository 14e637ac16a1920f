import { casesFolder } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { ErasureGround } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { heldCases } from '../../policy/held-cases.ts';
import { protectionWords, readProtections } from '../../policy/protection.ts';
import type { KeepingTools } from '../../policy/read-keeping.ts';
import type { MessagePart } from './messages.ts';

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

/** Reports the cases on hold from which a request erases messages (E111): the messages stay until the hold is over. @returns the number of these messages */
export async function* reportHeldMessages(
  archive: OpenedArchive['archive'],
  messages: Iterable<MessagePart>,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  const numbers = new Map<string, number>();
  for (const { caseId } of messages) numbers.set(caseId, (numbers.get(caseId) ?? 0) + 1);
  if (numbers.size === 0) return 0;
  let found = 0;
  const held = await heldCases(archive, tools, signal);
  for (const [caseId, number] of numbers) {
    const stay = held.of(caseId);
    if (stay === null) continue;
    found += number;
    yield findingEvent(finding('E111', `${casesFolder}/${caseId}`, agree`${number} message[s] of the request [stays|stay] in it: ${stay.why}`));
  }
  return found;
}
