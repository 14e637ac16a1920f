import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolderDurable, writeDurableNew } from '../../archive/files/durable.ts';
import { systemCode, systemText } from '../../core/base/error.ts';

/** Creates the error for a secret's file that cannot be used. */
export type Unusable = (file: string, why: string, cause?: unknown) => Error;

/** Reads a secret of 256 bits from its file of 64 hexadecimal digits; null: there is no file. @throws the error of `unusable` */
export async function readSecret(file: string, unusable: Unusable): Promise<Buffer | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) === null) throw error;
    throw unusable(file, systemText(error), error);
  }
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw unusable(file, 'it is not 64 hexadecimal digits');
  return Buffer.from(text.trim(), 'hex');
}

/** Reads a secret, or creates it if there is none. @throws the error of `unusable`; LongplayError A107 */
export async function openSecret(file: string, unusable: Unusable): Promise<Buffer> {
  let secret = await readSecret(file, unusable);
  if (secret === null) {
    await makeFolderDurable(dirname(file), 0o700);
    // If several processes create a secret at once, the first one counts.
    await writeDurableNew(file, `${randomBytes(32).toString('hex')}\n`, 0o600);
    secret = await readSecret(file, unusable);
  }
  if (secret === null) throw new Error('a secret that was just created does not exist');
  return secret;
}
