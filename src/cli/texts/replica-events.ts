import type { Work } from '../../core/base/work.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { findingEvent, type PipelineEvent, type Progress } from '../../pipeline/events/events.ts';
import type { SyncEvent } from '../../replicas/copy/sync.ts';
import type { Mended } from '../../replicas/repair/bag.ts';
import { exitCodes } from '../report/exit-code.ts';

/** What work on copies says as it goes; whatever else it yields has a `kind` of its own. */
type CopyEvent =
  | Finding
  | Verdict
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly bytes: number; readonly work?: Work }
  | Mended
  | Extract<SyncEvent, { kind: 'copied' }>;

/** Findings that mean "not now": they do not speak of damage. R118 follows from bags that are told of beside it, each by what is amiss with it; R125 is a replica that no sync has ended on. */
const notNow: ReadonlySet<string> = new Set(['H102', 'R118', 'R125', 'R134', 'R135', 'R138', 'R139']);

/** What went past. */
export interface Seen {
  /** Findings and verdicts that speak of damage. */
  faults: number;
  /** Something could not be judged or written now. */
  later: boolean;
}

/** Turns what work on copies yields into events of the reporter, and counts what decides the exit code. */
export async function* copyEvents<Outcome>(
  work: AsyncGenerator<CopyEvent, Outcome>,
  phase: Progress['phase'],
  seen: Seen,
): AsyncGenerator<PipelineEvent, Outcome> {
  for (let next = await work.next(); ; next = await work.next()) {
    if (next.done === true) return next.value;
    const event = next.value;
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
      const { kind: _kind, ...verdict } = event;
      yield { type: 'verdict', ...verdict };
    } else {
      const { kind, ...value } = event;
      yield { type: 'result', of: kind, value };
    }
  }
}

/** The exit code that follows from what was seen, and from replicas that were away. */
export function exitCodeFor({ faults, later }: Seen, away: readonly string[]): number {
  if (faults > 0) return exitCodes.integrity;
  return later || away.length > 0 ? exitCodes.incomplete : exitCodes.well;
}
