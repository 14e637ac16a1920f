import { version } from '../../core/base/version.ts';
import { everyCommand, type TypedArgument, type TypedCommand, type TypedOption, type Value, type WordLists } from './typed-words.ts';

/** Returns the script for zsh: it is used as the file `_longplay` in a folder of `fpath`, or sourced. */
export function zshScript(program: TypedCommand, lists: WordLists): string {
  return [
    '#compdef longplay',
    `# zsh completion for longplay ${version}, printed by \`longplay completion zsh\`.`,
    '',
    ...Object.entries(lists).flatMap(([name, words]) => listFunction(name, words)),
    ...everyCommand(program).flatMap((command) => (command.commands.length > 0 ? groupFunction(command) : leafFunction(command))),
    'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then',
    '  _longplay "$@"',
    'else',
    '  compdef _longplay longplay',
    'fi',
    '',
  ].join('\n');
}

function nameOf(path: readonly string[]): string {
  return ['_longplay', ...path].join('_');
}

function listFunction(name: string, words: readonly string[]): string[] {
  return [`_longplay-${name}() {`, '  local -a words_of_list', `  words_of_list=(${words.join(' ')})`, '  compadd "$@" -a words_of_list', '}', ''];
}

/** Returns the function of a command with subcommands: it offers their names by heading, then calls the function of the subcommand. */
function groupFunction({ path, options, commands }: TypedCommand): string[] {
  const groups = new Map<string, TypedCommand[]>();
  for (const sub of commands) groups.set(sub.group, [...(groups.get(sub.group) ?? []), sub]);
  const name = nameOf(path);
  return [
    `${name}-commands() {`,
    '  local -a commands_of_group',
    '  local ret=1',
    ...[...groups].flatMap(([heading, subs], at) => [
      `  commands_of_group=(${subs.map((sub) => quoted(`${sub.path.at(-1)}:${sub.summary.replaceAll(':', '\\:')}`)).join(' ')})`,
      `  _describe -t commands-${at} ${quoted(heading.replace(/:$/, '') || 'command')} commands_of_group && ret=0`,
    ]),
    '  return ret',
    '}',
    '',
    `${name}() {`,
    '  local curcontext=$curcontext state line ret=1',
    '  local -A opt_args',
    `  _arguments -C ${[...options.map(optionSpec), `': :${name}-commands'`, "'*:: :->rest'"].join(' \\\n    ')} && ret=0`,
    '  if [[ $state == rest ]]; then',
    `    curcontext="\${curcontext%:*:*}:longplay-$words[1]:"`,
    `    if (( $+functions[${name}_$words[1]] )); then ${name}_$words[1] && ret=0; fi`,
    '  fi',
    '  return ret',
    '}',
    '',
  ];
}

function leafFunction({ path, options, arguments: args }: TypedCommand): string[] {
  return [`${nameOf(path)}() {`, `  _arguments -s -S ${[...options.map(optionSpec), ...args.map(argumentSpec)].join(' \\\n    ')}`, '}', ''];
}

function optionSpec({ short, long, description, value, valueName, isValueOptional, isRepeatable }: TypedOption): string {
  const about = `[${description.replaceAll('\\', '\\\\').replaceAll('[', '\\[').replaceAll(']', '\\]')}]`;
  const rest = value === null ? about : `${about}${isValueOptional ? '::' : ':'}${actionOf(valueName, value)}`;
  const names = value === null ? [short, long] : [short === null ? null : `${short}+`, `${long}=`];
  const given = names.flatMap((name) => name ?? []);
  const isLast = long === '--help' || long === '--version';
  const before = isRepeatable ? '*' : isLast ? '(- *)' : short === null ? '' : `(${short} ${long})`;
  return given.length === 1 ? quoted(`${before}${given[0]}${rest}`) : `${quoted(before)}{${given.join(',')}}${quoted(rest)}`;
}

function argumentSpec({ name, value, isVariadic }: TypedArgument): string {
  return quoted(`${isVariadic ? '*' : ''}:${actionOf(name, value)}`);
}

function actionOf(name: string, value: Value): string {
  const message = name.replaceAll(':', '\\:');
  if (value.kind === 'file') return `${message}:_files`;
  if (value.kind === 'folder') return `${message}:_files -/`;
  if (value.kind === 'program') return `${message}:_command_names -e`;
  if (value.kind === 'words') return `${message}:(${value.words.join(' ')})`;
  if (value.kind === 'list') return `${message}:${value.orFile ? `{ _longplay-${value.list}; _files }` : `_longplay-${value.list}`}`;
  return `${message}: `;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
