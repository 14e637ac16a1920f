import { Command, CommanderError } from 'commander';
import { LongplayError } from '../core/error.ts';
import { version } from '../core/version.ts';
import type { CommandDeclaration } from './command.ts';
import { catalogCommand } from './commands/catalog.ts';
import { convertCommand } from './commands/convert.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { formatsCommand } from './commands/formats.ts';
import { identifyCommand } from './commands/identify.ts';
import { importCommand } from './commands/import.ts';
import { importersCommand } from './commands/importers.ts';
import { listCommand } from './commands/list.ts';
import { logCommand } from './commands/log.ts';
import { proofCommand } from './commands/proof.ts';
import { rehashCommand } from './commands/rehash.ts';
import { reportCommand } from './commands/report.ts';
import { showCommand } from './commands/show.ts';
import { surveyCommand } from './commands/survey.ts';
import { verifyCommand } from './commands/verify.ts';
import { type Context, checkNamedTools } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { createJsonReporter } from './reporter-json.ts';
import { createTextReporter } from './reporter-text.ts';

const commands: readonly CommandDeclaration[] = [
  surveyCommand,
  importCommand,
  verifyCommand,
  rehashCommand,
  convertCommand,
  identifyCommand,
  listCommand,
  showCommand,
  exportCommand,
  reportCommand,
  catalogCommand,
  logCommand,
  proofCommand,
  formatsCommand,
  importersCommand,
  doctorCommand,
  explainCommand,
];

/** Commands whose worker threads use the programs and libraries that the environment names. */
const usersOfTools = ['import', 'convert', 'verify', 'rehash'];

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
  program.hook('preAction', async (_program, command) => {
    if (usersOfTools.includes(command.name())) await checkNamedTools(context.env);
  });
  for (const declare of commands) declare(program, context, signal, (code) => (exitCode = code));
  // Commander hands neither to commands that exist already when they are set.
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of all) command.exitOverride().copyInheritedSettings(program);
  dropFalseVariables(all, context.env);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.well;
    const exitCode = error instanceof CommanderError ? exitCodes.usage : exitCodeOf(error);
    const json = args.includes('--json') || context.env.LONGPLAY_JSON !== undefined;
    const options = { out: context.out, err: context.err, quiet: false, verbose: false, color: { err: false, out: false }, now: () => 0 };
    const reporter = json ? createJsonReporter(options) : createTextReporter(options);
    // Commander has told people already; programs read the same on stdout.
    if (!(error instanceof CommanderError)) reporter.failed(error);
    else if (json) reporter.failed(new LongplayError('usage', 'U100', error.message.replace(/^error: /, ''), 'run `longplay --help`'));
    reporter.summary({ type: 'summary', command: args[0] ?? '', exitCode, completed: false }, '');
    return exitCode;
  }
}

/** `LONGPLAY_QUIET=0` means no; to commander every variable that is set means yes. */
function dropFalseVariables(all: readonly Command[], env: NodeJS.ProcessEnv): void {
  for (const { envVar, required, optional } of all.flatMap((command) => command.options)) {
    if (envVar !== undefined && !required && !optional && /^(|0|no|off|false)$/i.test(env[envVar] ?? '')) delete env[envVar];
  }
}
