import { resolve } from 'node:path';
import { addedDigest, addedDigests } from '../../archive/bag/added-digests.ts';
import { LongplayError } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { withResult } from '../../core/base/with-result.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { findingEvent, type PipelineEvent, verdictEvent } from '../../pipeline/events/events.ts';
import { planRehash, rehashArchive } from '../../verify/rehash/archive.ts';
import type { RehashEvent, RehashOutcome } from '../../verify/rehash/outcome.ts';
import { withdrawRehash } from '../../verify/rehash/withdraw.ts';
import { type BudgetLimits, parseBudget } from '../../verify/schedule/budget.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, jobsOption, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes, shellWord } from '../report/units.ts';

type Options = CommonOptions & {
  add: string;
  budget?: string;
  everyBag?: boolean;
  dryRun?: boolean;
  withdraw?: boolean;
  reason?: string;
  jobs: number;
};

/** Declares `longplay rehash ARCHIVE --add sha3-512`. */
export const rehashCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('rehash')
    .summary('add a newer digest to every bag and to the log')
    .description('Adds a newer digest when one ages: reads every bag once, verifies its old digests, adds the new one; then the same for the log.')
    .argument('<archive>', 'archive folder')
    .optionsGroup('Digest:')
    .addOption(
      option('--add <digest>', 'digest to add')
        .choices([...addedDigests.keys()])
        .makeOptionMandatory(),
    )
    .addOption(option('--budget <budget>', 'stop after this; the next run continues: 2h, 500GB or 2h,500GB').conflicts('everyBag'))
    .addOption(option('--every-bag', 'all bags in this run, the same as without --budget'))
    .addOption(option('-n, --dry-run', 'count the bags that lack it, write nothing'))
    .optionsGroup('Withdrawing:')
    .addOption(
      option('--withdraw', 'give up the rehash of bags that are unfinished or cannot be written; changes no bag').conflicts(['budget', 'everyBag']),
    )
    .addOption(option('--reason <text>', 'why it is withdrawn; kept beside the log with your login name'));
  withExamples(
    command,
    'longplay rehash /srv/archive --add sha3-512',
    'longplay rehash /srv/archive --add blake2b --budget 2h',
    "longplay rehash /srv/archive --add blake2b --withdraw --reason 'the volume is write-once'",
  );
  commonOptions(jobsOption(command)).action(async (archive: string, options: Options) => {
    const path = resolve(archive);
    const reason = reasonOf(options);
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, RehashOutcome> {
      if (reason !== null) {
        const withdrawal = { algorithm: addedDigests.get(options.add) ?? options.add, reason, dryRun: options.dryRun === true };
        return yield* told(withdrawRehash(path, withdrawal, context, stop));
      }
      const request = { algorithm: algorithmOf(options.add), budget: budgetOf(options) };
      if (options.dryRun === true) return yield* told(planRehash(path, request, context.keys, stop));
      const pool = context.createPool(options.jobs, stop);
      const started = performance.now();
      try {
        const elapsedMs = (): number => performance.now() - started;
        return yield* told(rehashArchive(path, request, { ...context, pool, elapsedMs }, stop));
      } finally {
        await pool.close();
      }
    };
    done(await runCommand(context, { command: 'rehash', options, pipeline, ending: (outcome) => rehashed(outcome, options, archive) }, signal));
  });
};

/** Returns the reason for withdrawing a rehash; null if it is not withdrawn. @throws LongplayError usage U312, U317 */
function reasonOf({ withdraw, reason }: Options): string | null {
  if (withdraw !== true && reason === undefined) return null;
  if (withdraw !== true) throw new LongplayError('usage', 'U312', '--reason says why a rehash is withdrawn', 'add --withdraw, or omit it');
  if (reason === undefined || reason.trim() === '')
    throw new LongplayError('usage', 'U312', '--withdraw needs a reason for the log', 'add --reason TEXT');
  return givenReason(reason);
}

function algorithmOf(name: string): string {
  const id = addedDigests.get(name) ?? name;
  if (addedDigest(id) === null)
    throw new LongplayError(
      'usage',
      'H106',
      `${name} cannot be computed by the OpenSSL of this Node.js`,
      'use another version of Node.js, or another digest',
    );
  return id;
}

/** Parses the budget. @throws LongplayError usage U301 */
function budgetOf({ budget }: Options): BudgetLimits {
  return budget === undefined ? { ms: null, bytes: null } : parseBudget(budget);
}

async function* told(events: AsyncGenerator<RehashEvent, RehashOutcome>): AsyncGenerator<PipelineEvent, RehashOutcome> {
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.kind === 'finding') yield findingEvent(event);
    else if (event.kind === 'verdict') yield verdictEvent(event);
    else if (event.kind === 'rehashed') {
      const { kind: _kind, ...value } = event;
      yield { type: 'result', of: 'rehashed', value };
    } else if (event.kind === 'withdrawn') {
      const { kind: _kind, ...value } = event;
      yield { type: 'result', of: 'withdrawn', value };
    } else {
      const { kind: _kind, ...progress } = event;
      yield { type: 'progress', phase: 'rehashing', unit: 'bags', bytesTotal: null, audioMs: 0, ...progress };
    }
  }
  return taken.result();
}

function rehashed(outcome: RehashOutcome, options: Options, archive: string): Ending {
  const dryRun = options.dryRun === true;
  return {
    exitCode: exitCodeFor(outcome),
    facts: { digest: options.add, ...outcome, dryRun },
    text: textOf(outcome, options, archive).join('\n'),
  };
}

function textOf(outcome: RehashOutcome, options: Options, archive: string): string[] {
  if (options.withdraw === true) return withdrawnText(outcome, options);
  return options.dryRun === true ? plannedText(outcome, options.add) : rehashedText(outcome, options.add, archive);
}

function withdrawnText({ withdrawn, refused }: RehashOutcome, { add, dryRun }: Options): string[] {
  const lines = [
    withdrawn === 0 && refused === 0 ? `Nothing to withdraw: no rehash to ${add} is unfinished, and each bag that lacks it can be written.` : '',
    withdrawn > 0
      ? `The rehash to ${add} ${dryRun === true ? 'would be' : 'is'} withdrawn from ${counted(withdrawn, 'bag')}, which ${withdrawn === 1 ? 'is' : 'are'} unchanged.`
      : '',
    refused > 0 ? `${counted(refused, 'bag has', 'bags have')} parts of it already, listed above: it cannot be withdrawn there.` : '',
    dryRun === true ? 'Nothing was written.' : '',
  ];
  return lines.filter((line) => line !== '');
}

function plannedText({ bags, hadIt, left, refused, withdrawn, logEntries }: RehashOutcome, digest: string): string[] {
  return [
    `${counted(left, 'bag')} of ${count(bags)} would be read and get ${digest}; ${count(hadIt)} have it.`,
    ...(refused > 0 ? [`${counted(refused, 'bag is', 'bags are')} not in the log, or cannot be written, and would not get it, listed above.`] : []),
    ...(withdrawn > 0 ? [leftOut(withdrawn)] : []),
    logEntries === null ? 'The log would get it over all its entries.' : `The log has it over ${counted(logEntries, 'entry', 'entries')}.`,
    'Nothing was written.',
  ];
}

function leftOut(withdrawn: number): string {
  return `${counted(withdrawn, 'bag')} cannot be written and ${withdrawn === 1 ? 'is' : 'are'} left out: the rehash was withdrawn there.`;
}

function rehashedText(outcome: RehashOutcome, digest: string, archive: string): string[] {
  const { bags, hadIt, rehashed: done, refused, left, withdrawn, files, errors, unreachable, unwritable, logEntries, logRehashed } = outcome;
  const lines: string[] = [];
  if (bags === hadIt) lines.push(bags === 0 ? 'The archive holds no bags yet.' : `Nothing to do: all ${counted(bags, 'bag')} had ${digest}.`);
  else {
    if (done > 0) lines.push(`${counted(done, 'bag')} got ${digest}; every old digest agreed.`);
    if (hadIt > 0) lines.push(`${counted(hadIt, 'bag')} had it before.`);
    if (bags > hadIt + withdrawn) lines.push(`${counted(files, 'file')} read, ${bytes(outcome.bytes)}.`);
    if (withdrawn > 0) lines.push(leftOut(withdrawn));
  }
  if (logRehashed && logEntries !== null) lines.push(`The log got it over its ${counted(logEntries, 'entry', 'entries')}.`);
  else if (logEntries !== null) lines.push('The log already had it over all entries.');
  if (refused > 0) lines.push(`${counted(refused, 'bag')} did NOT get it; each is listed above with its reason.`);
  if (unreachable > 0) lines.push(`${counted(unreachable, 'file')} could not be read and may be intact: fix the cause and run it again.`);
  if (unwritable > 0)
    lines.push(`${counted(unwritable, 'bag')} could not be written: fix the cause and run the command again, or withdraw the rehash of these bags.`);
  if (errors > unreachable + unwritable) lines.push('Restore damaged files from another copy of the archive, then run it again.');
  if (left > 0) lines.push(`${counted(left, 'bag is', 'bags are')} left for the next run.`);
  if (done > 0) lines.push(`Next: longplay verify ${shellWord(archive)}`);
  return lines;
}

/** Returns the exit code. Unreadable files may be intact: their state is unknown until the next run. Read-only bags are no fault of the archive. */
function exitCodeFor({ errors, unreachable, unwritable }: RehashOutcome): number {
  if (errors > unreachable + unwritable) return exitCodes.integrity;
  return unreachable + unwritable > 0 ? exitCodes.incomplete : exitCodes.well;
}
