import type { ArchiveReportOutcome } from '../pipeline/report-archive.ts';
import type { WrittenReport } from '../pipeline/report-write.ts';
import { shellWord } from './units.ts';

type Report = WrittenReport | ArchiveReportOutcome;

/** What a summary says of a report; its numbers stand in the line of type `result` before it. */
export function reportFacts(report: Report | null | undefined): Readonly<Record<string, unknown>> {
  if (report === null || report === undefined) return { report: null };
  return { report: { folder: report.folder, sumsAgree: report.sumsAgree, checks: report.report.checks } };
}

/** Where the report is, and whether its sums agree. */
export function reportText({ folder, sumsAgree }: Report): string {
  const page = shellWord(`${folder}/report.html`);
  return sumsAgree ? `Report: ${page}` : `Report: ${page}\nITS SUMS DO NOT AGREE: see the errors above.`;
}
