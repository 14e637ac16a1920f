import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import type { ErasureStatus, ErasureTotals } from '../../erasure/status.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Reporter } from '../report/reporter.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { table } from '../report/units.ts';

/** Prints erasure requests and approvers, as a pipeline yields them, in two tables. */
export async function* erasuresTable(
  events: AsyncGenerator<PipelineEvent, ErasureTotals>,
  options: CommonOptions,
  reporter: Reporter,
): AsyncGenerator<PipelineEvent, ErasureTotals> {
  const rows: string[][] = [['request', 'entered', 'ground', 'recordings', 'parts', 'state', 'deadline', 'reason']];
  const approvers: string[][] = [['approver', 'name', 'since', 'until']];
  const erased: string[][] = [['erased recording', 'on', 'request', 'bags']];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.type === 'result' && event.of === 'erasure') {
      // As yielded by `erasureStatus`.
      const one = event.value as unknown as ErasureStatus;
      const cells = [
        one.request,
        one.requestedAt.slice(0, 10),
        one.ground,
        one.recordings,
        one.parts,
        stateText(one),
        deadlineText(one),
        one.reason ?? '-',
      ];
      rows.push(cells.map((cell) => printable(String(cell))));
    } else if (event.type === 'result' && event.of === 'approver') {
      const { approver, name, addedAt, removedAt } = event.value;
      const until = typeof removedAt === 'string' ? removedAt.slice(0, 10) : '-';
      approvers.push([approver, name ?? '-', String(addedAt).slice(0, 10), until].map((cell) => printable(String(cell))));
    }
    if (event.type === 'result' && event.of === 'erased-recording') {
      const { recordingId, erasedAt, request, bags } = event.value;
      erased.push([recordingId, String(erasedAt).slice(0, 10), request, bags].map((cell) => printable(String(cell))));
    }
    yield event;
  }
  for (const one of [rows, approvers, erased]) if (one.length > 1 && options.json !== true) reporter.text(table(one));
  return taken.result();
}

function stateText({ state, from, executedAt, withdrawnAt, finalAt, owedBy, owed }: ErasureStatus): string {
  if (state === 'under-way') return `under way, owed by ${[...owedBy, ...owed].join(', ')}`;
  if (state === 'approved') return `approved, from ${(from ?? '').slice(0, 16).replace('T', ' ')}`;
  if (state === 'executed') {
    const executed = `executed ${(executedAt ?? '').slice(0, 10)}`;
    return finalAt === null ? executed : `${executed}, final ${finalAt.slice(0, 10)}`;
  }
  return state === 'withdrawn' ? `withdrawn ${(withdrawnAt ?? '').slice(0, 10)}` : state;
}

function deadlineText({ due, daysLeft }: ErasureStatus): string {
  if (daysLeft === null) return '-';
  return daysLeft < 0 ? `${due}, OVERDUE` : `${due}, ${daysLeft} d`;
}
