import { Argument } from 'commander';
import { shippedMappings } from '../../../importers/shipped-mappings.ts';
import { findingTable } from '../../core/finding-table.ts';
import type { PipelineEvent } from '../../pipeline/events.ts';
import type { CommandDeclaration } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { typedWords, type WordLists } from '../completion/typed-words.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-code.ts';
import { allWords } from '../explained-words.ts';
import { commonOptions, withExamples } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `longplay completion SHELL` */
export const completionCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('completion')
    .summary('print the completion script for bash, zsh or fish')
    .description(
      [
        'Prints a script that completes commands, options, values, files and folders.',
        '',
        'bash: save it as ~/.local/share/bash-completion/completions/longplay (package bash-completion), or source it in ~/.bashrc.',
        'zsh: save it as _longplay in a folder of $fpath, before ~/.zshrc runs compinit.',
        'fish: save it as ~/.config/fish/completions/longplay.fish.',
        '',
        'Print it again after an update of longplay.',
      ].join('\n'),
    )
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(Object.keys(scripts)));
  withExamples(command, 'source <(longplay completion bash)', 'longplay completion zsh > _longplay', 'longplay completion fish > longplay.fish');
  commonOptions(command).action(async (shell: keyof typeof scripts, options: CommonOptions) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, string> {
      const script = scripts[shell](typedWords(program), wordLists(context));
      yield { type: 'result', of: 'completion', value: { shell, script } };
      return script;
    };
    const ending = (script: string) => ({ exitCode: exitCodes.well, facts: { shell }, text: script.trimEnd() });
    done(await runCommand(context, 'completion', options, pipeline, ending, signal));
  });
};

/** What the lists hold that options take their values from. */
function wordLists({ importers, formats, codecs }: Context): WordLists {
  const mappings = shippedMappings().map(({ id }) => id);
  return {
    importer: importers.map(({ id }) => id),
    family: [...importers.map(({ id }) => id), ...mappings],
    mapping: mappings,
    codec: [...codecs.keys()],
    format: [...new Set([...formats.map(({ id }) => id), ...codecs.keys()])],
    code: [...findingTable.keys(), ...allWords().keys()],
    zone: [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])],
  };
}
