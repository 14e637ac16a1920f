import { resolve } from 'node:path';
import { LongplayError } from '../../../core/base/error.ts';
import { givenReason } from '../../../core/base/given-reason.ts';
import { counted } from '../../../core/words/quantity.ts';
import { shellWord } from '../../../core/words/shell-word.ts';
import { forgetEntries } from '../../../erasure/forget-entries.ts';
import { acknowledgeLostDetails, forgetEntryDetails } from '../../../pipeline/notes/forget-details.ts';
import type { Surroundings } from '../../machine/surroundings.ts';
import { type Moment, parseMoment } from '../../options/moment.ts';
import { commonOptions, integer, option, withExamples } from '../../options/options.ts';
import { timeOf } from '../../options/query-options.ts';
import type { CommandDeclaration } from '../../report/command.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../../report/run-command.ts';
import { demandConfirmation } from '../../texts/ask.ts';

type ForgetOptions = CommonOptions & {
  readonly who?: string;
  readonly before?: Moment;
  readonly entry?: readonly number[];
  readonly lost?: boolean;
  readonly reason: string;
  readonly yes?: boolean;
};

/** Declares `longplay log forget ARCHIVE`. */
export const declareForget: CommandDeclaration<Surroundings> = (command, context, signal, done) => {
  const forget = command
    .command('forget')
    .summary('erase the details of entries: who and why')
    .description(
      'Erases the details beside entries of the log: names, hosts, addresses, lists of recordings, reasons, queries. The entries stay, with pseudonyms. The log records the erasure, with who erased and why; replicas follow with their next sync. With --lost it records that details are lost and no copy has them, so that they are no longer reported as missing.',
    )
    .argument('<archive>', 'archive folder')
    .addOption(option('--who <name>', 'details of this user, login name or pseudonym').env('LONGPLAY_FORGET_WHO'))
    .addOption(
      option('--before <time>', 'details of entries before this UTC time, or older than: 730d, 2y')
        .env('LONGPLAY_FORGET_BEFORE')
        .argParser(parseMoment),
    )
    .addOption(
      option('--entry <number>', 'details of this entry alone; repeatable')
        .argParser((text: string, before: readonly number[] = []) => [...before, integer(1, 1_000_000_000)(text)])
        .conflicts(['who', 'before', 'lost']),
    )
    .addOption(option('--lost', 'acknowledge details that are lost in every copy; erases nothing').conflicts(['who', 'before']))
    .addOption(option('--reason <text>', 'why; kept in the details of the entry that records the erasure').makeOptionMandatory())
    .addOption(option('--yes', 'do not ask for confirmation; needed without a terminal'));
  withExamples(
    forget,
    "longplay log forget /srv/archive --before 2y --reason 'period of the works agreement' --yes",
    "longplay log forget /srv/archive --who anna --reason 'left the company in 2024' --yes",
    "longplay log forget /srv/archive --entry 118 --reason 'it named the caller' --yes",
    "longplay log forget /srv/archive --lost --reason 'the disk failed before the first replica' --yes",
  );
  commonOptions(forget).action(async (archive: string, options: ForgetOptions) => {
    const { who = null } = options;
    if (who === null && options.before === undefined && options.lost !== true && options.entry === undefined)
      throw new LongplayError('usage', 'U312', 'no details to erase are selected', 'give --who, --before or both; or --entry; or --lost');
    const reason = givenReason(options.reason);
    const question =
      options.lost === true
        ? `Record in the log of ${archive} that its missing details are permanently lost?`
        : `Permanently erase details beside the log of ${archive}?`;
    if (options.yes !== true) await demandConfirmation(question, context, signal);
    if (options.lost === true) return done(await acknowledge(archive, reason, options, context, signal));
    const before = (await timeOf('--before', options.before, undefined, context)) ?? null;
    const { entry: seqs } = options;
    const run = (stop: AbortSignal) =>
      seqs === undefined
        ? forgetEntryDetails(resolve(archive), { who, before, reason }, context, stop)
        : forgetEntries(resolve(archive), { seqs, reason }, context, stop);
    const ending = ({ entries, persons }: { entries: number; persons: number | null }) => ({
      exitCode: exitCodes.well,
      facts: { entries, persons },
      text: `The details of ${counted(entries, 'entry', 'entries')} are erased here. Replicas follow with: longplay replica sync ${shellWord(archive)}`,
    });
    done(await runCommand(context, { command: 'log forget', options, pipeline: run, ending }, signal));
  });
};

function acknowledge(archive: string, reason: string, options: ForgetOptions, context: Surroundings, signal: AbortSignal): Promise<number> {
  const run = (stop: AbortSignal) => acknowledgeLostDetails(resolve(archive), reason, context, stop);
  const ending = ({ entries }: { readonly entries: number }) => ({
    exitCode: exitCodes.well,
    facts: { entries },
    text:
      entries === 0
        ? 'No details are lost; nothing was entered.'
        : `The log says that the details of ${counted(entries, 'entry', 'entries')} are lost. Replicas follow with: longplay replica sync ${shellWord(archive)}`,
  });
  return runCommand(context, { command: 'log forget', options, pipeline: run, ending }, signal);
}
