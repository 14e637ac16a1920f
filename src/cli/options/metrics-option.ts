import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { printableText } from '../../core/words/printable.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { option, optionGroups } from './options.ts';

/** Value of `--metrics-file`. */
export interface MetricsOption {
  readonly metricsFile?: string;
}

/** Adds `--metrics-file`. */
export function metricsOption(command: Command): Command {
  return command
    .optionsGroup(optionGroups.monitoring)
    .addOption(option('--metrics-file <file>', 'write metrics there for the textfile collector of Prometheus; the name ends in .prom'));
}

/**
 * Runs a command and writes its metrics, also if the command fails: a failed run must be visible.
 * @param archive absolute path; null: the command uses no archive
 * @returns the exit code of the command; 5 if the command succeeded, but the log could not be read for the metrics, or the metrics could not be
 * written
 */
export async function withMetrics(
  context: Surroundings,
  command: string,
  { metricsFile, quiet }: MetricsOption & CommonOptions,
  archive: string | null,
  run: () => Promise<number>,
): Promise<number> {
  if (metricsFile === undefined) return await run();
  const startedAt = context.now();
  // Loaded before the run: afterwards no descriptors may be left, or the program may have been replaced.
  const { archiveMetrics, writeMetricsFile } = await import('../../pipeline/log/metrics-file.ts');
  const ran = await run();
  let exitCode = ran;
  try {
    // Runs also after an interruption: it is short, and the last action.
    const of = archive === null ? null : await archiveMetrics(archive, context, new AbortController().signal);
    if (of?.readable === false && ran === exitCodes.well) exitCode = exitCodes.incomplete;
    await writeMetricsFile(resolve(metricsFile), of, { command, exitCode, startedAt, endedAt: context.now() });
    return exitCode;
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    if (quiet !== true) context.err.write(printableText(`error ${error.code}: ${error.message}\n  ${error.hint}\n`, false));
    return exitCode === exitCodes.well ? exitCodes.incomplete : exitCode;
  }
}
