import { resolve } from 'node:path';
import { type Decided, decideInCase } from '../../cases/edit/decide.ts';
import { whatDecided } from '../../cases/store/decisions.ts';
import { LongplayError } from '../../core/base/error.ts';
import { counted } from '../../core/words/quantity.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';

type Options = CommonOptions & {
  readonly is?: boolean;
  readonly isNot?: boolean;
  readonly concerns?: boolean;
  readonly erase?: readonly string[];
  readonly role?: string;
  readonly reason: string;
};

/** Declares `longplay case decide ARCHIVE CASE ID --is|--is-not|--concerns --reason WHY`. */
export const decideCommand: CommandDeclaration = (command, context, signal, done) => {
  const decide = command
    .command('decide')
    .summary('decide whether a recording involves the person of the case')
    .description(
      'Records in a case whether a recording involves its data subject, with user, time and reason. The decision takes precedence over all evidence: a masked export leaves a confirmed party readable, and omits a recording that does not involve the data subject.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .argument('<id>', 'id of a recording of the case, or its beginning')
    .addOption(option('--is', 'the recording involves the data subject'))
    .addOption(option('--is-not', 'the recording does not involve the data subject'))
    .addOption(option('--concerns', 'the recording concerns the data subject, who is no party of it, e.g. because others speak of the person'))
    .addOption(
      option(
        '--erase <name...>',
        "with --concerns: what `erase request --from-case` takes of it: 'recording', 'nothing', or files as --only of that command; default: not decided",
      ),
    )
    .addOption(
      option(
        '--role <role>',
        "which party: caller, agent …, or its place, e.g. 'parties[0]'; default: with --is the one party that matches (none or several: C160), with --is-not the whole recording",
      ),
    )
    .addOption(option('--reason <text>', 'why; kept in the case').makeOptionMandatory());
  withExamples(decide, "longplay case decide /srv/archive 3f9a1c02 1f0c2a9e --is --reason 'she says her name at 0:12'");
  commonOptions(decide).action(async (archive: string, wanted: string, recording: string, options: Options) => {
    const run = async function* (stop: AbortSignal) {
      const { is, isNot, concerns, role, erase, reason } = options;
      const given = ([is === true && 'is', isNot === true && 'is-not', concerns === true && 'concerns'] as const).filter((one) => one !== false);
      const [decision] = given;
      if (decision === undefined || given.length > 1)
        throw new LongplayError('usage', 'U312', 'exactly one of --is, --is-not and --concerns is needed', 'give --is, --is-not or --concerns');
      const asked = { recording, decision, party: role ?? null, erase: erase ?? null, reason };
      return yield* decideInCase(resolve(archive), wanted, asked, context, stop);
    };
    done(await runCommand(context, { command: 'case decide', options, pipeline: run, ending }, signal));
  });
};

function ending(decided: Decided): Ending {
  const { id, recordingId, decision, erase, parties, decisions } = decided;
  const whom = parties.map((party) => party ?? 'the recording').join(', ');
  const what = whatDecided({ decision, ...(erase === null ? {} : { erase }) });
  return {
    exitCode: exitCodes.well,
    facts: { ...decided },
    text: `Decided on ${recordingId}: ${whom} ${what}. Case ${id} holds ${counted(decisions, 'decision')}.`,
  };
}
