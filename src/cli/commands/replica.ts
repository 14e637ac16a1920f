import { resolve } from 'node:path';
import type { Command } from 'commander';
import { givenReason } from '../../core/base/given-reason.ts';
import { media, type ReplicaMedium } from '../../log/read/replica-register.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { earliestDeletions } from '../../policy/earliest-deletions.ts';
import type { CopyTools } from '../../replicas/open.ts';
import { repairReplicas } from '../../replicas/repair/work.ts';
import { addReplica, moveReplica, removeReplica, showReplicas, syncReplicas, verifyReplicas } from '../../replicas/work.ts';
import { parsePeriod } from '../../verify/schedule/budget.ts';
import type { Context } from '../machine/context.ts';
import { commonOptions, jobsOption, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { shellWord } from '../report/units.ts';
import { dayOf } from '../texts/case-review.ts';
import { copyEvents, exitCodeFor, type Seen } from '../texts/replica-events.ts';
import { awayText, listedText, readText, repairedText, syncedText } from '../texts/replica-text.ts';

/** Runs work on copies, and passes its events to the reporter. */
type Run = <Outcome>(
  command: string,
  options: CommonOptions,
  work: (stop: AbortSignal, seen: Seen) => AsyncGenerator<PipelineEvent, Outcome>,
  ending: (outcome: Outcome, seen: Seen) => Ending,
) => Promise<void>;

/** Declares `longplay replica …`. */
export const replicaCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('replica')
    .summary('manage further copies: add, sync, verify, repair')
    .description('Manages further copies of an archive: registers, updates, verifies and repairs them.');
  const run: Run = async (name, options, work, ending) => {
    const seen: Seen = { faults: 0, later: false };
    done(
      await runCommand(
        context,
        { command: `replica ${name}`, options, pipeline: (stop) => work(stop, seen), ending: (outcome) => ending(outcome, seen) },
        signal,
      ),
    );
  };
  declareAdd(command, context, run);
  declareList(command, context, run);
  declareSync(command, context, run);
  declareVerify(command, context, run);
  declareRepair(command, context, run);
  declareMove(command, context, run);
  declareRemove(command, context, run);
};

function subcommand(command: Command, name: string, description: string, ...examples: readonly string[]): Command {
  const made = command.command(name).description(description).argument('<archive>', 'archive folder');
  return withExamples(made, ...examples.map((example) => `longplay replica ${example}`));
}

function declareAdd(command: Command, context: Context, run: Run): void {
  const add = subcommand(
    command,
    'add',
    'register a folder as a further copy; `sync` fills a new one',
    'add /srv/archive offsite /mnt/offsite/archive --medium disk --every 365d',
  )
    .argument('<name>', 'name of the replica')
    .argument('<path>', 'its folder: new, empty, or a copy of this archive')
    .addOption(
      option('--medium <medium>', 'what it is stored on')
        .choices([...media])
        .default('folder'),
    )
    .addOption(option('--every <period>', 'verify all of it within this period, e.g. 365d'))
    .addOption(option('--locked-until <day>', 'nothing can be deleted from its medium up to this day'))
    .addOption(option('--irrevocable <text>', 'why copies of an open archive may lie where no erasure reaches them'));
  type Options = CommonOptions & { medium: ReplicaMedium; every?: string; lockedUntil?: string; irrevocable?: string };
  commonOptions(add).action(async (archive: string, name: string, path: string, options: Options) => {
    const irrevocable = options.irrevocable === undefined ? null : givenReason(options.irrevocable);
    const replica = {
      name,
      path: resolve(path),
      medium: options.medium,
      everyMs: options.every === undefined ? null : parsePeriod(options.every, '--every'),
      lockedUntil: options.lockedUntil === undefined ? null : dayOf(options.lockedUntil),
    };
    await run(
      'add',
      options,
      (stop, seen) =>
        copyEvents(addReplica(resolve(archive), { replica, irrevocable }, withDeletions(context, archive, stop), stop), 'copying', seen),
      ({ made }) => ({
        exitCode: exitCodes.well,
        facts: { ...replica, made },
        text: made
          ? `Replica ${name} is registered, and its folder was created. Copy the bags: longplay replica sync ${shellWord(archive)} ${name}`
          : `Replica ${name} is registered with the existing copy. Verify it: longplay replica verify ${shellWord(archive)} ${name}`,
      }),
    );
  });
}

/** Returns the tools for deletions in replicas: the retention policy says what must be deleted, and when. */
function withDeletions(context: Context, archive: string, signal: AbortSignal): Context & Required<Pick<CopyTools, 'deletions'>> {
  return { ...context, deletions: () => earliestDeletions(resolve(archive), context, signal) };
}

function declareList(command: Command, context: Context, run: Run): void {
  const list = subcommand(command, 'list', 'list all copies: path, whether reachable, missing bags, last verification', 'list /srv/archive');
  commonOptions(list).action(async (archive: string, options: CommonOptions) => {
    await run(
      'list',
      options,
      async function* (stop, seen) {
        const replicas = yield* copyEvents(showReplicas(resolve(archive), context, stop), 'reading', seen);
        for (const value of replicas) yield { type: 'result', of: 'replica', value: { ...value } };
        return replicas;
      },
      (replicas) => ({ exitCode: exitCodes.well, facts: { replicas: replicas.length }, text: listedText(replicas) }),
    );
  });
}

function declareSync(command: Command, context: Context, run: Run): void {
  const sync = subcommand(command, 'sync', 'copy missing bags to a replica, and carry out erasures there', 'sync /srv/archive offsite').argument(
    '[name]',
    'replica; default: all that can be reached',
  );
  commonOptions(sync).action(async (archive: string, name: string | undefined, options: CommonOptions) => {
    await run(
      'sync',
      options,
      (stop, seen) => copyEvents(syncReplicas(resolve(archive), name ?? null, withDeletions(context, archive, stop), stop), 'copying', seen),
      ({ replicas, away }, seen) => ({
        exitCode: exitCodeFor({ ...seen, later: seen.later || replicas.some(({ owes }) => owes === true) }, away),
        facts: { replicas, away },
        text: [...syncedText(replicas), ...awayText(away), ...repairText(seen, archive)].join('\n'),
      }),
    );
  });
}

function declareVerify(command: Command, context: Context, run: Run): void {
  const verify = subcommand(command, 'verify', 'verify a replica in full against the log of the archive', 'verify /srv/archive offsite')
    .argument('[name]', 'replica to verify in full; default: whatever is due in all replicas that can be reached')
    .addOption(option('--all', 'without a name: verify everything, due or not'));
  commonOptions(jobsOption(verify)).action(
    async (archive: string, name: string | undefined, options: CommonOptions & { all?: boolean; jobs: number }) => {
      await run(
        'verify',
        options,
        async function* (stop, seen) {
          const pool = context.createPool(options.jobs, stop);
          try {
            const scope = name !== undefined || options.all === true ? 'all' : 'due';
            return yield* copyEvents(verifyReplicas(resolve(archive), name ?? null, scope, { ...context, pool }, stop), 'verifying', seen);
          } finally {
            await pool.close();
          }
        },
        ({ replicas, away }, seen) => ({
          exitCode: exitCodeFor(seen, away),
          facts: { replicas, away },
          text: [...readText(replicas), ...awayText(away), ...repairText(seen, archive)].join('\n'),
        }),
      );
    },
  );
}

function declareRepair(command: Command, context: Context, run: Run): void {
  const repair = subcommand(
    command,
    'repair',
    'repair the archive and replicas from a copy that verifies; bad bytes are kept in quarantine/',
    'repair /srv/archive --dry-run',
    'repair /srv/archive',
  )
    .argument('[name]', 'replica to use; default: all that can be reached')
    .addOption(option('--all', 'all that can be reached, the same as without a name'))
    .addOption(option('--dry-run', 'show what would be done'))
    // LONGPLAY_FROM is already the variable of the date option of list and search commands.
    .addOption(option('--from <folder>', 'a copy that is not registered, or whose register is lost with the log').env('LONGPLAY_REPLICA_FROM'))
    .addOption(option('--empty-is-lost', 'treat an empty bags/ as lost bags, not as a disk that is not mounted'));
  type Options = CommonOptions & { all?: boolean; dryRun?: boolean; from?: string; emptyIsLost?: boolean; jobs: number };
  commonOptions(jobsOption(repair)).action(async (archive: string, name: string | undefined, options: Options) => {
    const dryRun = options.dryRun === true;
    const request = { name: name ?? null, from: options.from ?? null, dryRun, emptyIsLost: options.emptyIsLost === true };
    await run(
      'repair',
      options,
      async function* (stop, seen) {
        const pool = context.createPool(options.jobs, stop);
        try {
          return yield* copyEvents(repairReplicas(resolve(archive), request, { ...context, pool }, stop), 'repairing', seen);
        } finally {
          await pool.close();
        }
      },
      (report, seen) => ({
        exitCode: exitCodeFor({ faults: seen.faults + (dryRun ? report.damaged + report.filesAround : 0), later: seen.later }, report.away),
        facts: { ...report, dryRun },
        text: [repairedText(report, dryRun, seen.faults), ...awayText(report.away)].join('\n'),
      }),
    );
  });
}

function declareMove(command: Command, context: Context, run: Run): void {
  const move = subcommand(command, 'move', 'register the new path of a replica; copies nothing', 'move /srv/archive offsite /mnt/usb/archive')
    .argument('<name>', 'replica')
    .argument('<path>', 'its new folder');
  commonOptions(move).action(async (archive: string, name: string, path: string, options: CommonOptions) => {
    await run(
      'move',
      options,
      // biome-ignore lint/correctness/useYield: the work takes no time and has no events.
      async function* (stop) {
        await moveReplica(resolve(archive), name, resolve(path), context, stop);
      },
      () => ({ exitCode: exitCodes.well, facts: { name, path: resolve(path) }, text: `Replica ${name} is at ${resolve(path)} from now on.` }),
    );
  });
}

function declareRemove(command: Command, context: Context, run: Run): void {
  const remove = subcommand(command, 'remove', 'unregister a replica; its folder is not touched', 'remove /srv/archive offsite').argument(
    '<name>',
    'replica',
  );
  commonOptions(remove).action(async (archive: string, name: string, options: CommonOptions) => {
    await run(
      'remove',
      options,
      // biome-ignore lint/correctness/useYield: the work takes no time and has no events.
      async function* (stop) {
        return await removeReplica(resolve(archive), name, context, stop);
      },
      ({ path }) => ({
        exitCode: exitCodes.well,
        facts: { name, path },
        text: `Replica ${name} is not registered any more. Its folder ${path} was left as it is.`,
      }),
    );
  });
}

function repairText({ faults }: Seen, archive: string): string[] {
  return faults === 0 ? [] : [`Repair what is wrong: longplay replica repair ${shellWord(archive)}`];
}
