import type { Command } from 'commander';
import { shippedMappings } from '../../../importers/mapping/read/shipped-mappings.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { Context } from '../machine/context.ts';
import { allWords } from '../texts/explained-words.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { typedWords, type WordLists } from './typed-words.ts';
import { zshScript } from './zsh.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** A supported shell. */
export type Shell = keyof typeof scripts;

/** Returns the script of a shell. @param program with all commands */
export function completionScript(shell: Shell, program: Command, context: Context): string {
  return scripts[shell](typedWords(program), wordLists(context));
}

/** Returns the lists from which options take their values. */
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
