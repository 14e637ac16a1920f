import { resolve } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';
import { createFollowMetrics } from '../../pipeline/follow/follow-metrics.ts';
import { type FollowClock, type FollowLimits, type FollowState, followRecorder } from '../../pipeline/follow/follow-recorder.ts';
import type { ImportTools } from '../../pipeline/import/import-run.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import type { FollowChoices } from './follow-options.ts';

/** Clock of this process: monotonic, so that a change of the system's time does not move it. */
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

/** A follow run, as the command line requests it. */
interface FollowRun {
  readonly options: FollowChoices & CommonOptions & { readonly into: string };
  readonly archive: string;
  readonly request: JobRequest;
  readonly limits: FollowLimits;
  readonly tools: ImportTools;
  readonly ending: (state: FollowState) => Ending;
}

/** Runs `import --follow` until the signal is aborted. @returns the exit code */
export async function runFollow(
  context: Surroundings,
  { options, archive, request, limits, tools, ending }: FollowRun,
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
      ending,
    },
    signal,
  );
}
