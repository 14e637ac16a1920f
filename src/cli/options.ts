import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Quality, qualities } from '../media/quality.ts';
import type { AccessOptions } from '../media/types.ts';
import { defaultJobs } from '../media/worker-pool.ts';

/** An option whose environment variable follows from its long name: `--join-sides` is LONGPLAY_JOIN_SIDES. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(
    `LONGPLAY_${made
      .attributeName()
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .toUpperCase()}`,
  );
}

/** Options that every command takes. */
export function commonOptions(command: Command): Command {
  return command
    .addOption(option('--json', 'one JSON object a line on stdout, the last of type "summary"'))
    .addOption(option('-q, --quiet', 'results only: no progress, no notes'))
    .addOption(option('-v, --verbose', 'print every finding, however many'));
}

/** `-j`. */
export function jobsOption(command: Command): Command {
  return command.addOption(option('-j, --jobs <number>', 'worker threads').argParser(integer(1, 256)).default(defaultJobs(), 'one a core'));
}

/** `--report`. */
export function reportOption(): Option {
  return option('--report <folder>', 'write a report of what became of every file, row and call: a page, JSON, and CSV of all recordings');
}

/** `--expect-audio`. */
export function expectAudioOption(): Option {
  return option('--expect-audio <percent>', 'share of the calls that rows describe that must have audio, e.g. 95%; below it exit code 3').argParser(
    percent,
  );
}

/** `95%`, `99.5%`: a sign of percent, so that nobody takes 0.95 for nearly all. */
function percent(text: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || value > 100) throw new InvalidArgumentError('give a share from 0% to 100%, with the sign, e.g. 95% or 99.5%.');
  return value;
}

/** How access copies are made. */
export function accessOptions(command: Command): Command {
  return command
    .addOption(option('--access <format>', 'format of the access copy').choices(['opus', 'wav']).default('opus'))
    .addOption(
      option('--quality <grade>', 'of an Opus copy: small 16, standard 32, high 64 kbit/s per channel, twice that from 16 kHz on (docs/quality.md)')
        .choices(Object.keys(qualities))
        .default('standard'),
    )
    .addOption(
      option('--bitrate <number>', 'bits per second per channel of an Opus copy at any rate, in place of the grade’s').argParser(
        integer(6_000, 256_000),
      ),
    )
    .addOption(option('--complexity <number>', 'effort of the Opus encoder, in place of the grade’s').argParser(integer(0, 10)));
}

/** What `accessOptions` gives. */
export interface AccessChoices {
  readonly access: AccessOptions['format'];
  readonly quality: Quality;
  readonly bitrate?: number;
  readonly complexity?: number;
}

/** The parsed values of `accessOptions`. */
export function accessOf({ access, quality, bitrate, complexity }: AccessChoices): AccessOptions {
  const grade = qualities[quality];
  const { bitratePerChannel, wideBitratePerChannel } = grade;
  const bits = bitrate === undefined ? { bitratePerChannel, wideBitratePerChannel } : { bitratePerChannel: bitrate };
  return { format: access, ...bits, complexity: complexity ?? grade.complexity };
}

/** A whole number in [min, max]. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min || value > max || text.trim() === '')
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}.`);
    return value;
  };
}
