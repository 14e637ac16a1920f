import type { Command } from 'commander';
import { didYouMean } from '../../core/words/nearest.ts';
import { ownVariables } from './variables.ts';

/** Prefixes of variables of tests and benchmarks. */
const ofTests = /^LONGPLAY_(?:BENCH|FAULTS|KEEP_DECADE|TEN_YEARS)(?:_|$)/;

/** Returns unknown environment variables with longplay's prefix, in code-point order. */
export function unknownVariables(env: NodeJS.ProcessEnv, commands: readonly Command[]): string[] {
  const known = knownVariables(commands);
  return Object.keys(env)
    .filter((name) => name.startsWith('LONGPLAY_') && !ofTests.test(name) && !known.has(name))
    .sort();
}

/** Returns the message about an unknown variable, with the variable that was probably meant. @param commands all commands */
export function unknownVariableText(name: string, commands: readonly Command[]): string {
  // Variable names are long: only the words of the option may be mistyped, so only they are compared.
  const words = [...knownVariables(commands)].map((known) => known.slice('LONGPLAY_'.length));
  const meant = didYouMean(name.slice('LONGPLAY_'.length), words).replace('did you mean ', 'did you mean LONGPLAY_');
  return `longplay: ${name} is not a variable of longplay and has no effect${meant === '' ? '' : `; ${meant.trimEnd()}`}`;
}

function knownVariables(commands: readonly Command[]): ReadonlySet<string> {
  return new Set([...Object.keys(ownVariables), ...commands.flatMap(({ options }) => options.flatMap(({ envVar }) => envVar ?? []))]);
}
