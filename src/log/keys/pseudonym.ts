import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderDurable, writeDurableNew } from '../../archive/files/durable.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';

/** Creates pseudonyms of persons for the log. */
export interface Pseudonyms {
  /** `KEY-NAME`: the first digits of a digest of the secret, then those of the keyed digest of the user (HMAC-SHA-256, RFC 2104). */
  of(user: string): string;
  /** Returns a keyed digest of a text that must be recognised but not read, e.g. a reason. */
  mark(text: string): string;
}

/** Returns the path of the secret for an archive's pseudonyms: 256 random bits in hexadecimal. It is stored beside the signing key, never in the archive or its replicas. */
export function pseudonymFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.pseudonyms`);
}

/**
 * Opens the pseudonyms of an archive; creates the secret if there is none: the first time, and after somebody destroyed it.
 * @throws LongplayError incomplete L127: the secret cannot be used; A107
 */
export async function openPseudonyms(keys: string, archiveId: string): Promise<Pseudonyms> {
  const file = pseudonymFile(keys, archiveId);
  let secret = await readSecret(file);
  if (secret === null) {
    await makeFolderDurable(keys, 0o700);
    // If several processes create one at once, the first counts.
    await writeDurableNew(file, `${randomBytes(32).toString('hex')}\n`, 0o600);
    secret = await readSecret(file);
  }
  if (secret === null) throw new Error('a secret that was just created does not exist');
  return pseudonymsOf(secret);
}

/** Opens the pseudonyms without creating a secret; null: this machine has none. @throws LongplayError incomplete L127 */
export async function knownPseudonyms(keys: string, archiveId: string): Promise<Pseudonyms | null> {
  const secret = await readSecret(pseudonymFile(keys, archiveId));
  return secret === null ? null : pseudonymsOf(secret);
}

function pseudonymsOf(secret: Buffer): Pseudonyms {
  const key = createHash('sha256').update('longplay pseudonyms\n').update(secret).digest('hex').slice(0, 8);
  const keyed = (purpose: string, text: string): string => createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('hex');
  return { of: (user) => `${key}-${keyed('user', user).slice(0, 24)}`, mark: (text) => keyed('mark', text).slice(0, 32) };
}

async function readSecret(file: string): Promise<Buffer | null> {
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

function unusable(file: string, why: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'L127',
    `${file}, the secret of the pseudonyms in the log, cannot be used: ${why}`,
    'restore it from your copy of this folder, or delete it: the next entry creates a new secret, and everybody gets a new pseudonym',
    cause,
  );
}
