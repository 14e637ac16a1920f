import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, LongplayError } from '../../core/base/error.ts';
import { isOfKeyring, unlockKeys, unlockKeysQuietly } from '../../sealing/open-keys.ts';
import { atRestIfOpen } from '../../sealing/stored/archive-secrets.ts';
import type { CheckedArchive } from '../checks/open-for-checking.ts';
import type { PlayLevel } from '../play/play-recording.ts';
import { type CatalogReading, catalogFile } from './open-catalog.ts';

/** The key of a catalog, or why it is not known. */
type CatalogKey = Pick<CatalogReading, 'key' | 'keyless'>;

/** Opens the keyring of a sealed archive and returns true; returns false for an open one. @throws LongplayError K200, and what opening a keyring throws */
export async function unlockIfSealed({ page }: CheckedArchive): Promise<boolean> {
  if (page === null) return false;
  await unlockKeys();
  return true;
}

/**
 * Returns the key of a sealed archive's catalog, or why it is not known. Opens the keyring if something is to be decoded, or if it opens without asking
 * anybody.
 * @throws as `unlockIfSealed`
 */
export async function catalogKeyFor(archive: CheckedArchive, plays: PlayLevel): Promise<CatalogKey> {
  const closed = (keyless: string | null): CatalogKey => ({ key: null, keyless });
  if (archive.page === null) return closed(null);
  if (plays !== 'none') await unlockIfSealed(archive);
  else if (archive.isBeingSealed) return closed('the archive is being sealed');
  else if (existsSync(join(archive.dir, catalogFile))) {
    const why = await unlockKeysQuietly();
    if (why !== null) return closed(why);
  }
  try {
    return { key: atRestIfOpen(archive).catalogKey, keyless: null };
  } catch (error) {
    // Recordings that such a keyring does not open count as untried, one by one, if they are to be decoded.
    const isBearable = plays === 'none' ? isOfKeyring(error) : error instanceof LongplayError && (error.code === 'K201' || error.code === 'K103');
    if (!isBearable) throw error;
    return closed(errorText(error));
  }
}
