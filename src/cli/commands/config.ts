import { resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { openArchive } from '../../archive/layout.ts';
import { printable } from '../../core/words/printable.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';
import { settingList } from '../settings/setting-list.ts';
import { type Given, givenBy, readSettings, refuseUnused, type Settings, sectionOf, settingOf } from '../settings/settings.ts';

type Options = CommonOptions & { readonly example?: boolean };

/** A setting's value, and the commands to which it applies. */
interface Effective {
  readonly key: string;
  /** Value; null: none. */
  readonly value: string | null;
  /** Source of the value: `default`, the name of a variable, or a file with its line. */
  readonly from: string;
  readonly commands: readonly string[];
}

interface Outcome {
  readonly settings: readonly Effective[];
  /** Files that were read, highest precedence first. */
  readonly files: readonly string[];
}

/** Declares `longplay config [ARCHIVE]`. */
export const configCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('config')
    .summary('show the settings in effect, and where each comes from')
    .description('Shows the value of every setting, and which file, variable or default it comes from.')
    .argument('[archive]', 'archive folder; its own longplay.toml is read as well')
    .addOption(option('--example', 'print a configuration file with every key, commented out'));
  withExamples(command, 'longplay config /srv/archive', 'longplay config --example > longplay.toml');
  const all = (): readonly Command[] => program.commands.flatMap((each) => [each, ...each.commands]);
  commonOptions(command).action(async (archive: string | undefined, options: Options) => {
    if (options.example === true) {
      const text = exampleText(all());
      const shown = async function* (): AsyncGenerator<PipelineEvent, string> {
        yield { type: 'result', of: 'example', value: { text } };
        return text;
      };
      done(
        await runCommand(
          context,
          { command: 'config', options, pipeline: shown, ending: () => ({ exitCode: exitCodes.well, facts: {}, text: text.trimEnd() }) },
          signal,
        ),
      );
      return;
    }
    const look = async function* (): AsyncGenerator<PipelineEvent, Outcome> {
      if (archive !== undefined) await openArchive(archive, 'any-stage');
      const commands = all();
      const sections = [...new Set(commands.map(sectionOf))];
      const settings = await readSettings(context, archive === undefined ? null : resolve(archive), sections);
      yield* settings.warnings;
      const effective = yield* effectiveOf(settings, commands, context.env);
      for (const value of effective) yield { type: 'result', of: 'setting', value: { ...value } };
      return { settings: effective, files: settings.files.map(({ path }) => path) };
    };
    done(await runCommand(context, { command: 'config', options, pipeline: look, ending: shownText }, signal));
  });
};

/** Yields the values of settings. Commands for which a setting has the same value from the same source share a line. */
async function* effectiveOf(
  settings: Settings,
  commands: readonly Command[],
  env: NodeJS.ProcessEnv,
): AsyncGenerator<PipelineEvent, readonly Effective[]> {
  const found = new Map<string, { readonly key: string; readonly value: string | null; readonly from: string; readonly commands: Set<string> }>();
  const warnings: PipelineEvent[] = [];
  for (const top of commands.filter(({ parent }) => parent?.parent === null)) refuseUnused(settings, top, warnings);
  for (const key of Object.keys(settingList)) {
    for (const { section, command, option: taken } of takers(commands, key)) {
      const { value, from } =
        fromEnvironment(command, taken, env) ?? fromFiles(await givenBy(settings, taken, section, warnings), taken, settingList[key]?.usual);
      const same = JSON.stringify([key, value, from]);
      const row = found.get(same) ?? { key, value, from, commands: new Set() };
      row.commands.add(section);
      found.set(same, row);
    }
  }
  // A key is checked once for each command that takes it, so its warning occurs several times.
  yield* new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values();
  return [...found.values()].map((row) => ({ ...row, commands: [...row.commands] }));
}

/** Returns the commands, with their options, to which a key of a file applies. */
function takers(commands: readonly Command[], key: string): { readonly section: string; readonly command: Command; readonly option: Option }[] {
  return commands.flatMap((command) => {
    const section = sectionOf(command);
    return command.options.filter((taken) => settingOf(taken, section)?.key === key).map((taken) => ({ section, command, option: taken }));
  });
}

type Origin = Pick<Effective, 'value' | 'from'>;

/** Returns the variable that sets an option; null: none. */
function fromEnvironment(command: Command, taken: Option, env: NodeJS.ProcessEnv): Origin | null {
  const name = taken.attributeName();
  const variable = taken.envVar ?? '';
  const value = env[variable];
  if (value !== undefined) return { value, from: variable };
  // A switch that its variable turns off does not count as set.
  return command.getOptionValueSource(name) === 'env' ? { value: String(command.getOptionValue(name)), from: variable } : null;
}

function fromFiles(given: Given | null, { defaultValue = null, defaultValueDescription }: Option, usual: string | null = null): Origin {
  if (given !== null) return { value: given.text, from: given.line === null ? given.file.path : `${given.file.path}:${given.line}` };
  return { value: defaultValueDescription ?? (defaultValue === null ? usual : String(defaultValue)), from: 'default' };
}

function shownText({ settings, files }: Outcome): Ending {
  const head = ['key', 'value', 'from', 'commands'];
  const rows = settings.map(({ key, value, from, commands }) => [key, value ?? '-', from, commands.join(', ')].map(printable));
  const lines = [
    table([head, ...rows]),
    '',
    files.length === 0 ? 'No configuration file is used.' : `Files, the first takes precedence: ${files.map(printable).join(', ')}`,
  ];
  return { exitCode: exitCodes.well, facts: { settings: settings.length, files }, text: lines.join('\n') };
}

function exampleText(commands: readonly Command[]): string {
  const lines = [
    '# longplay.toml: values of options that neither the command line nor the environment sets.',
    '# A key at the top applies to every command that has the option; a key below [COMMAND] applies to that command and takes precedence.',
    '# Places of the file, and the limits of a file inside an archive: docs/reference/configuration.md.',
  ];
  for (const [key, { example, inArchive }] of Object.entries(settingList)) {
    const all = takers(commands, key);
    const texts = new Set(
      all.map(({ option: { description, argChoices } }) => `${description}${argChoices === undefined ? '' : ` (${argChoices.join(', ')})`}`),
    );
    lines.push(
      '',
      ...[...texts].map((text) => `# ${text}`),
      `# Commands: ${[...new Set(all.map(({ section }) => section))].join(', ')}. In an archive: ${inArchive.says}.`,
      `#${key} = ${example}`,
    );
  }
  lines.push('', '#[import]', '#quality = "high"');
  return `${lines.join('\n')}\n`;
}
