import { type Argument, Command, type Help, type HelpConfiguration, Option } from 'commander';
import { examplesOf, optionGroups } from '../options/options.ts';

/** Width of the widest term that has its meaning beside it. Longer terms get a line of their own, so that the meaning has most of 80 columns. */
const widestTerm = 25;
/** Longest list of choices in help. Longer ones are in the documents, in completion and in the message about a wrong choice. */
const longestChoices = 50;

/** Layout of help: commands and options in groups, one idea per line, examples at the end. */
export const helpSettings: HelpConfiguration = {
  subcommandTerm: (command) => command.name(),
  argumentTerm: (argument) => `${argument.name()}${argument.variadic ? '...' : ''}`,
  optionDescription: (option) => withFacts(option.description, [...choicesOf(option), ...defaultOf(option)]),
  argumentDescription: (argument) => withFacts(argument.description, choicesOf(argument)),
  formatHelp,
};

/** Creates the option `-h` of every command. */
export function helpOption(): Option {
  return new Option('-h, --help', 'show this help').helpGroup(optionGroups.common);
}

/** Creates `longplay help COMMAND`. @param group heading under which it is listed */
export function helpCommand(group: string): Command {
  return new Command('help').argument('[command]').description('show the help of a command').helpOption(false).helpGroup(group);
}

function withFacts(text: string, facts: readonly string[]): string {
  return facts.length === 0 ? text : `${text} (${facts.join('; ')})`;
}

function choicesOf({ argChoices = [] }: Option | Argument): string[] {
  const all = argChoices.join(', ');
  return all === '' || all.length > longestChoices ? [] : [all];
}

function defaultOf({ defaultValue, defaultValueDescription, required, optional }: Option): string[] {
  return defaultValue === undefined || !(required || optional) ? [] : [`default: ${defaultValueDescription ?? String(defaultValue)}`];
}

/** Formats usage, description, commands, arguments, options, examples, and where variables are listed. */
function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? 80;
  const column = 2 + Math.min(widestTerm, help.padWidth(command, help)) + 2;
  const item = (term: string, description: string): string => {
    const text = help.boxWrap(description, width - column).replaceAll('\n', `\n${' '.repeat(column)}`);
    const start = `  ${term}`;
    if (text === '') return start;
    return start.length + 2 > column ? `${start}\n${' '.repeat(column)}${text}` : `${start.padEnd(column)}${text}`;
  };
  const sections = (heading: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [heading, ...lines, '']);
  const commands = help.groupItems([...command.commands], commandsOf(command, help), (sub) => sub.helpGroup() || 'Commands:');
  const options = help.groupItems([...command.options], help.visibleOptions(command), (option) => option.helpGroupHeading ?? 'Options:');
  const examples = examplesOf(command);
  return [
    `Usage: ${help.commandUsage(command)}`,
    '',
    help.boxWrap(help.commandDescription(command), width),
    '',
    ...[...commands].flatMap(([heading, subs]) =>
      sections(
        heading,
        subs.map((sub) => item(help.subcommandTerm(sub), help.subcommandDescription(sub))),
      ),
    ),
    ...sections(
      'Arguments:',
      help.visibleArguments(command).map((argument) => item(help.argumentTerm(argument), help.argumentDescription(argument))),
    ),
    ...[...options].flatMap(([heading, list]) =>
      sections(
        heading,
        list.map((option) => item(help.optionTerm(option), help.optionDescription(option))),
      ),
    ),
    ...sections(
      examples.length > 1 ? 'Examples:' : 'Example:',
      examples.map((line) => `  ${line}`),
    ),
    ...closingOf(command).map((line) => help.boxWrap(line, width)),
    '',
  ].join('\n');
}

/** Returns the subcommands to list. `help` is omitted below a command, because the program lists `longplay help COMMAND`. */
function commandsOf(command: Command, help: Help): Command[] {
  return help.visibleCommands(command).filter((sub) => command.parent === null || sub.name() !== 'help');
}

/** Returns the last lines: for the program, where to read more; for a command, where its variables are listed. */
function closingOf(command: Command): string[] {
  if (command.parent === null)
    return [
      '`longplay COMMAND --help` shows the options and examples of a command,',
      '`longplay explain CODE` explains findings, statuses and exit codes.',
      '',
      'Exit codes: 0 OK, 1 bug, 2 usage, 3 done but not for everything, 4 integrity,',
      '5 not now: run again, 130 and 143 interrupted.',
    ];
  const example = exampleVariable(command);
  return example === null ? [] : [`Each option can be set by a variable, e.g. ${example};`, '`longplay environment` lists them all.'];
}

/** Returns a variable with its option as an example, preferably of an option that only this command has; null: none. */
function exampleVariable({ options }: Command): string | null {
  const { long, envVar } = options.find((option) => option.envVar !== undefined) ?? {};
  return long === undefined || envVar === undefined ? null : `${envVar} for ${long}`;
}
