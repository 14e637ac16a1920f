import { withResult } from '../../core/base/with-result.ts';
import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { findingEvent, type PipelineEvent, type Progress, verdictEvent } from '../../pipeline/events/events.ts';
import type { SyncEvent } from '../../replicas/copy/sync.ts';
import type { RepairedCopy } from '../../replicas/repair/bag.ts';
import { exitCodes } from '../report/exit-code.ts';

/** Events of work on copies. Its other results have a `kind`. */
type CopyEvent =
  | Finding
  | Verdict
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number; readonly work?: Work }
  | RepairedCopy
  | Extract<SyncEvent, { kind: 'copied' }>;

/**
 * Findings that mean "not now" rather than damage. R118 follows from bags that are reported separately, each with its fault; R125 is a replica whose
 * sync was never finished.
 */
const notNow: ReadonlySet<string> = new Set(['E121', 'H102', 'R118', 'R125', 'R134', 'R135', 'R138', 'R139', 'R155']);

/** Totals over the events. */
export interface Seen {
  /** Number of findings and verdicts that report damage. */
  faults: number;
  /** True if something could not be checked or written now. */
  later: boolean;
}

/** Converts results of work on copies to events of the reporter, and counts those that decide the exit code. */
export async function* copyEvents<Outcome>(
  work: AsyncGenerator<CopyEvent, Outcome>,
  phase: Progress['phase'],
  seen: Seen,
): AsyncGenerator<PipelineEvent, Outcome> {
  const taken = withResult(work);
  for await (const event of taken) {
    if (event.kind === 'progress') {
      const { done, total, bytes, work } = event;
      yield { type: 'progress', phase, done, total, unit: 'bags', bytes, bytesTotal: null, audioMs: 0, ...(work === undefined ? {} : { work }) };
    } else if (event.kind === 'finding') {
      if (notNow.has(event.code)) seen.later = true;
      else if (findingTable.get(event.code)?.severity === 'error') seen.faults++;
      yield findingEvent(event);
    } else if (event.kind === 'verdict') {
      if (event.severity === 'error' && event.verdict === 'unreachable') seen.later = true;
      else if (event.severity === 'error') seen.faults++;
      yield verdictEvent(event);
    } else {
      const { kind, ...value } = event;
      yield { type: 'result', of: kind, value };
    }
  }
  return taken.result();
}

/** Returns the exit code for the totals and the unreachable replicas. */
export function exitCodeFor({ faults, later }: Seen, away: readonly string[]): number {
  if (faults > 0) return exitCodes.integrity;
  return later || away.length > 0 ? exitCodes.incomplete : exitCodes.well;
}
