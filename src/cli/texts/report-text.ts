import { printable } from '../../core/words/printable.ts';
import { counted } from '../../core/words/quantity.ts';
import type { ArchiveReportOutcome } from '../../pipeline/report/archive.ts';
import type { WrittenReport } from '../../pipeline/report/write.ts';
import { silenceText } from '../../report/calls/silent-marks.ts';
import { shellWord } from '../report/units.ts';

type Report = WrittenReport | ArchiveReportOutcome;

/** Returns the facts about a report for the summary; its numbers are in the preceding `result` line. */
export function reportFacts(report: Report | null | undefined): Readonly<Record<string, unknown>> {
  if (report === null || report === undefined) return { report: null };
  return { report: { folder: report.folder, sumsAgree: report.sumsAgree, checks: report.report.checks } };
}

/** Returns lines about suspicious days, devices, agents and queues; empty if there are none. */
export function standingOut({ coverage: { thin }, silent }: Report['report']): string[] {
  const days = thin.reduce((sum, run) => sum + run.days, 0);
  const [first] = thin;
  const [mark] = silent;
  return [
    ...(first === undefined
      ? []
      : [
          `${counted(days, 'day')} with suspiciously few calls or calls with audio, in ${counted(thin.length, 'stretch', 'stretches')}; the first from ${first.from} to ${first.to}. The report lists them.`,
        ]),
    ...(mark === undefined
      ? []
      : [
          `Falling silent, starting late or without audio: ${counted(new Set(silent.map(({ name, value }) => `${name}\n${value}`)).size, 'device, agent or queue', 'devices, agents and queues')}, e.g. ${printable(mark.name)} ${printable(mark.value)}: ${silenceText(mark)}. The report lists them.`,
        ]),
  ];
}

/** States where the report is, and whether its sums are consistent. */
export function reportText(report: Report): string {
  const { folder, sumsAgree } = report;
  const sealed = 'sealed' in report ? report.sealed : undefined;
  const page =
    sealed === undefined
      ? shellWord(`${folder}/report.html`)
      : `sealed; longplay report ${shellWord(sealed.archive)} --import ${sealed.jobId} --out FOLDER writes it in clear`;
  return sumsAgree ? `Report: ${page}` : `Report: ${page}\nITS SUMS DO NOT AGREE: see the errors above.`;
}
