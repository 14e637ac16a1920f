import { cpus } from 'node:os';
import { firstError, type LongplayError } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { withResult } from '../../core/base/with-result.ts';
import type { PipelineEvent, Summary } from '../../pipeline/events/events.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { exitCodeOf, exitCodeWith } from './exit-code.ts';
import type { CoreTimes, Reporter, ReporterOptions } from './reporter.ts';
import { createJsonReporter } from './reporter-json.ts';
import { createTextReporter } from './reporter-text.ts';

/** Options with the same meaning for every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly jobs?: number;
}

/** How a finished command ends: exit code and output. */
export interface Ending {
  readonly exitCode: number;
  /** Numbers for `--json`, the same as in the text. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Text for people. Empty: nothing more to print. */
  readonly text: string;
}

/** One run of a command. */
export interface CommandRun<Outcome> {
  /** Words of the command after `longplay`, e.g. `log verify`; named in the summary of `--json`. */
  readonly command: string;
  readonly options: CommonOptions;
  readonly pipeline: (signal: AbortSignal, reporter: Reporter) => AsyncGenerator<PipelineEvent, Outcome>;
  /** Words the outcome of a pipeline that finished. */
  readonly ending: (outcome: Outcome) => Ending;
}

/**
 * Runs a pipeline through the requested reporter.
 * @returns the exit code; never throws.
 */
export async function runCommand<Outcome>(
  context: Surroundings,
  { command, options, pipeline, ending }: CommandRun<Outcome>,
  signal: AbortSignal,
): Promise<number> {
  const reporter = createReporter(context, options);
  const summary = (exitCode: number, facts: Readonly<Record<string, unknown>>): Summary => ({ ...facts, type: 'summary', command, exitCode });
  // Findings count even if the command fails later: the last line states how far it got.
  const findings: Record<string, number> = {};
  const unsubscribe = context.onProgressAsked(() => reporter.progress());
  try {
    const tell = (event: PipelineEvent): void => {
      if (event.type === 'finding') findings[event.code] = (findings[event.code] ?? 0) + 1;
      reporter.event(event);
    };
    for (const event of context.preface) tell(event);
    const taken = withResult(pipeline(signal, reporter));
    const turns = createTurns();
    for await (const event of taken) {
      // The loop does not stop on an abort: the pipeline notices it itself and must finish, to release locks.
      if (turns.isDue()) await turns.take();
      tell(event);
    }
    const end = ending(taken.result());
    const exitCode = exitCodeWith(end.exitCode, Object.keys(findings));
    reporter.summary(summary(exitCode, { ...end.facts, findings }), end.text);
    return exitCode;
  } catch (thrown) {
    const error = firstError(thrown);
    const cause = signal.aborted ? signal.reason : ((await catalogTrouble(error)) ?? error);
    const exitCode = exitCodeOf(cause);
    reporter.failed(cause);
    reporter.summary(summary(exitCode, { completed: false, findings }), '');
    return exitCode;
  } finally {
    unsubscribe();
    reporter.close();
  }
}

/**
 * Converts an SQLite error to a LongplayError; null: the error is something else. The check loads SQLite, which a command that does not use it must
 * not load. If SQLite cannot be loaded, the original error is reported.
 */
async function catalogTrouble(error: unknown): Promise<LongplayError | null> {
  const loaded = await import('../../store/catalog/catalog-trouble.ts').catch(() => null);
  return loaded === null ? null : loaded.catalogTrouble(error);
}

function createReporter(context: Surroundings, options: CommonOptions): Reporter {
  const { env, err, out } = context;
  // https://no-color.org: present and not empty.
  const live = err.isTTY === true && env.TERM !== 'dumb';
  const allowed = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const reporterOptions: ReporterOptions = {
    out,
    err,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    color: { err: allowed && err.isTTY === true, out: allowed && out.isTTY === true },
    live,
    now: () => performance.now(),
    cores: coreTimes,
  };
  return options.json === true ? createJsonReporter(reporterOptions) : createTextReporter(reporterOptions);
}

/** Returns the times of the whole machine, which include FFmpeg's. */
function coreTimes(): CoreTimes {
  let [busyMs, wholeMs] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busyMs += user + nice + sys + irq;
    wholeMs += user + nice + sys + irq + idle;
  }
  return { busyMs, wholeMs };
}
