import { resolve } from 'node:path';
import { provideKeys } from '../../sealing/open-keys.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Sets how commands open the keyring when they meet a sealed archive. Reads nothing itself.
 * @param folder folder of the keyring, if the user named one
 */
export function provideKeyring(context: Surroundings, folder: string | undefined, signal: AbortSignal): void {
  provideKeys(async (quietly) => {
    const { openKeyring } = await import('../../sealing/keyring/keyring.ts');
    const { rootAccess } = await import('./root-access.ts');
    const { LONGPLAY_PASSPHRASE_FILE: passphraseFile, LONGPLAY_IDENTITY: identity } = context.env;
    const access = rootAccess(
      context,
      { ...(passphraseFile === undefined ? {} : { passphraseFile }), ...(identity === undefined ? {} : { identity: [identity] }) },
      signal,
    );
    return await openKeyring({ folder: folder === undefined ? context.keyring : resolve(folder), access, signal, quietly });
  });
}
