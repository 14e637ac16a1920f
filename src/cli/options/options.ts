import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Quality, qualities } from '../../media/tools/quality.ts';
import type { AccessOptions } from '../../media/tools/types.ts';
import { defaultJobs } from '../../media/workers/worker-pool.ts';

/** Creates an option. The name of its environment variable follows from its long name: `--join-sides` has LONGPLAY_JOIN_SIDES. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`LONGPLAY_${made.long?.slice(2).replaceAll('-', '_').toUpperCase()}`);
}

/** Headings of options that several commands share, in help and in the manual. */
export const optionGroups = {
  source: 'Source:',
  copies: 'Access copies:',
  review: 'Report and review:',
  calls: 'Which calls:',
  monitoring: 'Monitoring:',
  keyring: 'Keyring:',
  common: 'Common options:',
} as const;

/** Example command lines, by command. */
const examples = new WeakMap<Command, readonly string[]>();

/** Adds command lines that help and the manual show as examples; each must work as printed. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  examples.set(command, lines);
  return command;
}

/** Returns the lines that `withExamples` added. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}

/** Adds the options that every command has. */
export function commonOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.common)
    .addOption(option('--json', 'print one JSON object per line, a summary last'))
    .addOption(option('-q, --quiet', 'print results only: no progress, no notes'))
    .addOption(option('-v, --verbose', 'print every finding, however many'))
    .addOption(option('--as <name>', 'name of the user for the log of the archive; default: the login name').argParser(accountName));
}

/** Parses the name of a service account for the log; it may have the same characters as names of users of `serve`. */
function accountName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text)) throw new InvalidArgumentError('give letters, digits and ._@-, at most 64.');
  return text;
}

/** Adds `-j`. */
export function jobsOption(command: Command): Command {
  return command
    .optionsGroup(optionGroups.common)
    .addOption(option('-j, --jobs <number>', 'worker threads').argParser(integer(1, 256)).default(defaultJobs(), 'one per core'));
}

/** Adds the options for reporting and checking the numbers of a source. */
export function reviewOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.review)
    .addOption(option('--report <folder>', 'write a report on every file, row and call there'))
    .addOption(option('--expect-audio <percent>', 'exit with 3 if fewer calls have audio, e.g. 95%').argParser(percent));
}

/** Parses a percentage, e.g. `95%` or `99.5%`. The percent sign is required, so that nobody writes 0.95 for nearly all. */
function percent(text: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || value > 100) throw new InvalidArgumentError('give a share from 0% to 100%, with the percent sign, e.g. 95% or 99.5%.');
  return value;
}

/** Adds the options of access copies. */
export function accessOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.copies)
    .addOption(option('--access <format>', 'format of access copies').choices(['opus', 'wav']).default('opus'))
    .addOption(
      option('--quality <grade>', 'Opus: 16, 32 or 64 kbit/s per channel, twice that from 16 kHz on')
        .choices(Object.keys(qualities))
        .default('standard'),
    )
    .addOption(option('--bitrate <number>', 'Opus: bits per second per channel').argParser(integer(6_000, 256_000)))
    .addOption(option('--complexity <number>', 'Opus: effort of the encoder, 0 to 10').argParser(integer(0, 10)));
}

/** Values of `accessOptions`. */
export interface AccessChoices {
  readonly access: AccessOptions['format'];
  readonly quality: Quality;
  readonly bitrate?: number;
  readonly complexity?: number;
}

/** Returns the parsed values of `accessOptions`. */
export function accessOf({ access, quality, bitrate, complexity }: AccessChoices): AccessOptions {
  const grade = qualities[quality];
  const { bitratePerChannel, wideBitratePerChannel } = grade;
  const bits = bitrate === undefined ? { bitratePerChannel, wideBitratePerChannel } : { bitratePerChannel: bitrate };
  return { format: access, ...bits, complexity: complexity ?? grade.complexity };
}

/** Creates a parser of whole numbers in [min, max]. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min || value > max || text.trim() === '')
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}.`);
    return value;
  };
}
