import { resolve } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { withResult } from '../../core/base/with-result.ts';
import { createErasureChecks } from '../../erasure/watch-erasures.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type FurtherChecks, type WatchOutcome, watchArchive } from '../../pipeline/log/watch-archive.ts';
import { createOverdueChecks } from '../../policy/watch-overdue.ts';
import { createWatchChecks } from '../../verify/checks/watch-checks.ts';
import { parsePeriod } from '../../verify/schedule/budget.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { type MetricsOption, metricsOption, withMetrics } from '../options/metrics-option.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import { type ArchiveIdOption, archiveIdOption, placeDemands } from '../options/place-options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes, isOwedSealing } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';

type Options = CommonOptions & MetricsOption & ArchiveIdOption & { readonly maxAge: number; readonly minBags: number; readonly maxOverdue: number };

const dayMs = 24 * 3_600_000;

/** Declares `longplay watch ARCHIVE`. */
export const watchCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('watch')
    .summary('check from the log that the archive is verified, and is OK')
    .description(
      'Checks the heartbeat of an archive: whether it was verified recently, and was OK. Reads the log, the page of the viewer, the list of cases and the keyring of a sealed archive, no bag; for a second timer or machine.',
    )
    .argument('<archive>', 'archive folder')
    .optionsGroup('Limits:')
    .addOption(
      option('--max-age <period>', 'maximum age of the last success: 36h, 8d, 2w')
        .argParser((text: string) => parsePeriod(text, '--max-age'))
        .default(8 * dayMs, '8d'),
    )
    .addOption(
      option(
        '--max-overdue <period>',
        'longest permitted delay of a deletion that the retention policy demands, and of an erasure in the last copy of the keyring',
      )
        .argParser((text: string) => parsePeriod(text, '--max-overdue'))
        .default(30 * dayMs, '30d'),
    )
    .addOption(option('--min-bags <number>', 'minimum number of bags').argParser(integer(0, 1_000_000_000)).default(1));
  withExamples(
    command,
    'longplay watch /srv/archive --max-age 8d',
    'longplay watch /srv/archive --metrics-file /var/lib/node_exporter/longplay.prom',
  );
  commonOptions(metricsOption(archiveIdOption(command))).action(async (archive: string, options: Options) => {
    const path = resolve(archive);
    const demands = { maxAgeMs: options.maxAge, minBags: options.minBags };
    const run = (): Promise<number> =>
      runCommand(
        context,
        {
          command: 'watch',
          options,
          pipeline: (stop) =>
            told(
              watchArchive(
                path,
                demands,
                { ...context, around: checksOf(context, options.maxOverdue), place: placeDemands({ archiveId: options.archiveId }) },
                stop,
              ),
              options,
            ),
          ending: watched,
        },
        signal,
      );
    done(await withMetrics(context, 'watch', options, path, run));
  });
};

/** Returns the checks of the archive's files, of its holds and retention policy, and of erasures. */
function checksOf(context: Surroundings, maxOverdueMs: number): FurtherChecks {
  const [files, overdue] = [createWatchChecks(context.now), createOverdueChecks(context, maxOverdueMs)];
  const erasures = createErasureChecks(context.now, maxOverdueMs);
  return {
    take: (entry) => {
      files.take(entry);
      overdue.take(entry);
      erasures.take(entry);
    },
    look: async function* (archive, whole, signal) {
      yield* files.look(archive, whole, signal);
      yield* overdue.look(archive, signal);
      yield* erasures.look();
    },
  };
}

/** Returns how the command ends. Damage takes precedence over a missing verification, because another person has to act. */
function watched({ headline, archive, damage, reasons, warnings, account }: WatchOutcome): Ending {
  const own = damage.length > 0 ? exitCodes.integrity : reasons.length > 0 ? exitCodes.incomplete : exitCodes.well;
  // Text output leaves out the events of findings and verdicts.
  const exitCode = own === exitCodes.well && warnings.some(({ code }) => isOwedSealing(code)) ? exitCodes.partly : own;
  const all = [...damage, ...reasons].map(({ code, place, message }) => ({ code, place, message }));
  const primary = account?.places[0];
  const facts = { headline, archive, lastSuccess: primary?.lastSuccess ?? null, places: account?.places ?? [], reasons: all };
  const lines = [
    headline,
    ...all.map(({ code, place, message }) => `${code} ${place}: ${message}`),
    ...warnings.map(({ code, place, message }) => `${code} ${place}: ${message}`),
    ...(all.length === 0 && primary !== undefined ? [agree`Verified within the period and OK: ${primary.well} of ${primary.bags} bag[s].`] : []),
  ];
  return { exitCode, facts, text: lines.join('\n') };
}

/** Passes events on; in text output it leaves out the findings and verdicts, because the reasons must follow the first line, which is about the last success. */
async function* told(events: AsyncGenerator<PipelineEvent, WatchOutcome>, { json }: CommonOptions): AsyncGenerator<PipelineEvent, WatchOutcome> {
  const taken = withResult(events);
  for await (const event of taken) if (json === true || (event.type !== 'finding' && event.type !== 'verdict')) yield event;
  return taken.result();
}
