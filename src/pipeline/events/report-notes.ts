import { withResult } from '../../core/base/with-result.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { SourceReport } from '../../report/source/report.ts';
import type { FindingEvent, PipelineEvent } from './events.ts';
import { addCounts, type FindingCounts } from './finding-counts.ts';

/** What the events of a run contribute to a report; plain data, so that a job can store it. */
export interface ReadNotes {
  readonly importers: SourceReport['importers'];
  readonly findings: Readonly<Record<string, number>>;
  readonly clocks: readonly string[];
  readonly unread: SourceReport['unread'];
}

/** Collects notes for a report from the events of a run. */
export interface ReportNotes {
  take(event: PipelineEvent): void;
  notes(): ReadNotes;
}

/** Number of unreadable parts of a source that a report names; all are counted. */
const unreadNamed = 200;
/** Number of clock differences that a report names; there is one per pair of sources. */
const mostClocks = 100;
/** Codes of recordings that could not be read or imported. */
const notReadCodes = new Set(['P111', 'P112', 'P113', 'P114', 'P143', 'M143']);

/** Creates empty notes. @param only returns true for findings that count; default: all */
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

/** Returns true for a finding about an unreadable part of the source. */
function isUnread(code: string): boolean {
  return notReadCodes.has(code) || (isOfSource(code) && findingTable.get(code)?.severity === 'error');
}

/** Returns true for findings about the source itself; a run that resumes a job reports them again. */
export function isOfSource(code: string): boolean {
  return code.startsWith('S');
}

/**
 * Returns true for findings that are in no log entry of a bag: recordings that were not imported, unreadable documents, calls without audio, and
 * identical audio.
 */
export function isOfRun(code: string): boolean {
  return notReadCodes.has(code) || code === 'P131' || code === 'P251' || code === 'P252' || code === 'P261' || code === 'P280';
}

/** Passes on events and collects notes from them. */
export async function* noting<Outcome>(
  events: AsyncGenerator<PipelineEvent, Outcome>,
  { take }: ReportNotes,
): AsyncGenerator<PipelineEvent, Outcome> {
  const taken = withResult(events);
  for await (const event of taken) {
    take(event);
    yield event;
  }
  return taken.result();
}

/**
 * Joins the notes of a plan with those of the run that ended its job. A resumed run repeats the findings about the source itself, so the larger count
 * is used for them.
 * @param bags counts of the bags from the log
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
