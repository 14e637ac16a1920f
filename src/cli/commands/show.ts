import { resolve } from 'node:path';
import { revisionOf } from '../../core/model/recording-document.ts';
import { type RecordingHistory, show } from '../../pipeline/open/query.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { recordingPage } from '../texts/show-page.ts';
import { type OutStyle, outStyle } from '../texts/style.ts';

/** `longplay show ARCHIVE ID` */
export const showCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('show')
    .summary('show everything about one recording')
    .description('Shows everything about one recording on one page.')
    .argument('<archive>', 'archive folder')
    .argument('<id>', 'recording id, or a prefix of one')
    .addOption(option('--revision <number>', 'show this description, not the newest one').argParser(integer(1, 1_000_000)));
  withExamples(command, 'longplay show /srv/archive 1f0c2a9e');
  commonOptions(command).action(async (archive: string, id: string, options: CommonOptions & { revision?: number }) => {
    done(
      await runCommand(
        context,
        {
          command: 'show',
          options,
          pipeline: (stop) => show(resolve(archive), { recordingId: id.toLowerCase(), revision: options.revision ?? null }, context.temporary, stop),
          ending: (found) => shown(found, outStyle(context), options.verbose === true),
        },
        signal,
      ),
    );
  });
};

function shown(found: RecordingHistory, style: OutStyle, verbose: boolean): { exitCode: number; facts: Record<string, unknown>; text: string } {
  return {
    exitCode: exitCodes.well,
    facts: { recordingId: found.document.recordingId, bag: found.bag, revision: revisionOf(found.document) },
    text: recordingPage(found, style, verbose),
  };
}
