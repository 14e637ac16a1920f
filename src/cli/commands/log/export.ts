import { resolve } from 'node:path';
import { withResult } from '../../../core/base/with-result.ts';
import { type EntryFormat, entryFormats } from '../../../log/who/entry-formats.ts';
import type { PipelineEvent } from '../../../pipeline/events/events.ts';
import { exportLog, type LogExport } from '../../../pipeline/log/export-log.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../../options/options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { Reporter } from '../../report/reporter.ts';
import { type CommonOptions, runCommand } from '../../report/run-command.ts';

type ExportOptions = CommonOptions & {
  readonly format: EntryFormat;
  readonly fromEntry: number;
  readonly follow?: boolean;
  readonly pseudonyms?: boolean;
};

/** Declares `longplay log export ARCHIVE`. */
export const declareExport: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const give = command
    .command('export')
    .summary('export entries for a SIEM')
    .description('Exports the entries of the log as lines for other programs: JSON lines, CEF, or syslog (RFC 5424).')
    .argument('<archive>', 'archive folder')
    .addOption(option('--format <format>', 'format of the lines').env('LONGPLAY_LOG_FORMAT').choices(entryFormats).default('jsonl'))
    .addOption(option('--from-entry <number>', 'first entry').argParser(integer(1, 1_000_000_000)).default(1, 'the first'))
    .addOption(option('--follow', 'continue with later entries as they are added'))
    .addOption(option('--pseudonyms', 'omit who and why; give pseudonyms only'));
  withExamples(give, 'longplay log export /srv/archive --format syslog', 'longplay log export /srv/archive --format cef --from-entry 1201');
  commonOptions(give).action(async (archive: string, options: ExportOptions) => {
    const request = {
      format: options.format,
      fromSeq: options.fromEntry,
      follow: options.follow === true,
      withDetails: options.pseudonyms !== true,
    };
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, LogExport> {
      const taken = withResult(exportLog(resolve(archive), request, context.keys, stop));
      for await (const event of taken) {
        if (event.type === 'result' && options.json !== true) reporter.text(String(event.value.line));
        yield event;
      }
      return taken.result();
    };
    const ending = ({ entries, lastSeq, errors }: LogExport) => ({
      exitCode: errors > 0 ? exitCodes.integrity : exitCodes.well,
      facts: { entries, lastSeq, errors },
      // Other programs read the output, so it contains nothing but lines.
      text: '',
    });
    done(await runCommand(context, { command: 'log export', options, pipeline, ending }, signal));
  });
};
