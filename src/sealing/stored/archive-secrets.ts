import { hkdfSync, randomBytes } from 'node:crypto';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { generateIdentity, identityOf, secretBytes } from '../age/x25519.ts';
import type { FileSecrets } from '../keyring/page.ts';
import { areKeysOpen, openKeys, unlockKeys } from '../open-keys.ts';

/** Name of the cell with an archive's own secrets in their page. */
export const archiveCell = 'archive';

/** Generates the secrets of a new sealed archive and puts them into the keyring. @param salt key of its ids, 64 hexadecimal digits, if it was open until now @returns the id of their page, 32 hexadecimal digits */
export async function keepNewSecrets(salt: string | null = null): Promise<string> {
  const keys = await unlockKeys();
  const page = randomBytes(16).toString('hex');
  const secrets = {
    salt: salt === null ? generateIdentity() : identityOf(Buffer.from(salt, 'hex')),
    catalog: generateIdentity(),
    jobs: generateIdentity(),
  };
  await keys.addPage({ page, of: 'archive', cells: new Map([[archiveCell, secrets]]) });
  return page;
}

/**
 * Opens the keyring if the archive is sealed. Afterwards the secrets of the archive and its bags can be read.
 * @throws LongplayError K200, K201; what opening the keyring throws
 */
export async function unlockArchive({ page }: Pick<Archive, 'page'>): Promise<void> {
  if (page === null) return;
  await unlockKeys();
  secretsOf(page);
}

/** Returns the key of an archive's recording ids, 64 hexadecimal digits. For a sealed archive, `unlockArchive` must be called first. */
export function saltOf({ page, salt }: Archive): string {
  if (page === null && salt !== null) return salt;
  const secret = page === null ? undefined : secretsOf(page).salt;
  if (secret === undefined) throw new Error('the archive has no salt');
  return Buffer.from(secretBytes(secret)).toString('hex');
}

/** Keys of derived data that is stored beside an archive's bags: 32 bytes each; null: the archive is open, and nothing is encrypted. */
export interface AtRest {
  readonly catalogKey: Uint8Array | null;
  /** Key of the plans and lists of unfinished imports, which a killed run leaves for the next run. */
  readonly jobsKey: Uint8Array | null;
}

const openAtRest: AtRest = { catalogKey: null, jobsKey: null };

/** Returns the keys of an archive's derived data. For a sealed archive, `unlockArchive` must be called first. @throws LongplayError K201 */
export function atRestOf({ page }: Pick<Archive, 'page'>): AtRest {
  if (page === null) return openAtRest;
  const { catalog, jobs } = secretsOf(page);
  if (catalog === undefined || jobs === undefined) throw new Error('the archive has no secrets of its catalog and its jobs');
  return { catalogKey: derivedKey(catalog, 'catalog'), jobsKey: derivedKey(jobs, 'jobs') };
}

/** Returns the keys of an archive's derived data if its keyring is open in this process. Otherwise returns none, and encrypted data is left unread. */
export function atRestIfOpen(archive: Pick<Archive, 'page'>): AtRest {
  return areKeysOpen() ? atRestOf(archive) : openAtRest;
}

/** Derives a key by HKDF (RFC 5869). The secret is an X25519 scalar, in which not every bit is random. */
function derivedKey(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secretBytes(secret), '', `longplay: ${use}`, 32));
}

function secretsOf(page: string): FileSecrets {
  const found = openKeys().secretsOf(page, archiveCell);
  if (found === null || found === 'erased') throw foreignKeyring();
  return found;
}

/** Returns the error for a keyring that lacks an archive's secrets. */
export function foreignKeyring(): LongplayError {
  return new LongplayError(
    'usage',
    'K201',
    'the archive is sealed, and this keyring does not have its secrets',
    'name the folder of the keyring of this archive, or of a copy of it: LONGPLAY_KEYRING=FOLDER',
  );
}
