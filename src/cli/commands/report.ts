import { resolve } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type ArchiveReportOutcome, reportArchive } from '../../pipeline/report/archive.ts';
import { type CopiedReport, copyKeptReport } from '../../pipeline/report/kept.ts';
import { keepingFacts } from '../../policy/held-now.ts';
import { statementText } from '../../report/statement/text.ts';
import { mediaTools } from '../machine/media-tools.ts';
import { type MetricsOption, metricsOption, withMetrics } from '../options/metrics-option.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes, duration, shellWord, table } from '../report/units.ts';
import { erasedText } from '../texts/erased-files.ts';
import { reportFacts, reportText, standingOut } from '../texts/report-text.ts';

/** Declares `longplay report ARCHIVE`. */
export const reportCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('report')
    .summary('write the signed statement of an archive, and its report')
    .description(
      'Writes the signed statement of an archive (fixity checks, damage, repairs, playability, imports), and a report of what became of every call.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--out <folder>', 'new or empty folder; default: reports/archive in the archive'))
    .addOption(option('--import <job>', 'write the kept report of one import, opened if it is sealed, into the folder of --out'));
  withExamples(
    command,
    'longplay report /srv/archive',
    'longplay report /srv/archive --out /tmp/report --json',
    'longplay report /srv/archive --import 20260301t120000-5f0c1a2b3c4d5e6f --out /tmp/report',
  );
  commonOptions(metricsOption(command)).action(
    async (archive: string, options: CommonOptions & MetricsOption & { out?: string; import?: string }) => {
      const out = options.out === undefined ? null : resolve(options.out);
      const path = resolve(archive);
      const { import: jobId } = options;
      if (jobId !== undefined) {
        const copy = (stop: AbortSignal): ReturnType<typeof copyKeptReport> => copyKeptReport(path, jobId, requiredOut(out), stop);
        done(await runCommand(context, { command: 'report', options, pipeline: copy, ending: copied }, signal));
        return;
      }
      const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, ArchiveReportOutcome> {
        const { codecs, ffmpeg } = await mediaTools(context.decoding);
        const decoders = { codecs, ffmpeg: ffmpeg?.version ?? null };
        return yield* reportArchive(path, out, { ...context, decoders, keepingOf: (of) => keepingFacts(of, context, stop) }, stop);
      };
      const run = (): Promise<number> => runCommand(context, { command: 'report', options, pipeline, ending: reported }, signal);
      done(await withMetrics(context, 'report', options, path, run));
    },
  );
};

/** Returns the folder of the report. @throws LongplayError usage U100 if none is given */
function requiredOut(out: string | null): string {
  if (out !== null) return out;
  throw new LongplayError('usage', 'U100', '--import writes the report of an import into a folder, and none was named', 'add --out FOLDER');
}

function copied({ jobId, folder }: CopiedReport): Ending {
  return { exitCode: exitCodes.well, facts: { job: jobId, folder }, text: `Report: ${shellWord(`${folder}/report.html`)}` };
}

function reported(outcome: ArchiveReportOutcome): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const { statement } = outcome;
  const { imports, totals, unheard, doubtful, calls, unfinished, verified } = outcome.report;
  const lines = [
    statementText(statement),
    '',
    `${counted(totals.recordings, 'recording')} in ${counted(totals.bags, 'bag')}: ${counted(totals.originals, 'original')} of ${bytes(totals.originalBytes)}, ${duration(totals.durationMs)} of audio${erasedText(totals)}.`,
    table(
      calls.byStatus.map(({ status, recordings }) => [recordings, status]),
      '  ',
    ),
    ...(unheard > 0 ? [`${counted(unheard, 'recording has a file', 'recordings have files')} without any sound.`] : []),
    ...(doubtful > 0 ? [`${counted(doubtful, 'recording is', 'recordings are')} doubtful.`] : []),
    ...(unfinished.length > 0 ? [`${counted(unfinished.length, 'job is', 'jobs are')} unfinished: import the same source again.`] : []),
    `${count(calls.withAudio)} of ${counted(calls.recordings, 'recording')} with audio.`,
    ...standingOut(outcome.report),
    reportText(outcome),
  ];
  const { byStatus, byImporter } = calls;
  const { lastSuccess, unsigned } = statement;
  const facts = { lastSuccess, unsigned, ...totals, unheard, doubtful, byStatus, byImporter, imports, unfinished, verified, ...reportFacts(outcome) };
  return { exitCode: outcome.sumsAgree ? exitCodes.well : exitCodes.integrity, facts, text: lines.join('\n') };
}
