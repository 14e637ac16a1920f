import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import type { FollowLimits } from '../../pipeline/follow/follow-recorder.ts';
import { parseBudget } from '../../verify/schedule/budget.ts';
import type { CommonOptions } from '../report/run-command.ts';
import { type MetricsOption, metricsOption } from './metrics-option.ts';
import { option } from './options.ts';

/** Values of `followOptions`. */
export interface FollowChoices extends MetricsOption {
  readonly follow?: boolean;
  readonly settle?: string;
  readonly poll?: string;
  readonly land?: string;
  readonly waitRows?: string;
  readonly expectCalls?: string;
}

/** Options that only `--follow` uses, by their names in `FollowChoices`. */
const followOnly = {
  settle: '--settle',
  poll: '--poll',
  land: '--land',
  waitRows: '--wait-rows',
  expectCalls: '--expect-calls',
  metricsFile: '--metrics-file',
} as const;

/** Defaults of the options, as typed. */
const usual = { settle: '60s', poll: '10s', land: '1h,1GB', waitRows: '10m' } as const;

/** Largest number of finished files that wait for a round. */
const mostFiles = 10_000;

/** Adds `--follow` and the options that it uses. */
export function followOptions(command: Command): Command {
  return metricsOption(
    command
      .optionsGroup('Running recorder:')
      .addOption(option('--follow', 'keep running: import recordings once finished'))
      .addOption(option('--settle <time>', `a file unchanged so long is finished; default: ${usual.settle}`))
      .addOption(option('--poll <time>', `look at the files this often; default: ${usual.poll}`))
      .addOption(option('--land <budget>', `write bags this often; default: ${usual.land}`))
      .addOption(option('--wait-rows <time>', `longest wait between audio and row; default: ${usual.waitRows}`))
      .addOption(option('--expect-calls <time>', 'warn if no recording is finished for this long')),
  );
}

/** Options of an import that exclude `--follow`. */
interface Excluded {
  readonly dryRun?: boolean;
  readonly report?: string;
  readonly accept?: readonly string[];
}

/**
 * Returns the limits of a follow run; null: the import does not follow.
 * @throws LongplayError U301 for an invalid time, U312 for options that exclude each other
 */
export function followLimitsOf(options: FollowChoices & Excluded & CommonOptions): FollowLimits | null {
  if (options.follow !== true) {
    const alone = Object.entries(followOnly).find(([name]) => options[name as keyof typeof followOnly] !== undefined);
    if (alone !== undefined) throw usage('U312', `${alone[1]} needs --follow`, 'add --follow, or omit it');
    return null;
  }
  const excluded =
    options.dryRun === true ? '--dry-run' : options.report !== undefined ? '--report' : options.accept !== undefined ? '--accept' : null;
  if (excluded !== null)
    throw usage('U312', `--follow and ${excluded} exclude each other`, 'omit one: a follow run is many imports, each with a report in the archive');
  const { ms, bytes } = parseBudget(options.land ?? usual.land, '--land');
  return {
    settleMs: time(options.settle ?? usual.settle, '--settle'),
    pollMs: time(options.poll ?? usual.poll, '--poll'),
    waitMs: time(options.waitRows ?? usual.waitRows, '--wait-rows'),
    land: { ms, bytes, files: mostFiles },
    expectMs: options.expectCalls === undefined ? null : time(options.expectCalls, '--expect-calls'),
  };
}

/** Longest time: a timer of Node.js accepts at most 2^31 - 1 ms. */
const longestMs = 20 * 24 * 3_600_000;

function time(text: string, name: string): number {
  const { ms, bytes } = parseBudget(text, name);
  if (ms === null || bytes !== null || ms > longestMs)
    throw usage('U301', `${name} '${text}' is not a period of up to 20 days`, "write it as '60s', '10m', '8h' or '2d'");
  return ms;
}

function usage(code: 'U301' | 'U312', message: string, hint: string): LongplayError {
  return new LongplayError('usage', code, message, hint);
}
