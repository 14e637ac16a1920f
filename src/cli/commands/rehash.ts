import { resolve } from 'node:path';
import { addedDigest, addedDigests } from '../../archive/added-digests.ts';
import { LongplayError } from '../../core/error.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events.ts';
import { type BudgetLimits, parseBudget } from '../../verify/budget.ts';
import { planRehash, rehashArchive } from '../../verify/rehash-archive.ts';
import type { RehashEvent, RehashOutcome } from '../../verify/rehash-outcome.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions, jobsOption, option, withExamples } from '../options.ts';
import { type CommonOptions, type Ending, runCommand } from '../run-command.ts';
import type { Surroundings } from '../surroundings.ts';
import { bytes, count, counted, shellWord } from '../units.ts';

type Options = CommonOptions & { add: string; budget?: string; everyBag?: boolean; dryRun?: boolean; jobs: number };

/** `longplay rehash ARCHIVE --add sha3-512` */
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
    .addOption(option('-n, --dry-run', 'count the bags that lack it, write nothing'));
  withExamples(command, 'longplay rehash /srv/archive --add sha3-512', 'longplay rehash /srv/archive --add blake2b --budget 2h');
  commonOptions(jobsOption(command)).action(async (archive: string, options: Options) => {
    const path = resolve(archive);
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, RehashOutcome> {
      const request = { algorithm: algorithmOf(options.add), budget: budgetOf(options) };
      if (options.dryRun === true) return yield* told(planRehash(path, request, context.keys, stop));
      const pool = context.createPool(options.jobs, stop);
      const started = performance.now();
      try {
        const tools = { pool, now: context.now, keys: context.keys, temporary: context.temporary, elapsedMs: () => performance.now() - started };
        return yield* told(rehashArchive(path, request, tools, stop));
      } finally {
        await pool.close();
      }
    };
    done(await runCommand(context, 'rehash', options, pipeline, (outcome) => rehashed(outcome, options, archive), signal));
  });
};

function algorithmOf(name: string): string {
  const id = addedDigests.get(name) ?? name;
  if (addedDigest(id) === null)
    throw new LongplayError('usage', 'H106', `${name} cannot be computed by the OpenSSL of this Node.js`, 'take another Node.js, or another digest');
  return id;
}

/** @throws LongplayError usage U301 */
function budgetOf({ budget }: Options): BudgetLimits {
  return budget === undefined ? { ms: null, bytes: null } : parseBudget(budget);
}

async function* told(events: AsyncGenerator<RehashEvent, RehashOutcome>): AsyncGenerator<PipelineEvent, RehashOutcome> {
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return next.value;
    const event = next.value;
    if (event.kind === 'finding') yield findingEvent(event);
    else if (event.kind === 'verdict') {
      const { kind: _kind, ...verdict } = event;
      yield { type: 'verdict', ...verdict };
    } else if (event.kind === 'rehashed') {
      const { kind: _kind, ...value } = event;
      yield { type: 'result', of: 'rehashed', value };
    } else {
      const { kind: _kind, ...progress } = event;
      yield { type: 'progress', phase: 'rehashing', unit: 'bags', bytesTotal: null, audioMs: 0, ...progress };
    }
  }
}

function rehashed(outcome: RehashOutcome, options: Options, archive: string): Ending {
  const dryRun = options.dryRun === true;
  return {
    exitCode: exitCodeFor(outcome),
    facts: { digest: options.add, ...outcome, dryRun },
    text: (dryRun ? plannedText(outcome, options.add) : rehashedText(outcome, options.add, archive)).join('\n'),
  };
}

function plannedText({ bags, hadIt, left, refused, logEntries }: RehashOutcome, digest: string): string[] {
  return [
    `${counted(left, 'bag')} of ${count(bags)} would be read and get ${digest}; ${count(hadIt)} have it.`,
    ...(refused > 0 ? [`${counted(refused, 'bag is', 'bags are')} not in the log and would not get it, listed above.`] : []),
    logEntries === null ? 'The log would get it over all its entries.' : `The log has it over ${counted(logEntries, 'entry', 'entries')}.`,
    'Nothing was written.',
  ];
}

function rehashedText(outcome: RehashOutcome, digest: string, archive: string): string[] {
  const { bags, hadIt, rehashed: done, refused, left, files, errors, unreachable, logEntries, logRehashed } = outcome;
  const lines: string[] = [];
  if (bags === hadIt) lines.push(bags === 0 ? 'The archive holds no bags yet.' : `Nothing to do: all ${counted(bags, 'bag')} had ${digest}.`);
  else {
    if (done > 0) lines.push(`${counted(done, 'bag')} got ${digest}; every old digest agreed.`);
    if (hadIt > 0) lines.push(`${counted(hadIt, 'bag')} had it before.`);
    lines.push(`${counted(files, 'file')} read, ${bytes(outcome.bytes)}.`);
  }
  if (logRehashed && logEntries !== null) lines.push(`The log got it over its ${counted(logEntries, 'entry', 'entries')}.`);
  else if (logEntries !== null) lines.push('The log had it over all that was entered.');
  if (refused > 0) lines.push(`${counted(refused, 'bag')} did NOT get it; each is listed above with its reason.`);
  if (unreachable > 0) lines.push(`${counted(unreachable, 'file')} could not be read and may be well: mend that and run it again.`);
  if (errors > unreachable) lines.push('Bring what is damaged back from another copy of the archive, then run it again.');
  if (left > 0) lines.push(`${counted(left, 'bag is', 'bags are')} left for the next run.`);
  if (done > 0) lines.push(`Next: longplay verify ${shellWord(archive)}`);
  return lines;
}

/** Files that the system would not give may be well: nothing is known of them until the next run. */
function exitCodeFor({ errors, unreachable }: RehashOutcome): number {
  if (errors > unreachable) return exitCodes.integrity;
  return unreachable > 0 ? exitCodes.incomplete : exitCodes.well;
}
