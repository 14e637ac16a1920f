import type { Command } from 'commander';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { type OptionVariable, optionVariables, ownVariables, sharedVariables } from '../options/variables.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { table } from '../report/units.ts';
import { markdownRow } from '../texts/register.ts';

/** Declares `longplay environment`. */
export const environmentCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('environment')
    .summary('list the environment variables that longplay reads')
    .description('Lists the environment variables that longplay reads: those that stand for options, and all others.')
    .addOption(option('--markdown', 'print the list as docs/reference/environment.md'));
  withExamples(command, 'longplay environment');
  commonOptions(command).action(async (options: CommonOptions & { readonly markdown?: boolean }) => {
    const pipeline = async function* (): AsyncGenerator<PipelineEvent, readonly OptionVariable[]> {
      const variables = optionVariables(program);
      for (const value of variables) yield { type: 'result', of: 'variable', value: { ...value } };
      for (const [variable, meaning] of others()) yield { type: 'result', of: 'variable', value: { variable, meaning } };
      return variables;
    };
    const ending = (variables: readonly OptionVariable[]) => ({
      exitCode: exitCodes.well,
      facts: { variables: variables.length + others().length },
      text: options.markdown === true ? environmentMarkdown(program) : environmentText(variables),
    });
    done(await runCommand(context, { command: 'environment', options, pipeline, ending }, signal));
  });
};

const rules = [
  'Each option of a command can be set by a variable. An option on the command line takes precedence over its variable, and a variable over configuration files (`longplay config`).',
  'A switch is off if its variable is empty, 0, no, off or false, and on for any other value.',
  'A variable that begins with LONGPLAY_ and is not listed is reported on stderr and changes nothing.',
];

function others(): (readonly [variable: string, meaning: string])[] {
  return [...Object.entries(ownVariables), ...Object.entries(sharedVariables)];
}

function commandsText({ commands }: OptionVariable): string {
  return commands === null ? 'all commands' : commands.join(', ');
}

function environmentText(variables: readonly OptionVariable[]): string {
  return [
    ...rules,
    '',
    table(others().map(([variable, meaning]) => [variable, meaning])),
    '',
    table(variables.map((each) => [each.variable, each.options.join(' or '), commandsText(each)])),
  ].join('\n');
}

/** Returns the text of docs/reference/environment.md. @param program with all commands */
export function environmentMarkdown(program: Command): string {
  return [
    '# Environment variables',
    '',
    '`longplay environment` prints this list; `npm run docs` writes this page from the declarations of the commands.',
    '',
    '## Settings',
    '',
    '| variable | meaning |',
    '|---|---|',
    ...Object.entries(ownVariables).map(([variable, meaning]) => markdownRow(`\`${variable}\``, meaning)),
    '',
    'Variables that other programs use as well:',
    '',
    '| variable | meaning |',
    '|---|---|',
    ...Object.entries(sharedVariables).map(([variable, meaning]) => markdownRow(`\`${variable}\``, meaning)),
    '',
    '## Options',
    '',
    ...rules,
    '',
    'Options that may be repeated take one value from their variable; `LONGPLAY_DECLARE` takes one per line.',
    '',
    '| variable | option | commands |',
    '|---|---|---|',
    ...optionVariables(program).map((each) =>
      markdownRow(`\`${each.variable}\``, each.options.map((flags) => `\`${flags}\``).join(', '), commandsText(each)),
    ),
  ].join('\n');
}
