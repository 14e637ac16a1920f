import type { Argument, Command, Help, Option } from 'commander';
import { version } from '../../core/base/version.ts';
import { examplesOf, optionGroups } from '../options/options.ts';
import { ownVariables, sharedVariables } from '../options/variables.ts';
import { exitCodeWords } from '../texts/explained-words.ts';
import { bold, commandLines, italic, item, roffArgument, section, sentences, subsection } from './roff.ts';

/** A page of the manual. */
export interface ManualPage {
  /** Name of the file, e.g. `longplay-import.1`. */
  readonly file: string;
  /** man(7) source. */
  readonly text: string;
}

/**
 * Returns all pages: one for longplay, and one for each command that help lists.
 * @param date of the pages, ISO; empty: none
 * @param program with all commands
 */
export function manualPages(program: Command, date: string): readonly ManualPage[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  const page = (command: Command | null, lines: readonly string[]): ManualPage => {
    const name = pageName(command);
    const head = [`.TH ${roffArgument(name.toUpperCase())} 1 "${date}" ${roffArgument(`longplay ${version}`)} "longplay"`, '.nh', '.ad l'];
    const about = command === null ? program.description().replace(/\.$/, '') : help.subcommandDescription(command);
    const text = [...head, ...section('NAME', [`${name} - ${about}`].flatMap(named)), ...lines, ''].join('\n');
    return { file: `${name}.1`, text };
  };
  return [
    page(null, programSections(program, commands, help)),
    ...commands.map((command) =>
      page(
        command,
        commandSections(
          command,
          commands.filter((other) => other !== command && other.helpGroup() === command.helpGroup()),
          help,
        ),
      ),
    ),
  ];
}

function pageName(command: Command | null): string {
  return command === null ? 'longplay' : `longplay-${command.name()}`;
}

/** Returns the line that `whatis` reads; programs search it for a dash between spaces. */
function named(line: string): string[] {
  const [name = '', about = ''] = line.split(' - ');
  return [`${sentences(name).join('')} \\- ${sentences(about).join(' ')}`];
}

function programSections(program: Command, commands: readonly Command[], help: Help): string[] {
  const groups = help.groupItems([...commands], [...commands], (command) => command.helpGroup());
  return [
    ...section('SYNOPSIS', [`${bold('longplay')} ${italic('command')} [${italic('options')}] [${italic('arguments')}]`]),
    ...section('DESCRIPTION', [
      ...sentences(program.description()),
      ...sentences(
        'Results go to standard output, progress and findings to standard error; --json prints one object per line. Each command has a page.',
      ),
    ]),
    ...section(
      'COMMANDS',
      [...groups].flatMap(([heading, list]) =>
        subsection(
          heading.replace(/:$/, ''),
          list.flatMap((command) => item(reference(pageName(command)), help.subcommandDescription(command))),
        ),
      ),
    ),
    ...section('OPTIONS', optionItems(help.visibleOptions(program), help)),
    ...section('EXAMPLES', commandLines(examplesOf(program))),
    ...exitStatus(),
    ...section('ENVIRONMENT', [
      ...sentences('Each option of a command can be set by a variable; longplay environment lists them. Other variables:'),
      ...[...Object.entries(ownVariables), ...Object.entries(sharedVariables)].flatMap(([variable, meaning]) => item(bold(variable), meaning)),
    ]),
    ...section('FILES', [
      ...item(italic('/etc/longplay/longplay.toml'), 'Settings of this machine; longplay config shows those in effect.'),
      ...item(italic('~/.config/longplay/longplay.toml'), 'Settings of one user.'),
      ...item(
        italic('~/.config/longplay/keys/'),
        'Signing keys of the archives that this user made, and what this machine remembers of their logs. Keep a copy elsewhere.',
      ),
      ...item(italic('ARCHIVE/bags/'), 'Recordings in BagIt bags: originals, access copies, metadata. Readable without longplay.'),
      ...item(italic('ARCHIVE/longplay.toml'), 'Settings of one archive. It can set no commands, keys or paths, and no weaker checks.'),
      ...item(italic('ARCHIVE/log/'), 'The signed log of everything that was done to the archive.'),
      ...item(italic('ARCHIVE/catalog.sqlite'), 'The index. It can be deleted; longplay catalog rebuild writes it again from the bags.'),
    ]),
    ...seeAlso(commands.map((command) => reference(pageName(command)))),
  ];
}

function commandSections(command: Command, related: readonly Command[], help: Help): string[] {
  const subs = help.visibleCommands(command).filter((sub) => sub.name() !== 'help');
  const all = subs.length === 0 ? [command] : subs;
  const own = all.map((each) => ({
    command: each,
    options: help.visibleOptions(each).filter(({ helpGroupHeading }) => helpGroupHeading !== optionGroups.common),
  }));
  // Options that all subcommands share; only those with threads have more.
  const common = new Map(
    all
      .flatMap((each) => help.visibleOptions(each).filter(({ helpGroupHeading }) => helpGroupHeading === optionGroups.common))
      .map((option) => [option.flags, option]),
  );
  return [
    ...section(
      'SYNOPSIS',
      all.flatMap((each, at) => [...(at === 0 ? [] : ['.br']), usage(each, help)]),
    ),
    ...section('DESCRIPTION', [
      ...sentences(command.description()),
      ...(subs.length === 0 ? help.visibleArguments(command).flatMap(argumentItem) : []),
    ]),
    ...(subs.length === 0
      ? section('OPTIONS', [...groupsOf(command, help), ...subsection(plain(optionGroups.common), optionItems([...common.values()], help))])
      : [
          ...section(
            'COMMANDS',
            own.flatMap((each) =>
              subsection(`longplay ${command.name()} ${each.command.name()}`, [
                ...sentences(each.command.description()),
                ...help.visibleArguments(each.command).flatMap(argumentItem),
                ...optionItems(each.options, help),
                ...(examplesOf(each.command).length === 0 ? [] : ['.PP', ...commandLines(examplesOf(each.command))]),
              ]),
            ),
          ),
          ...section('COMMON OPTIONS', optionItems([...common.values()], help)),
        ]),
    ...section('EXAMPLES', commandLines(examplesOf(command))),
    ...exitStatus(),
    ...section('ENVIRONMENT', variablesOf(all)),
    ...seeAlso([reference('longplay'), ...related.map((other) => reference(pageName(other)))]),
  ];
}

function plain(heading: string): string {
  return heading.replace(/:$/, '');
}

function groupsOf(command: Command, help: Help): string[] {
  const groups = help.groupItems([...command.options], help.visibleOptions(command), ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:');
  return [...groups]
    .filter(([heading]) => heading !== optionGroups.common)
    .flatMap(([heading, options]) => (heading === 'Options:' ? optionItems(options, help) : subsection(plain(heading), optionItems(options, help))));
}

function usage(command: Command, help: Help): string {
  const names = help
    .commandUsage(command)
    .split(' ')
    .filter((word) => !/^[[<]/.test(word));
  const args = command.registeredArguments.map((argument) => {
    const shown = `${italic(argument.name())}${argument.variadic ? '...' : ''}`;
    return argument.required ? shown : `[${shown}]`;
  });
  const mandatory = command.options.filter((option) => option.mandatory).map(optionTerm);
  return [bold(names.join(' ')), ...args, ...mandatory, `[${italic('options')}]`].join(' ');
}

function argumentItem(argument: Argument): string[] {
  return item(italic(argument.name()), argument.description);
}

function optionItems(options: readonly Option[], help: Help): string[] {
  return options.flatMap((option) => {
    const { argChoices = [] } = option;
    // Help omits long lists of choices; the manual has room for them.
    const said = help.optionDescription(option);
    const choices = argChoices.join(', ');
    return item(optionTerm(option), choices === '' || said.includes(choices) ? said : `${said}\nOne of ${choices}.`);
  });
}

function optionTerm({ flags }: Option): string {
  const parts = flags.split(/([[<][^\]>]*[\]>])/);
  return parts
    .map((part) => {
      const name = /^[[<](.*)[\]>]$/.exec(part)?.[1];
      if (name === undefined)
        return part
          .split(/(, )/)
          .map((word) => (word === ', ' || word.trim() === '' ? word : `${bold(word.trim())}${word.endsWith(' ') ? ' ' : ''}`))
          .join('');
      return part.startsWith('[') ? `[${italic(name)}]` : italic(name);
    })
    .join('');
}

function exitStatus(): string[] {
  return section(
    'EXIT STATUS',
    Object.entries(exitCodeWords).flatMap(([code, { meaning, next }]) =>
      item(bold(code), `${sentence(meaning)}${next === 'nothing' ? '' : `\n${sentence(next)}`}`),
    ),
  );
}

function variablesOf(commands: readonly Command[]): string[] {
  const variables = new Map(
    commands.flatMap(({ options }) => options.flatMap(({ envVar, long }) => (envVar === undefined || !long ? [] : [[envVar, long] as const]))),
  );
  const list = [...variables].map(([variable, long]) => `${bold(variable)} (${bold(long)})`);
  return [
    ...sentences('Each option can be set by a variable; the command line takes precedence:'),
    `${list.join(',\n')}.`,
    ...sentences('See longplay(1) for all others.'),
  ];
}

/** Returns a reference to a page in the form of manuals. */
function reference(page: string): string {
  return `${bold(page)}(1)`;
}

function seeAlso(pages: readonly string[]): string[] {
  return section('SEE ALSO', [pages.join(',\n')]);
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
