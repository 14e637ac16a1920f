import { resolve } from 'node:path';
import { keepApart } from '../../pipeline/files/target-folder.ts';
import { type DrillReport, drillText } from '../../replicas/drill/drill.ts';
import { drillArchive } from '../../replicas/work.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { copyEvents, type Seen } from '../texts/replica-events.ts';

type Options = CommonOptions & { bags: number; out?: string; seed?: number; keep?: boolean };

/** Declares `longplay drill ARCHIVE`. */
export const drillCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('drill')
    .summary('restore random bags and validate them with third-party tools')
    .description('Restores random bags from a random replica to a clean folder and validates them with third-party tools.')
    .argument('<archive>', 'archive folder')
    .optionsGroup('Drill:')
    .addOption(option('--bags <number>', 'number of bags').argParser(integer(1, 100_000)).default(5))
    .addOption(option('--out <folder>', 'folder for the restored bags and the dated report: new, empty, or with reports of earlier drills only'))
    .addOption(option('--seed <number>', 'choose the same bags again; default: random, and printed').argParser(integer(0, 2 ** 31 - 1)))
    .addOption(option('--keep', 'keep the restored bags'));
  withExamples(command, 'longplay drill /srv/archive --bags 10 --out /var/lib/longplay/drills');
  commonOptions(command).action(async (archive: string, options: Options) => {
    const seen: Seen = { faults: 0, later: false };
    const request = {
      bags: options.bags,
      out: options.out === undefined ? null : resolve(options.out),
      seed: options.seed ?? null,
      keep: options.keep === true,
    };
    const tools = { ...context, path: context.env.PATH ?? '' };
    done(
      await runCommand(
        context,
        {
          command: 'drill',
          options,
          pipeline: (stop) => {
            // Restored bags are validated as if the archive were lost, so they must be outside it.
            if (request.out !== null) keepApart([resolve(archive)], request.out);
            return copyEvents(drillArchive(resolve(archive), request, tools, stop), 'restoring', seen);
          },
          ending: (report) => drilled(report),
        },
        signal,
      ),
    );
  });
};

function drilled(report: DrillReport): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const exitCode = report.failed > 0 ? exitCodes.integrity : (report.unopened ?? 0) > 0 ? exitCodes.incomplete : exitCodes.well;
  return { exitCode, facts: { ...report }, text: drillText(report) };
}
