import { Command, CommanderError } from 'commander';
import { LongplayError } from '../core/error.ts';
import { version } from '../core/version.ts';
import type { CommandDeclaration } from './command.ts';
import { catalogCommand } from './commands/catalog.ts';
import { convertCommand } from './commands/convert.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { identifyCommand } from './commands/identify.ts';
import { importCommand } from './commands/import.ts';
import { listCommand } from './commands/list.ts';
import { formatsCommand, importersCommand } from './commands/registries.ts';
import { showCommand } from './commands/show.ts';
import { surveyCommand } from './commands/survey.ts';
import { verifyCommand } from './commands/verify.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { createTextReporter } from './reporter-text.ts';

const commands: readonly CommandDeclaration[] = [
  surveyCommand,
  importCommand,
  verifyCommand,
  convertCommand,
  identifyCommand,
  listCommand,
  showCommand,
  exportCommand,
  catalogCommand,
  formatsCommand,
  importersCommand,
  doctorCommand,
  explainCommand,
];

/** Parses the arguments and runs the command. @returns the exit code; never throws. */
export async function run(args: readonly string[], context: Context, signal: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.well;
  const program = new Command('longplay')
    .description('Gets recordings out of old call recorders and keeps them playable.')
    .version(version)
    .showHelpAfterError('run `longplay --help` to see what there is')
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out.write(text), writeErr: (text) => context.err.write(text) })
    .addHelpText(
      'after',
      `
Example, from an old recorder to a checked archive:
  longplay survey /mnt/recorder
  longplay import /mnt/recorder --into /srv/archive --zone Europe/Stockholm
  longplay verify /srv/archive

Exit codes: 0 all well, 1 bug, 2 usage, 3 done but not for everything, 4 integrity, 5 not now: run again, 130/143 interrupted.`,
    );
  for (const declare of commands) declare(program, context, signal, (code) => (exitCode = code));
  // Commander hands neither to commands that exist already when they are set.
  for (const command of program.commands) for (const each of [command, ...command.commands]) each.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.well : exitCodes.usage;
    const reporter = createTextReporter({ out: context.out, err: context.err, quiet: false, verbose: false, color: false, now: () => 0 });
    reporter.failed(error);
    if (error instanceof LongplayError && args.includes('--json')) {
      context.out.write(`${JSON.stringify({ type: 'summary', command: args[0] ?? '', exitCode: exitCodeOf(error), completed: false })}\n`);
    }
    return exitCodeOf(error);
  }
}
