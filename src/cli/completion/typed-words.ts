import type { Command, Option } from 'commander';

/** What can be typed as a value. */
export type Value =
  /** Any text: nothing is offered. */
  | { readonly kind: 'text' }
  | { readonly kind: 'file' | 'folder' | 'program' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** A word of a list that several options share. `orFile`: a file name is possible as well. */
  | { readonly kind: 'list'; readonly list: string; readonly orFile: boolean };

/** An option as typed. */
export interface TypedOption {
  readonly short: string | null;
  readonly long: string;
  readonly description: string;
  /** Null: a switch. */
  readonly value: Value | null;
  readonly valueName: string;
  readonly isValueOptional: boolean;
  /** True if it takes several words, e.g. `--party A B`. */
  readonly isVariadic: boolean;
  /** True if it may be given several times. */
  readonly isRepeatable: boolean;
}

/** An argument as typed. */
export interface TypedArgument {
  readonly name: string;
  readonly value: Value;
  readonly isVariadic: boolean;
}

/** A command as typed. */
export interface TypedCommand {
  /** Words after `longplay`, e.g. `['log', 'verify']`; empty for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Heading under which help lists the command. */
  readonly group: string;
  readonly options: readonly TypedOption[];
  readonly arguments: readonly TypedArgument[];
  readonly commands: readonly TypedCommand[];
}

/** Word lists by the names that `Value` uses. */
export type WordLists = Readonly<Record<string, readonly string[]>>;

/** Values by the placeholder in `<…>`. Nothing is offered for other placeholders. */
const byName: Readonly<Record<string, Value>> = {
  file: { kind: 'file' },
  files: { kind: 'file' },
  path: { kind: 'file' },
  source: { kind: 'file' },
  list: { kind: 'file' },
  proof: { kind: 'file' },
  socket: { kind: 'file' },
  key: { kind: 'file' },
  folder: { kind: 'folder' },
  archive: { kind: 'folder' },
  program: { kind: 'program' },
  zone: { kind: 'list', list: 'zone', orFile: false },
  importer: { kind: 'list', list: 'importer', orFile: false },
  family: { kind: 'list', list: 'family', orFile: false },
  codec: { kind: 'list', list: 'codec', orFile: false },
  format: { kind: 'list', list: 'format', orFile: false },
  code: { kind: 'list', list: 'code', orFile: false },
  mapping: { kind: 'list', list: 'mapping', orFile: true },
};

/** Collects all words that can be typed from the declarations of the commands. @param program with all commands */
export function typedWords(program: Command): TypedCommand {
  const help = program.createHelp();
  const commandNames = help.visibleCommands(program).map((command) => command.name());
  const typed = (command: Command, path: readonly string[]): TypedCommand => ({
    path,
    summary: help.subcommandDescription(command),
    group: command.helpGroup(),
    options: help.visibleOptions(command).map(typedOption),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      value: argument.name() === 'command' ? { kind: 'words', words: commandNames } : typedValue(argument.name(), argument.argChoices),
      isVariadic: argument.variadic,
    })),
    commands: help
      .visibleCommands(command)
      // `longplay help log` exists, so `longplay log help` is not offered.
      .filter((sub) => path.length === 0 || sub.name() !== 'help')
      .map((sub) => typed(sub, [...path, sub.name()])),
  });
  return typed(program, []);
}

/** Returns all commands, each before its subcommands. */
export function everyCommand(command: TypedCommand): readonly TypedCommand[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function typedOption(option: Option): TypedOption {
  const [, name = ''] = /[<[]([^\]>.]+)/.exec(option.flags) ?? [];
  const takesValue = option.required || option.optional;
  return {
    short: option.short ?? null,
    long: option.long ?? '',
    description: option.description,
    value: takesValue ? typedValue(name, option.argChoices) : null,
    valueName: name,
    isValueOptional: option.optional,
    isVariadic: option.variadic,
    // A parser that takes the previous value collects several values.
    isRepeatable: option.variadic || (option.argChoices === undefined && (option.parseArg?.length ?? 0) > 1),
  };
}

function typedValue(name: string, choices: readonly string[] | undefined): Value {
  return choices === undefined ? (byName[name] ?? { kind: 'text' }) : { kind: 'words', words: choices };
}
