import { resolve } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';
import { counted } from '../../core/words/quantity.ts';
import { createFollowMetrics } from '../../pipeline/follow/follow-metrics.ts';
import { type FollowClock, type FollowLimits, type FollowState, followRecorder } from '../../pipeline/follow/follow-recorder.ts';
import type { ImportTools } from '../../pipeline/import/import-run.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes, duration, shellWord } from '../report/units.ts';
import type { FollowChoices } from './follow-options.ts';

/** The clock of this process: monotonic, and not moved by a change of the system's time. */
const clock: FollowClock = {
  ms: () => performance.now(),
  wait: async (ms, signal) => {
    try {
      await timer(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};

/** A follow run as the command line describes it. */
interface FollowRun {
  readonly options: FollowChoices & CommonOptions & { readonly into: string };
  readonly archive: string;
  readonly request: JobRequest;
  readonly limits: FollowLimits;
  readonly tools: ImportTools;
}

/** Runs `import --follow` until the signal is aborted. @returns the exit code */
export async function runFollow(
  context: Surroundings,
  { options, archive, request, limits, tools }: FollowRun,
  signal: AbortSignal,
): Promise<number> {
  const { metricsFile } = options;
  const onState = metricsFile === undefined ? null : createFollowMetrics(resolve(metricsFile), context.now);
  return await runCommand(
    context,
    {
      command: 'import',
      options,
      pipeline: (stop) => followRecorder(request, archive, { tools: { ...tools, clock, ...(onState === null ? {} : { onState }) }, limits }, stop),
      ending: (state) => followed(state, options.into),
    },
    signal,
  );
}

/** A stop is the usual end of a follow run, and no failure. What is open when it ends decides. */
function followed(state: FollowState, into: string): Ending {
  const { rounds, bags, imported, amended, notImported, held, waiting, pending, silent, failing, alarms, faults } = state;
  const isOpen = Object.keys(alarms).length > 0 || silent;
  const lines = [
    `Followed in ${counted(rounds, 'round')}: imported ${counted(imported, 'recording')} in ${counted(bags, 'bag')}, ${bytes(state.bytes)} of originals, ${duration(state.audioMs)} of audio.`,
    ...(amended > 0 ? [`Described ${counted(amended, 'archived recording')} again.`] : []),
    ...(notImported > 0 ? [`${counted(notImported, 'attempt')} to import a recording failed; each is listed above.`] : []),
    `Not imported yet: ${counted(pending, 'finished file')}, ${counted(held, 'file')} held back, ${counted(waiting, 'recording')} without row or audio. The same command continues.`,
    ...(silent ? ['No recording was finished for the expected time.'] : []),
    ...(faults > 0 ? ['The archive has lost bags or entries of its log; they are named above.'] : []),
    ...(failing ? ['The last attempt FAILED; its reason is above.'] : []),
    `Next: longplay verify ${shellWord(into)}`,
  ];
  return {
    exitCode: faults > 0 ? exitCodes.integrity : failing ? exitCodes.incomplete : isOpen ? exitCodes.partly : exitCodes.well,
    facts: { follow: true, ...state },
    text: lines.join('\n'),
  };
}
