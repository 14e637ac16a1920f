import { basename, join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { LongplayError } from '../../core/base/error.ts';
import { erasedSecret, type FileSecrets } from '../keyring/page.ts';
import { isOfKeyring, openKeys } from '../open-keys.ts';

/**
 * Returns the secrets of a recording's files; null if its bag is open.
 * @param folder folder of the recording, `…/bags/<year>/<bag>/data/<recordingId>`
 * @throws LongplayError K203, K204; what reading the keyring throws
 */
export type SecretsOf = (folder: string) => FileSecrets | null;

/** Reads the secrets from the keyring of this process. Use only in the thread that unlocked the keyring. */
export const keyringSecrets: SecretsOf = (folder) => secretsInBag(join(folder, '../..'))?.(basename(folder)) ?? null;

/**
 * Returns a function that returns the secrets of a bag's recordings by id, for the synchronous work that follows; null if the bag is open.
 * @throws what reading the keyring throws; the function LongplayError K203, K204 as well
 */
export function secretsInBag(bag: string): ((recordingId: string) => FileSecrets) | null {
  const making = makingOf(bag);
  if (making === null) return null;
  const secretsOf = openKeys().cellsOf(making);
  return (recordingId) => {
    const found = secretsOf(recordingId);
    if (found === 'erased')
      throw new LongplayError(
        'incomplete',
        'K204',
        `recording ${recordingId} was erased: its secrets were destroyed`,
        'the erasure is in the log: longplay log list ARCHIVE',
      );
    if (found === null)
      throw new LongplayError(
        'incomplete',
        'K203',
        `the keyring has no secrets of recording ${recordingId} in bag ${basename(bag)}`,
        'synchronise its copies with `longplay keyring sync`, then run again',
      );
    return found;
  };
}

/** Returns a function that looks up secrets by recording id, among those that were passed with the task. */
export function givenSecrets(given: Readonly<Record<string, FileSecrets>> | undefined): SecretsOf {
  return (folder) => given?.[basename(folder)] ?? null;
}

/** Secrets of the recordings of one bag. */
export interface SecretsOfBag {
  /** Secrets by recording id; recordings that the keyring does not have are left out. */
  readonly secrets: Readonly<Record<string, FileSecrets>>;
  /** Ids of recordings whose secrets were destroyed. */
  readonly erased: readonly string[];
}

/**
 * Returns the secrets of recordings of one bag from the keyring of this process, for a task of another thread.
 * @throws as `keyringSecrets`, except K103, K203 and K204
 */
export function secretsOfRecordings(bag: string, ids: Iterable<string>): SecretsOfBag {
  const secrets: Record<string, FileSecrets> = {};
  const erased: string[] = [];
  const secretsOf = secretsInBag(bag);
  if (secretsOf === null) return { secrets, erased };
  for (const id of ids) {
    try {
      secrets[id] = secretsOf(id);
    } catch (error) {
      if (!(error instanceof LongplayError) || !['K103', 'K203', 'K204'].includes(error.code)) throw error;
      if (error.code === 'K204') erased.push(id);
    }
  }
  return { secrets, erased };
}

/**
 * Returns the secrets of the documents of one bag's recordings, by recording id, for work that can continue without them. Leaves out what was erased, what the
 * keyring does not have, and everything if the keyring cannot be read. The keyring of this process must be open.
 */
export function documentSecrets(bag: string, ids: Iterable<string>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  try {
    const secretsOf = secretsInBag(bag);
    if (secretsOf === null) return found;
    for (const id of ids) {
      const secret = orNone(() => secretsOf(id))?.['recording.json'];
      if (secret !== undefined && secret !== erasedSecret) found[id] = secret;
    }
  } catch (error) {
    // The copies of the keyring went away, or have another root by now.
    if (!isOfKeyring(error)) throw error;
  }
  return found;
}

function orNone(look: () => FileSecrets): FileSecrets | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof LongplayError && ['K103', 'K203', 'K204'].includes(error.code)) return null;
    throw error;
  }
}
