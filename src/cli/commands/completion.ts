import { Argument } from 'commander';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Shell } from '../completion/scripts.ts';
import { commonOptions, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** Declares `longplay completion SHELL`. */
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
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(shells));
  withExamples(command, 'source <(longplay completion bash)', 'longplay completion zsh > _longplay', 'longplay completion fish > longplay.fish');
  commonOptions(command).action(async (shell: Shell, options: CommonOptions) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, string> {
      const { completionScript } = await import('../completion/scripts.ts');
      const script = completionScript(shell, program, context);
      yield { type: 'result', of: 'completion', value: { shell, script } };
      return script;
    };
    const ending = (script: string) => ({ exitCode: exitCodes.well, facts: { shell }, text: script.trimEnd() });
    done(await runCommand(context, { command: 'completion', options, pipeline, ending }, signal));
  });
};
