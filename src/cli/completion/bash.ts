import { version } from '../../core/base/version.ts';
import { everyCommand, type TypedCommand, type Value, type WordLists } from './typed-words.ts';

/** Returns the script for bash 4 and later; it does not need the package bash-completion. */
export function bashScript(program: TypedCommand, lists: WordLists): string {
  return [
    `# bash completion for longplay ${version}, printed by \`longplay completion bash\`.`,
    '',
    '# What may follow a command. Options with a value are --name=value; ... repeats, % may be left out.',
    '_longplay_command() {',
    "  commands='' options='' arguments=''",
    '  case $1 in',
    ...everyCommand(program).map(commandCase),
    '  esac',
    '}',
    '',
    '_longplay_list() {',
    '  case $1 in',
    ...Object.entries(lists).map(([name, words]) => `    ${name}) list=${quoted(words.join(' '))} ;;`),
    '  esac',
    '}',
    '',
    logic.trimStart(),
  ].join('\n');
}

function commandCase({ path, commands, options, arguments: args }: TypedCommand): string {
  const names = commands.map((sub) => sub.path.at(-1) ?? '');
  const typed = options.flatMap(({ short, long, value, isValueOptional, isVariadic }) => {
    const spec = value === null ? '' : `=${isValueOptional ? '%' : ''}${specOf(value)}${isVariadic ? '...' : ''}`;
    return [...(short === null ? [] : [`${short}${spec}`]), `${long}${spec}`];
  });
  const parts = [
    ...(names.length === 0 ? [] : [`commands=${quoted(names.join(' '))}`]),
    ...(typed.length === 0 ? [] : [`options=${quoted(typed.join(' '))}`]),
    ...(args.length === 0
      ? []
      : [`arguments=${quoted(args.map(({ value, isVariadic }) => `${specOf(value)}${isVariadic ? '...' : ''}`).join(' '))}`]),
  ];
  return `    ${quoted(path.join(' '))})\n${parts.map((part) => `      ${part}`).join('\n')}\n      ;;`;
}

function specOf(value: Value): string {
  if (value.kind === 'words') return `words:${value.words.join(',')}`;
  if (value.kind === 'list') return `${value.orFile ? 'list-or-file' : 'list'}:${value.list}`;
  return value.kind;
}

/** Quotes a word for the script. Generated words contain no quotes; other words are kept literally. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const logic = `
# Offers what may stand in the place of a value.
_longplay_value() {
  local kind=$1 current=$2 list=''
  kind=\${kind#%}
  kind=\${kind%...}
  case $kind in
    # Names of files are left to readline, which knows about quotes and ~.
    file) compopt -o default ;;
    folder) compopt -o dirnames ;;
    program) COMPREPLY=($(compgen -c -- "$current")) ;;
    words:*) list=\${kind#words:} list=\${list//,/ } ;;
    list:*) _longplay_list "\${kind#list:}" ;;
    list-or-file:*)
      _longplay_list "\${kind#list-or-file:}"
      compopt -o default
      ;;
  esac
  if [[ -n $list ]]; then COMPREPLY=($(compgen -W "$list" -- "$current")); fi
}

_longplay() {
  local commands options arguments command='' kind='' position=0 ended='' word option names i
  local current=\${COMP_WORDS[COMP_CWORD]} IFS=$' \\t\\n'
  COMPREPLY=()
  _longplay_command ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $kind ]]; then
      # bash takes --name=value apart.
      if [[ $word == = ]]; then continue; fi
      if [[ $kind != %* && $kind != *... || $word != -* ]]; then
        if [[ $kind != *... ]]; then kind=''; fi
        continue
      fi
      kind=''
    fi
    if [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -* ]]; then
      for option in $options; do
        if [[ $option == "$word="* ]]; then kind=\${option#*=}; fi
      done
    elif [[ " $commands " == *" $word "* ]]; then
      command=\${command:+$command }$word
      _longplay_command "$command"
    else
      position=$((position + 1))
    fi
  done
  if [[ $current == = ]]; then current=''; fi
  if [[ -n $kind && ($kind != %* && $kind != *... || $current != -*) ]]; then
    _longplay_value "$kind" "$current"
  elif [[ -z $ended && $current == -* ]]; then
    names=''
    for option in $options; do names+="\${option%%=*} "; done
    COMPREPLY=($(compgen -W "$names" -- "$current"))
  elif [[ -n $commands ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  else
    set -- $arguments
    if ((position >= $#)) && [[ \${!#} == *... ]]; then position=$(($# - 1)); fi
    if ((position < $#)); then
      shift "$position"
      _longplay_value "$1" "$current"
    fi
  fi
}

complete -F _longplay longplay
`;
