import { Command, CommanderError } from 'commander';
import { LongplayError } from '../core/base/error.ts';
import { version } from '../core/base/version.ts';
import { printableText } from '../core/words/printable.ts';
import { provideMemory } from '../log/keys/machine-memory.ts';
import { findingEvent } from '../pipeline/events/events.ts';
import { provideKeyring } from './machine/keyring.ts';
import type { Surroundings } from './machine/surroundings.ts';
import { optionGroups, withExamples } from './options/options.ts';
import { unknownVariables, unknownVariableText } from './options/unknown-variables.ts';
import type { CommandDeclaration } from './report/command.ts';
import { exitCodeOf, exitCodes } from './report/exit-code.ts';
import { createJsonReporter } from './report/reporter-json.ts';
import { createTextReporter } from './report/reporter-text.ts';
import { applySettings, archiveOf, sectionOf, settingOf } from './settings/settings.ts';
import { helpCommand, helpOption, helpSettings } from './texts/help.ts';

/** A command as `run` declares it. */
type Declared = (program: Command, signal: AbortSignal, done: (exitCode: number) => void) => void;

/** Loads a command. */
type Loader = (surroundings: Surroundings) => Promise<Declared>;

/** Commands by purpose, in the order of help. Only the requested ones are loaded: loading all of them takes longer than many commands run. */
const commands: Readonly<Record<string, Readonly<Record<string, Loader>>>> = {
  'Migrate from a recorder:': {
    survey: withLists(async () => (await import('./commands/survey.ts')).surveyCommand),
    import: withLists(async () => (await import('./commands/import.ts')).importCommand),
    amend: withLists(async () => (await import('./commands/amend.ts')).amendCommand),
    convert: withLists(async () => (await import('./commands/convert.ts')).convertCommand),
    identify: withLists(async () => (await import('./commands/identify.ts')).identifyCommand),
  },
  'Search, play, export:': {
    search: quick(async () => (await import('./commands/search.ts')).searchCommand),
    list: quick(async () => (await import('./commands/list.ts')).listCommand),
    show: quick(async () => (await import('./commands/show.ts')).showCommand),
    play: quick(async () => (await import('./commands/play.ts')).playCommand),
    export: withLists(async () => (await import('./commands/export.ts')).exportCommand),
    viewer: quick(async () => (await import('./commands/viewer.ts')).viewerCommand),
    serve: withLists(async () => (await import('./commands/serve.ts')).serveCommand),
    note: quick(async () => (await import('./commands/note.ts')).noteCommand),
    tag: quick(async () => (await import('./commands/note.ts')).tagCommand),
    case: withLists(async () => (await import('./commands/case.ts')).caseCommand),
    subject: withLists(async () => (await import('./commands/subject.ts')).subjectCommand),
    people: withLists(async () => (await import('./commands/people.ts')).peopleCommand),
  },
  'Keep for years:': {
    verify: quick(async () => (await import('./commands/verify.ts')).verifyCommand),
    watch: quick(async () => (await import('./commands/watch.ts')).watchCommand),
    schedule: quick(async () => (await import('./commands/schedule.ts')).scheduleCommand),
    replica: withLists(async () => (await import('./commands/replica.ts')).replicaCommand),
    drill: withLists(async () => (await import('./commands/drill.ts')).drillCommand),
    keyring: quick(async () => (await import('./commands/sealing/keyring.ts')).keyringCommand),
    rehash: quick(async () => (await import('./commands/rehash.ts')).rehashCommand),
    erase: withLists(async () => (await import('./commands/retention/erase.ts')).eraseCommand),
    seal: withLists(async () => (await import('./commands/sealing/seal.ts')).sealCommand),
    unseal: withLists(async () => (await import('./commands/sealing/unseal.ts')).unsealCommand),
    catalog: quick(async () => (await import('./commands/catalog.ts')).catalogCommand),
    retention: quick(async () => (await import('./commands/retention/retention.ts')).retentionCommand),
    hold: quick(async () => (await import('./commands/retention/hold.ts')).holdCommand),
  },
  'Prove and report:': {
    report: withLists(async () => (await import('./commands/report.ts')).reportCommand),
    log: quick(async () => (await import('./commands/log/log.ts')).logCommand),
    proof: quick(async () => (await import('./commands/proof.ts')).proofCommand),
  },
  'Set up and look up:': {
    config: quick(async () => (await import('./commands/config.ts')).configCommand),
    doctor: withLists(async () => (await import('./commands/doctor.ts')).doctorCommand),
    formats: withLists(async () => (await import('./commands/formats.ts')).formatsCommand),
    importers: withLists(async () => (await import('./commands/importers.ts')).importersCommand),
    explain: quick(async () => (await import('./commands/explain.ts')).explainCommand),
    environment: quick(async () => (await import('./commands/environment.ts')).environmentCommand),
    completion: withLists(async () => (await import('./commands/completion.ts')).completionCommand),
    man: quick(async () => (await import('./commands/man.ts')).manCommand),
  },
};

/** A command with its heading. */
interface Known {
  readonly name: string;
  readonly group: string;
  readonly load: Loader;
}

const allKnown: readonly Known[] = Object.entries(commands).flatMap(([group, loaders]) =>
  Object.entries(loaders).map(([name, load]) => ({ name, group, load })),
);

function quick(load: () => Promise<CommandDeclaration<Surroundings>>): Loader {
  return async (surroundings) => {
    const declare = await load();
    return (program, signal, done) => declare(program, surroundings, signal, done);
  };
}

/** Returns a loader that loads a command together with the lists of formats, codecs and importers. */
function withLists(load: () => Promise<CommandDeclaration>): Loader {
  return async (surroundings) => {
    const [declare, { createContext }] = await Promise.all([load(), import('./machine/context.ts')]);
    return (program, signal, done) => declare(program, createContext(surroundings), signal, done);
  };
}

/** Commands whose worker threads use programs and libraries that the environment can name. */
const usersOfTools = ['import', 'convert', 'verify', 'rehash'];

/** Commands about all commands. */
const aboutAll = ['config', 'environment', 'completion', 'man'];

/** Returns the commands that the first argument needs: all of them for help, for commands about all commands, and for an unknown name. */
function neededFor(first: string): readonly Known[] {
  if (first === '--version' || first === '-V') return [];
  const asked = allKnown.filter(({ name }) => name === first);
  return asked.length === 0 || aboutAll.includes(first) ? allKnown : asked;
}

/** Loads commands and declares them on a program. */
async function declareOn(
  program: Command,
  known: readonly Known[],
  context: Surroundings,
  signal: AbortSignal,
  done: (exitCode: number) => void,
): Promise<void> {
  const loaded = await Promise.all(known.map(({ load }) => load(context)));
  for (const [at, declare] of loaded.entries()) declare(program.commandsGroup(known[at]?.group ?? ''), signal, done);
}

/** Parses the arguments and runs the command. @returns the exit code; never throws. */
export async function run(args: readonly string[], context: Surroundings, signal: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.well;
  const program = new Command('longplay')
    .description('Gets recordings out of old call recorders and keeps them playable.')
    .optionsGroup(optionGroups.common)
    .version(version, '-V, --version', 'print the version')
    .addHelpOption(helpOption())
    .configureHelp(helpSettings)
    .addHelpCommand(helpCommand(allKnown.at(-1)?.group ?? ''))
    .showHelpAfterError(helpHint('longplay'))
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.out.write(text), writeErr: (text) => context.err.write(printableText(text, false)) });
  withExamples(
    program,
    'longplay survey /mnt/recorder',
    'longplay import /mnt/recorder --into /srv/archive --zone Europe/Stockholm',
    'longplay verify /srv/archive',
  );
  program.hook(
    'preAction',
    async (_program, command) =>
      await applySettings(
        command,
        context,
        allKnown.map(({ name }) => name),
      ),
  );
  program.hook('preAction', async (_program, command) => await tellOtherArchive(command, context));
  program.hook('preAction', (_program, command) => {
    const { as } = command.opts<{ as?: string }>();
    if (as !== undefined) context.actAs(as);
  });
  program.hook('preAction', () => {
    provideKeyring(context, undefined, signal);
    provideMemory(context.keys);
  });
  program.hook('preAction', async (_program, command) => {
    const { ffmpeg, opus } = context.decoding;
    if (!usersOfTools.includes(command.name()) || (ffmpeg === null && opus === null)) return;
    const { checkNamedTools } = await import('./machine/media-tools.ts');
    await checkNamedTools(context.decoding);
  });
  await declareOn(program, neededFor(args[0] ?? ''), context, signal, (code) => (exitCode = code));
  // Commander does not apply these settings to commands that already exist.
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of all)
    command
      .exitOverride()
      .copyInheritedSettings(program)
      .showHelpAfterError(helpHint(nameOf(command)));
  dropFalseVariables(all, context.env);
  await tellStrangeVariables(context, all);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.well;
    const exitCode = error instanceof CommanderError ? exitCodes.usage : exitCodeOf(error);
    const json = args.includes('--json') || context.env.LONGPLAY_JSON !== undefined;
    const options = {
      out: context.out,
      err: context.err,
      quiet: false,
      verbose: false,
      color: { err: false, out: false },
      live: false,
      now: () => 0,
      cores: () => ({ busyMs: 0, wholeMs: 0 }),
    };
    const reporter = json ? createJsonReporter(options) : createTextReporter(options);
    // Commander has printed the text already; with --json it is repeated on stdout.
    if (!(error instanceof CommanderError)) reporter.failed(error);
    else if (json) reporter.failed(new LongplayError('usage', 'U100', error.message.replace(/^error: /, ''), helpHint(askedFor(args, all))));
    reporter.summary({ type: 'summary', command: args[0] ?? '', exitCode, completed: false }, '');
    return exitCode;
  }
}

/** Commands that report another archive, or an older state, at the path themselves, and the command that accepts the archive there. */
const tellByThemselves: ReadonlySet<string> = new Set(['verify', 'watch', 'serve', 'doctor', 'log remember']);

/** Commands that bring a newer log back, or check the log. */
const mendOlderState: ReadonlySet<string> = new Set(['replica repair', 'erase run', 'log verify', 'log witness']);

/**
 * Reports at the start of a run that another archive, or an older state of the archive, is at the path, so that nobody takes its list, report or timers for those
 * of the expected one.
 */
async function tellOtherArchive(command: Command, context: Surroundings): Promise<void> {
  const archive = archiveOf(command);
  const name = nameOf(command).replace(/^longplay /, '');
  if (archive === null || tellByThemselves.has(name)) return;
  const { olderStateFinding, otherArchiveFinding } = await import('../log/keys/known-places.ts');
  const other = await otherArchiveFinding(context.keys, archive);
  const older = other === null && !mendOlderState.has(name) ? await olderStateFinding(context.keys, archive) : null;
  for (const found of [other, older]) if (found !== null) context.preface.push(findingEvent(found));
}

/** Returns the command's full name, e.g. `longplay log verify`. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpHint(name: string): string {
  return `run \`${name} --help\` for its commands and options`;
}

/** Returns the name of the command that the first arguments request; if they request none, the name of the program. */
function askedFor([first, second]: readonly string[], all: readonly Command[]): string {
  const names = all.map(nameOf);
  return [`longplay ${first} ${second}`, `longplay ${first}`].find((name) => names.includes(name)) ?? 'longplay';
}

/** Reports unknown variables on stderr. Loads all commands only if a variable does not belong to the running command. */
async function tellStrangeVariables(context: Surroundings, loaded: readonly Command[]): Promise<void> {
  if (loaded.length === 0 || unknownVariables(context.env, loaded).length === 0) return;
  const whole = new Command('longplay');
  await declareOn(whole, allKnown, context, new AbortController().signal, () => {});
  const all = whole.commands.flatMap((command) => [command, ...command.commands]);
  for (const name of unknownVariables(context.env, all)) context.err.write(printableText(`${unknownVariableText(name, all)}\n`, false));
}

/**
 * Makes `LONGPLAY_QUIET=0` mean no, because commander treats every variable that is set as a yes. Such a variable also overrides a configuration
 * file that says yes.
 */
function dropFalseVariables(all: readonly Command[], env: NodeJS.ProcessEnv): void {
  const dropped = new Set<string>();
  for (const command of all) {
    for (const option of command.options) {
      const { envVar, required, optional } = option;
      if (envVar === undefined || required || optional || !/^(|0|no|off|false)$/i.test(env[envVar] ?? 'unset')) continue;
      dropped.add(envVar);
      if (settingOf(option, sectionOf(command)) !== null) command.setOptionValueWithSource(option.attributeName(), false, 'env');
    }
  }
  for (const name of dropped) delete env[name];
}
