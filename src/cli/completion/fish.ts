import { version } from '../../core/base/version.ts';
import { everyCommand, type TypedCommand, type TypedOption, type Value, type WordLists } from './typed-words.ts';

/** Returns the script for fish 3 and later. */
export function fishScript(program: TypedCommand, lists: WordLists): string {
  const all = everyCommand(program);
  return [
    `# fish completion for longplay ${version}, printed by \`longplay completion fish\`.`,
    '',
    '# Commands, and the options of each that take the word after them.',
    'function __longplay_valued',
    '    switch $argv[1]',
    ...all.map(({ path, options }) => `        case ${quoted(path.join(' '))}\n            string split " " -- ${quoted(valued(options).join(' '))}`),
    '        case "*"',
    '            return 1',
    '    end',
    '    return 0',
    'end',
    '',
    'function __longplay_list',
    '    switch $argv[1]',
    ...Object.entries(lists).map(([name, words]) => `        case ${name}\n            string split " " -- ${quoted(words.join(' '))}`),
    '    end',
    'end',
    '',
    logic.trimStart(),
    'complete -c longplay -f',
    ...all.flatMap(linesOf),
    '',
  ].join('\n');
}

function valued(options: readonly TypedOption[]): string[] {
  return options.flatMap(({ short, long, value }) => (value === null ? [] : [...(short === null ? [] : [short]), long]));
}

/** Returns the lines about the words that may follow one command. */
function linesOf({ path, commands, options, arguments: args }: TypedCommand): string[] {
  const at = `-n ${quoted(`__longplay_at ${quoted(path.join(' '))}`)}`;
  const add = (...words: readonly string[]): string => ['complete -c longplay', ...words.filter((word) => word !== '')].join(' ');
  return [
    '',
    ...commands.map((sub) => add(at, '-a', quoted(sub.path.at(-1) ?? ''), '-d', quoted(sub.summary))),
    ...options.map(({ short, long, value, isValueOptional, description }) =>
      add(
        at,
        short === null ? '' : `-s ${short.slice(1)}`,
        `-l ${long.slice(2)}`,
        value === null ? '' : valueWords(value, isValueOptional),
        '-d',
        quoted(description),
      ),
    ),
    ...args.flatMap(({ value, isVariadic }, position) =>
      value.kind === 'text'
        ? []
        : [add(`-n ${quoted(`__longplay_at ${quoted(path.join(' '))} ${position}${isVariadic ? ' or-later' : ''}`)}`, valueWords(value, true))],
    ),
  ];
}

/** Returns the fish arguments that offer the values of an option. @param isOptional true: the next word may be something else */
function valueWords(value: Value, isOptional: boolean): string {
  const orFile = value.kind === 'file' || (value.kind === 'list' && value.orFile);
  // -r: a value must follow; -F and -f: with and without file names.
  const how = `${isOptional ? '' : '-r '}${orFile ? '-F' : '-f'}`;
  if (value.kind === 'folder') return `${how} -a '(__fish_complete_directories (commandline -ct))'`;
  if (value.kind === 'program') return `${how} -a '(__fish_complete_command)'`;
  if (value.kind === 'words') return `${how} -a ${quoted(value.words.join(' '))}`;
  if (value.kind === 'list') return `${how} -a '(__longplay_list ${value.list})'`;
  return how;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const logic = `
# True behind the command named, with so many of its arguments typed.
function __longplay_at
    set -l command
    set -l position 0
    set -l is_value no
    for word in (commandline -opc)[2..]
        if test $is_value = yes
            set is_value no
            string match -q -- '-*' $word; or continue
        end
        switch $word
            case '--*=*'
            case '-*'
                contains -- $word (__longplay_valued "$command"); and set is_value yes
            case '*'
                set -l deeper (string trim -- "$command $word")
                if test $position = 0; and __longplay_valued "$deeper" >/dev/null
                    set command $deeper
                else
                    set position (math $position + 1)
                end
        end
    end
    test "$command" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test $position -eq $argv[2]; and return 0
    test "$argv[3]" = or-later; and test $position -gt $argv[2]
end
`;
