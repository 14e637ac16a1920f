import { resolve } from 'node:path';
import { provideKeys } from '../../sealing/open-keys.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Tells how commands open the keyring if they meet a sealed archive: nothing is read before.
 * @param folder of the keyring, if the user named one
 */
export function provideKeyring({ keyring }: Surroundings, folder: string | undefined, signal: AbortSignal): void {
  provideKeys(async () => {
    const { openKeyring } = await import('../../sealing/keyring/keyring.ts');
    const access = { passphrase: async () => null, identities: async () => null };
    return await openKeyring({ folder: folder === undefined ? keyring : resolve(folder), access, signal });
  });
}
