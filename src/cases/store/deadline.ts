import { dueState } from '../../archive/documents/case-due.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { limits } from '../../core/base/limits.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { openCaseArchive } from './open-case.ts';
import { type CaseTools, changeCase } from './store.ts';

/**
 * Sets, moves or withdraws the deadline of a case. The case keeps earlier deadlines with their reasons.
 * @throws LongplayError usage C100, C103, C117, U317; incomplete A105, C115
 */
export async function* setDeadline(
  archiveDir: string,
  wanted: string,
  { due, reason }: { readonly due: string | null; readonly reason: string },
  tools: CaseTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly id: string; readonly due: string | null; readonly daysLeft: number | null }> {
  const archive = await openCaseArchive(archiveDir);
  const made = { due, reason: givenReason(reason), at: tools.now(), by: tools.user() };
  const after = await changeCase(
    archive,
    wanted,
    {
      action: 'deadline-set',
      change: async (document) => {
        const last = document.deadlines?.at(-1);
        // Repeating the same deadline changes nothing.
        if ((last === undefined && due === null) || (last?.due === due && last.reason === made.reason)) return document;
        const deadlines = [...(document.deadlines ?? []), made];
        if (deadlines.length > limits.caseRecordings)
          throw new LongplayError(
            'usage',
            'C103',
            agree`the case would hold ${deadlines.length} deadline[s], more than ${limits.caseRecordings}`,
            'make another case',
          );
        return { ...document, deadlines };
      },
    },
    tools,
    signal,
  );
  const { daysLeft } = dueState(after, [], made.at);
  return { id: after.id, due, daysLeft };
}
