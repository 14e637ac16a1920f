import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import { printable } from '../../core/words/printable.ts';
import { ageRecipient, type RootKind } from '../../sealing/keyring/root.ts';
import type { AccessFiles } from '../machine/root-access.ts';
import { option, optionGroups } from './options.ts';

/** Values of `keyringOptions`. */
export interface KeyringChoices extends AccessFiles {
  readonly keyring?: string;
}

/** Adds the options that every command has that opens a keyring. */
export function keyringOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.keyring)
    .addOption(option('--keyring <folder>', 'folder of the keyring, or of a copy of it; default: longplay/keyring in the configuration folder'))
    .addOption(
      option(
        '--passphrase-file <file>',
        'passphrases that open its roots, e.g. /dev/fd/3: one for all copies, or lines NAME: PASSPHRASE; default: ask',
      ),
    )
    .addOption(option('--identity <files...>', 'files with age identities that open its roots'));
}

/** Values of `rootOptions`. */
export interface RootChoices {
  readonly root?: string;
  readonly keyCommand?: string;
  readonly newPassphraseFile?: string;
}

/** Adds the options that say how a new root is kept. */
export function rootOptions(command: Command): Command {
  return command
    .optionsGroup(optionGroups.keyring)
    .addOption(option('--root <kind>', 'how the root is kept: file, file:FOLDER, passphrase, age:RECIPIENT, command'))
    .addOption(option('--key-command <program>', 'absolute path of the program that wraps and unwraps roots of kind command'))
    .addOption(option('--new-passphrase-file <file>', 'passphrases of new roots; default: --passphrase-file, else ask'));
}

/** Parses the kind of protection of a root. @throws LongplayError usage K110 */
export function rootKindOf(text: string, keyCommand: string | undefined): RootKind {
  const [, kind, rest] = /^(file|passphrase|age|command)(?::(.+))?$/.exec(text) ?? [];
  if (kind === 'file') return { kind, folder: rest === undefined ? null : resolve(rest) };
  if (kind === 'passphrase' && rest === undefined) return { kind, identity: null };
  if (kind === 'age' && rest !== undefined) {
    ageRecipient(rest);
    return { kind, recipient: rest };
  }
  if (kind === 'command' && rest === undefined) {
    if (keyCommand !== undefined && isAbsolute(keyCommand)) return { kind, command: [keyCommand] };
    throw wrong('a root of kind command needs the absolute path of its program', 'give --key-command /PATH/OF/PROGRAM');
  }
  throw wrong(`${printable(text)} is not a way to keep a root`, 'give file, file:FOLDER, passphrase, age:RECIPIENT or command');
}

function wrong(message: string, hint: string): LongplayError {
  return new LongplayError('usage', 'K110', message, hint);
}
