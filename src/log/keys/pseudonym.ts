import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { openSecret, readSecret } from './secret-file.ts';

/** Creates pseudonyms of persons for the log. */
export interface Pseudonyms {
  /**
   * Returns the pseudonym of a user, `KEY-NAME`: the first digits of a digest of the secret, then the first digits of the keyed digest of the user
   * (HMAC-SHA-256, RFC 2104).
   */
  of(user: string): string;
  /** Returns a keyed digest of a text that must be recognisable but not readable, e.g. a reason. */
  mark(text: string): string;
}

/**
 * Returns the path of the secret for an archive's pseudonyms: 256 random bits in hexadecimal. It is stored beside the signing key, never in the
 * archive or its replicas.
 */
export function pseudonymFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.pseudonyms`);
}

/**
 * Opens the pseudonyms of an archive. Creates the secret if there is none, i.e. the first time and after somebody has destroyed it.
 * @throws LongplayError incomplete L127: the secret cannot be used; A107
 */
export async function openPseudonyms(keys: string, archiveId: string): Promise<Pseudonyms> {
  return pseudonymsOf(await openSecret(pseudonymFile(keys, archiveId), unusable));
}

/** Opens the pseudonyms without creating a secret; null: this machine has none. @throws LongplayError incomplete L127 */
export async function knownPseudonyms(keys: string, archiveId: string): Promise<Pseudonyms | null> {
  const secret = await readSecret(pseudonymFile(keys, archiveId), unusable);
  return secret === null ? null : pseudonymsOf(secret);
}

function pseudonymsOf(secret: Buffer): Pseudonyms {
  const key = createHash('sha256').update('longplay pseudonyms\n').update(secret).digest('hex').slice(0, 8);
  const keyed = (purpose: string, text: string): string => createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('hex');
  return { of: (user) => `${key}-${keyed('user', user).slice(0, 24)}`, mark: (text) => keyed('mark', text).slice(0, 32) };
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
