import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { isBag } from '../../archive/bag/is-bag.ts';
import { isHandOver } from '../../archive/documents/hand-over-files.ts';
import { LongplayError } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import { findingEvent, type PipelineEvent, verdictEvent } from '../../pipeline/events/events.ts';
import type { SampleRequest } from '../../verify/draw-sample.ts';
import type { PlayLevel } from '../../verify/play/play-recording.ts';
import { isNever, parseBudget, parsePeriod, usualPeriods } from '../../verify/schedule/budget.ts';
import type { Schedule } from '../../verify/schedule/run-plan.ts';
import type { VerifyTools } from '../../verify/verify-archive.ts';
import type { ScheduledOutcome, VerifyEvent } from '../../verify/verify-events.ts';
import { decodingHere } from '../machine/decoding-here.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { type JunitOption, junitOption, withJunit } from '../options/junit-option.ts';
import { type MetricsOption, metricsOption, withMetrics } from '../options/metrics-option.ts';
import { commonOptions, integer, jobsOption, option, withExamples } from '../options/options.ts';
import { type ArchiveIdOption, archiveIdOption, placeDemands } from '../options/place-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { createOwnSteps, type OwnSteps } from '../texts/own-steps.ts';
import { verified } from '../texts/verify-text.ts';

type Options = CommonOptions &
  JunitOption &
  MetricsOption &
  ArchiveIdOption & {
    minBags?: number;
    play?: boolean;
    jobs: number;
    /** True: `--every` has no period, and no configuration file gives one. */
    every?: string | true;
    playEvery?: string | true;
    budget?: string;
    status?: boolean;
    originals?: boolean;
    sample?: number;
    deep?: boolean;
  };

/** Declares `longplay verify ARCHIVE|BAG`. */
export const verifyCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = declareOptions(program);
  commonOptions(junitOption(metricsOption(jobsOption(archiveIdOption(command))))).action(async (archive: string, options: Options) => {
    const path = resolve(archive);
    const how = {
      play: options.play === true,
      status: options.status === true,
      archive,
      bag: !isBag(path) ? null : isHandOver(path) ? ('hand-over' as const) : ('any' as const),
      steps: createOwnSteps(),
    };
    const pipeline = (stop: AbortSignal): AsyncGenerator<PipelineEvent, ScheduledOutcome> =>
      seenBy(how.steps, verify(archive, options, context, stop));
    const ending = (outcome: ScheduledOutcome): Ending => verified(outcome, how);
    const run = (): Promise<number> => runCommand(context, { command: 'verify', options, pipeline, ending }, signal);
    done(await withMetrics(context, 'verify', options, isBag(path) ? null : path, run));
  });
};

function declareOptions(program: Command): Command {
  const command = program
    .command('verify')
    .summary('verify the fixity of an archive or a bag, and that it plays')
    .description('Verifies every file of an archive, or what is due, or any BagIt bag, and names every fault in one run.')
    .argument('<archive>', 'archive folder, or a bag')
    .optionsGroup('Checks:')
    .addOption(option('--play', 'also decode every access copy in full and count its samples'))
    .addOption(option('--originals', 'with --play: decode the originals as well, and compare with what they decoded to at import'))
    .addOption(
      option(
        '--deep',
        'compare every digest of each bag, and examine all documents and copies; without it, a bag that was verified before is compared by SHA-256',
      ),
    )
    .addOption(
      option(
        '--sample <number>',
        'also decode this many recordings, drawn at random from the whole archive by a logged seed; with --every, in addition to what is due',
      ).argParser(integer(1, 1_000_000)),
    )
    .addOption(option('--min-bags <number>', 'minimum number of bags that have landed according to the log').argParser(integer(1, 1_000_000_000)))
    .optionsGroup('Schedule:')
    .addOption(
      option(
        '--every [period]',
        'only what is due: read every bag within this period, longest unread first: 90d, 12w, 6mo, 1y; without a value: as configured, else 90d',
      ),
    )
    .addOption(option('--play-every [period]', 'with --every: also decode every copy within this period; without a value: as configured, else 365d'))
    .addOption(option('--budget <budget>', 'with --every: stop after this; the next run continues: 2h, 500GB or 2h,500GB'))
    // LONGPLAY_STATUS is already the variable of the recording status of list and search commands.
    .addOption(option('--status', 'with --every: show status only, read no bag').env('LONGPLAY_VERIFY_STATUS'));
  withExamples(
    command,
    'longplay verify /srv/archive',
    'longplay verify /srv/archive --play --json',
    'longplay verify /srv/archive --every 90d --play-every 1y --budget 2h',
    'longplay verify /srv/archive --every 90d --sample 300',
    'longplay verify some-bag',
  );
  return command;
}

/** Verifies an archive or a bag, or shows what is due. @throws LongplayError usage U300, U301, U312 */
async function* verify(archive: string, options: Options, context: Surroundings, stop: AbortSignal): AsyncGenerator<PipelineEvent, ScheduledOutcome> {
  const path = resolve(archive);
  const schedule = scheduleOf(options);
  const bagAlone = isBag(path);
  if (bagAlone && schedule !== null)
    throw new LongplayError(
      'usage',
      'U312',
      `${archive} is a bag, not an archive: it has no log of earlier readings`,
      'omit --every, or give the archive',
    );
  const sample = sampleOf(options, bagAlone, archive);
  if (options.status === true && schedule !== null) {
    const { archiveStatus } = await import('../../verify/verify-archive.ts');
    return yield* told(archiveStatus(path, await aroundOf(path, options, context), schedule, stop));
  }
  const pool = context.createPool(options.jobs, stop);
  try {
    // While the threads start, this thread loads its own modules.
    pool.start();
    const tools = { decoding: () => decodingHere(context), pool, temporary: context.temporary, play: playLevel(options) };
    const judged = bagAlone
      ? (await import('../../verify/verify-one-bag.ts')).verifyOneBag(path, tools, stop)
      : (await import('../../verify/verify-archive.ts')).verifyArchive(
          path,
          {
            ...(await aroundOf(path, options, context)),
            ...tools,
            ...sample,
            keyring: { folder: context.keyring, isNamed: (context.env.LONGPLAY_KEYRING ?? '') !== '' },
            deep: options.deep === true,
            ...(schedule === null ? {} : { schedule }),
          },
          stop,
        );
    return yield* told(withJunit(judged, options, path, !bagAlone, context.now));
  } finally {
    await pool.close();
  }
}

/** Returns the check of what an archive contains besides its bags. */
async function aroundOf(
  path: string,
  options: Options,
  { keys, now, actor }: Surroundings,
): Promise<Pick<VerifyTools, 'plannedBags' | 'demands' | 'keys' | 'now' | 'actor'>> {
  const { plannedBags } = await import('../../store/jobs/plan.ts');
  return { plannedBags: () => plannedBags(join(path, 'jobs')), demands: placeDemands(options), keys, now, actor };
}

/** Lets the collection of faults with steps of their own see each event. */
async function* seenBy(steps: OwnSteps, events: AsyncGenerator<PipelineEvent, ScheduledOutcome>): AsyncGenerator<PipelineEvent, ScheduledOutcome> {
  const taken = withResult(events);
  for await (const event of taken) {
    steps.take(event);
    yield event;
  }
  return taken.result();
}

async function* told(events: AsyncGenerator<VerifyEvent, ScheduledOutcome>): AsyncGenerator<PipelineEvent, ScheduledOutcome> {
  // Progress within the threads is reported before their bags are finished, and must never decrease.
  let [bytes, audioMs] = [0, 0];
  const taken = withResult(events);
  for await (const event of taken) {
    if (event.kind === 'verdict') yield verdictEvent(event);
    else if (event.kind === 'finding') yield findingEvent(event);
    else if (event.kind === 'progress' || event.kind === 'working') {
      [bytes, audioMs] = [Math.max(bytes, event.bytes), Math.max(audioMs, event.decodedMs)];
      const work = event.kind === 'working' ? { work: event.work } : {};
      yield { type: 'progress', phase: 'verifying', done: event.done, total: event.total, unit: 'bags', bytes, bytesTotal: null, audioMs, ...work };
    }
  }
  return taken.result();
}

function playLevel({ play, originals }: Options): PlayLevel {
  return play !== true ? 'none' : originals === true ? 'all' : 'copies';
}

/** Parses the sample options. @throws LongplayError usage U312 */
function sampleOf({ sample, play, originals, status }: Options, bagAlone: boolean, archive: string): { readonly sample?: SampleRequest } {
  if (sample === undefined) return {};
  const against = bagAlone
    ? `${archive} is a bag, not an archive: it has no log to draw a sample from`
    : play === true
      ? '--play decodes everything, --sample only some'
      : status === true
        ? '--status decodes nothing'
        : null;
  if (against !== null) throw new LongplayError('usage', 'U312', against, 'omit one of them');
  return { sample: { size: sample, play: originals === true ? 'all' : 'copies' } };
}

/** Parses the schedule options. @throws LongplayError usage U300, U301, U312 */
function scheduleOf({ every, playEvery, budget, status, play, originals }: Options): Schedule | null {
  if (every === undefined) {
    const [first] = Object.entries({ '--play-every': playEvery, '--budget': budget, '--status': status }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    if (first === undefined) return null;
    throw new LongplayError('usage', 'U312', `${first} belongs to a schedule, but --every is not given`, 'add --every 90d, or omit it');
  }
  if (play === true)
    throw new LongplayError(
      'usage',
      'U312',
      '--play decodes everything, --every reads what is due',
      'say how often to decode with --play-every 365d',
    );
  return {
    everyMs: parsePeriod(every === true ? usualPeriods.every : every, '--every'),
    playEveryMs: playEveryMs(playEvery === true ? usualPeriods.playEvery : playEvery),
    play: originals === true ? 'all' : 'copies',
    budget: budget === undefined ? { ms: null, bytes: null } : parseBudget(budget),
    budgetText: budget ?? null,
  };
}

/** Returns the period of decoding in ms; null: nothing is decoded. */
function playEveryMs(period: string | undefined): number | null {
  return period === undefined || isNever(period) ? null : parsePeriod(period, '--play-every');
}
