import { findingTable } from '../../core/findings/finding-table.ts';
import type { SourceReport } from '../../report/source/report.ts';
import type { FindingEvent, PipelineEvent } from './events.ts';
import { addCounts, type FindingCounts } from './finding-counts.ts';

/** What the events of a run tell a report; plain data, so that a job can keep it. */
export interface ReadNotes {
  readonly importers: SourceReport['importers'];
  readonly findings: Readonly<Record<string, number>>;
  readonly clocks: readonly string[];
  readonly unread: SourceReport['unread'];
}

/** Follows the events of a run. */
export interface ReportNotes {
  take(event: PipelineEvent): void;
  notes(): ReadNotes;
}

/** Parts of a source that a report names; all are counted. */
const unreadNamed = 200;
/** Differences of clocks that a report names: one for each two sources. */
const mostClocks = 100;
/** Recordings that could not be read, or not be imported. */
const notReadCodes = new Set(['P111', 'P112', 'P113', 'P114', 'P143', 'M143']);

/** Nothing noted yet. @param only which findings count; all where it is not given. */
export function createReportNotes(only: (found: FindingEvent) => boolean = () => true): ReportNotes {
  const importers: SourceReport['importers'][number][] = [];
  const findings = new Map<string, number>();
  const clocks: string[] = [];
  const shown: { readonly code: string; readonly place: string; readonly message: string }[] = [];
  let total = 0;
  return {
    take: (event) => {
      if (event.type === 'recognised') {
        const { importer: id, title, grade, evidence } = event;
        importers.push({ id, title, grade, evidence });
      }
      if (event.type !== 'finding' || !only(event)) return;
      const { code, place, message } = event;
      findings.set(code, (findings.get(code) ?? 0) + 1);
      if (code === 'P190' && clocks.length < mostClocks) clocks.push(message);
      if (!isUnread(code)) return;
      total++;
      if (shown.length < unreadNamed) shown.push({ code, place, message });
    },
    notes: () => ({ importers, findings: Object.fromEntries(findings), clocks, unread: { total, shown } }),
  };
}

/** True for a finding about something of the source that could not be read. */
function isUnread(code: string): boolean {
  return notReadCodes.has(code) || (isOfSource(code) && findingTable.get(code)?.severity === 'error');
}

/** What a source says of itself; a run that goes on with a job hears it again. */
export function isOfSource(code: string): boolean {
  return code.startsWith('S');
}

/** What a run says of recordings that it did not import, of documents that it could not read, of calls without audio, and of identical audio: nothing that the log has of a bag. */
export function isOfRun(code: string): boolean {
  return notReadCodes.has(code) || code === 'P131' || code === 'P251' || code === 'P252' || code === 'P261';
}

/** Hands events on and notes what they tell. */
export async function* noting<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  { take }: ReportNotes,
): AsyncGenerator<PipelineEvent, Outcome> {
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return next.value;
    take(next.value);
    yield next.value;
  }
}

/**
 * The notes of a plan and of the run that ended its job. What the source says of itself a resumed run says again: then the larger count is taken.
 * @param bags what the log says of the bags
 */
export function joinNotes(plan: ReadNotes, run: ReadNotes, bags: FindingCounts, resumed: boolean): ReadNotes {
  const [before, after] = [new Map(Object.entries(plan.findings)), new Map(Object.entries(run.findings))];
  const findings = new Map(addCounts(before, after, bags));
  if (resumed) for (const code of findings.keys()) if (isOfSource(code)) findings.set(code, Math.max(before.get(code) ?? 0, after.get(code) ?? 0));
  const seen = new Set<string>();
  const shown = [...plan.unread.shown, ...run.unread.shown].filter(({ code, place }) => {
    const isNew = !resumed || !seen.has(`${code} ${place}`);
    seen.add(`${code} ${place}`);
    return isNew;
  });
  const total = [...findings].reduce((sum, [code, count]) => sum + (isUnread(code) ? count : 0), 0);
  return {
    importers: plan.importers,
    findings: Object.fromEntries(findings),
    clocks: plan.clocks,
    unread: { total, shown: shown.slice(0, unreadNamed) },
  };
}
