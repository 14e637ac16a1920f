import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { option, optionGroups } from './options.ts';

/** Adds `--password-file`. There is no option for passwords themselves, because others can see command lines and environments. */
export function passwordOption(command: Command): Command {
  return command.optionsGroup(optionGroups.source).addOption(option('--password-file <file>', 'passwords of encrypted recordings, one per line'));
}

/** Parsed value of `passwordOption`. */
export interface PasswordOptions {
  readonly passwordFile?: string;
}

/**
 * Reads the passwords in the file, as raw bytes without line ends; none if no file is given. Messages contain at most a line number.
 * @throws LongplayError U200 if the file is unreadable or too large, U201 if it contains no password
 */
export function readPasswords({ passwordFile }: PasswordOptions): readonly Uint8Array[] {
  if (passwordFile === undefined) return [];
  let bytes: Buffer;
  try {
    bytes = readFileSync(passwordFile);
  } catch (cause) {
    throw new LongplayError('usage', 'U200', `the password file ${passwordFile} cannot be read`, 'check its path and who may read it', cause);
  }
  if (bytes.length > limits.passwordFileBytes)
    throw new LongplayError(
      'usage',
      'U200',
      agree`the password file ${passwordFile} has ${bytes.length} byte[s]`,
      'a password file holds one password per line',
    );
  const passwords: Uint8Array[] = [];
  for (let at = bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? 3 : 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(at, bytes[end - 1] === 0x0d && end > at ? end - 1 : end);
    if (line.length > 0) passwords.push(Uint8Array.from(line));
    at = end + 1;
  }
  if (passwords.length === 0)
    throw new LongplayError('usage', 'U201', `the password file ${passwordFile} holds no password`, 'write one password per line, as it was set');
  return passwords;
}
