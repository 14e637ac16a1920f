import { resolve } from 'node:path';
import { revisionOf } from '../../core/model/recording-document.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type RecordingHistory, show } from '../../pipeline/open/query.ts';
import { keepingOf } from '../../policy/held-now.ts';
import type { PlannedRecording } from '../../report/retention/plan.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { keepingLine } from '../texts/plan-text.ts';
import { recordingPage } from '../texts/show-page.ts';
import { type OutStyle, outStyle } from '../texts/style.ts';

/** Declares `longplay show ARCHIVE ID`. */
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
          pipeline: async function* (stop): AsyncGenerator<PipelineEvent, ShownKeeping> {
            const asked = { recordingId: id.toLowerCase(), revision: options.revision ?? null };
            const found = yield* show(resolve(archive), asked, context, stop);
            return { found, keeping: yield* keepingOf(resolve(archive), found.document.recordingId, context, stop) };
          },
          ending: (outcome) => shown(outcome, outStyle(context), options.verbose === true),
        },
        signal,
      ),
    );
  });
};

/** A recording, and what holds and the retention policy demand for it; null: nothing. */
interface ShownKeeping {
  readonly found: RecordingHistory;
  readonly keeping: PlannedRecording | null;
}

function shown(
  { found, keeping }: ShownKeeping,
  style: OutStyle,
  verbose: boolean,
): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const { state, notBefore, notAfter, reasons } = keeping ?? {};
  return {
    exitCode: exitCodes.well,
    facts: {
      recordingId: found.document.recordingId,
      bag: found.bag,
      revision: revisionOf(found.document),
      ...(keeping === null ? {} : { keeping: { state, notBefore, notAfter, reasons } }),
    },
    text: `${recordingPage(found, style, verbose)}${keeping === null ? '' : `\n\n${keepingLine(keeping)}`}`,
  };
}
