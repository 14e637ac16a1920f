import { join, resolve } from 'node:path';
import { plannedBags } from '../../jobs/plan.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import { isBag, verifyArchive, verifyOneBag } from '../../verify/verify-archive.ts';
import type { VerifyOutcome } from '../../verify/verify-counts.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions, jobsOption, option } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import { bytes, counted, duration, shellWord } from '../units.ts';

type Options = CommonOptions & { play?: boolean; jobs: number };

/** `longplay verify ARCHIVE|BAG` */
export const verifyCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('verify')
    .description('the second job: every file of an archive, or any BagIt bag; names all that is wrong in one run')
    .argument('<archive>', 'archive folder, or a bag')
    .addOption(option('--play', 'also decode every access copy in full and count its samples'))
    .addHelpText('after', '\nExample:\n  longplay verify /srv/archive\n  longplay verify /srv/archive --play --json\n  longplay verify some-bag');
  commonOptions(jobsOption(command)).action(async (archive: string, options: Options) => {
    const path = resolve(archive);
    const pipeline = async function* (stop: AbortSignal): AsyncGenerator<PipelineEvent, VerifyOutcome> {
      const pool = context.createPool(options.jobs, stop);
      try {
        const planned = (): ReadonlySet<string> => plannedBags(join(path, 'jobs'));
        const tools = { pool, play: options.play === true, plannedBags: planned, keys: context.keys, now: context.now };
        const events = isBag(path) ? verifyOneBag(path, tools, stop) : verifyArchive(path, tools, stop);
        for (let next = await events.next(); ; next = await events.next()) {
          if (next.done === true) return next.value;
          if (next.value.kind === 'verdict') {
            const { kind: _kind, ...verdict } = next.value;
            yield { type: 'verdict', ...verdict };
          } else {
            const { done: bags, total, bytes: read, audioMs } = next.value;
            yield { type: 'progress', phase: 'verifying', done: bags, total, unit: 'bags', bytes: read, bytesTotal: null, audioMs };
          }
        }
      } finally {
        await pool.close();
      }
    };
    done(await runCommand(context, 'verify', options, pipeline, (outcome) => verified(outcome, options.play === true, archive), signal));
  });
};

function verified(outcome: VerifyOutcome, play: boolean, archive: string): { exitCode: number; facts: Record<string, unknown>; text: string } {
  return { exitCode: exitCodeFor(outcome), facts: { ...outcome, play }, text: verifiedText(outcome, play, archive) };
}

function verifiedText(outcome: VerifyOutcome, play: boolean, archive: string): string {
  const { bags, bagsWell, errors, unreachable, derived, warnings } = outcome;
  if (errors === 0 && bags === 0) return 'The archive is whole and holds no bags yet: nothing was checked but its log.';
  const sound = play ? `; ${duration(outcome.audioMs)} of audio decoded` : '';
  const looked = `${counted(outcome.files, 'file')} in ${counted(bags, 'bag')}, ${bytes(outcome.bytes)}${sound}`;
  const warned = warnings > 0 ? ` ${counted(warnings, 'warning')}, listed above.` : '';
  if (errors === 0) return `${looked}: all well.${warned}`;
  const lines = [
    `${looked}: ${counted(errors, 'fault')}, listed above${bags > bagsWell ? `; ${counted(bags - bagsWell, 'bag')} with faults` : ''}.${warned}`,
  ];
  if (unreachable > 0) lines.push(`${counted(unreachable, 'of them', 'of them')} could not be read and may be well: mend that and verify again.`);
  if (derived > 0) lines.push(`The catalog is made anew by: longplay catalog rebuild ${shellWord(archive)}`);
  if (errors > unreachable + derived) lines.push('Bring the named files back from another copy of the archive.');
  return lines.join('\n');
}

/** Files that the system would not give may be well: nothing is known of them until the next run. */
function exitCodeFor({ errors, unreachable }: VerifyOutcome): number {
  if (errors > unreachable) return exitCodes.integrity;
  return unreachable > 0 ? exitCodes.incomplete : exitCodes.well;
}
