import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import type { Keyring } from './keyring/keyring.ts';

/** Opens a keyring. @param quietly true: only by roots that open without asking anybody or starting a program, i.e. by files */
export type KeyringOpener = (quietly: boolean) => Promise<Keyring>;

/** Opens this process's keyring; set once by the program. */
let opener: KeyringOpener | null = null;
let source: Keyring | null = null;
/** True after the keyring could not be opened: work that can do without it continues, and no person is asked again. */
let isAway = false;

/** Sets how the keyring is opened when a sealed archive is encountered. Closes an open keyring. */
export function provideKeys(open: KeyringOpener | null): void {
  source?.close();
  source = null;
  isAway = false;
  opener = open;
}

/** Opens the keyring of this process, once. @throws LongplayError K200 if none was set; what opening the keyring throws */
export async function unlockKeys(): Promise<Keyring> {
  if (source !== null) return source;
  if (opener === null) throw noKeyring();
  source = await opener(false);
  return source;
}

/**
 * Opens the keyring for work that can continue without it, unless somebody would be asked for a passphrase or an identity, or a program would be started.
 * @returns null if it is open; otherwise why it is not
 */
export async function unlockKeysQuietly(): Promise<string | null> {
  if (source !== null) return null;
  if (opener === null) return noKeyring().message;
  try {
    source = await opener(true);
    return null;
  } catch (error) {
    if (isOfKeyring(error)) return errorText(error);
    throw error;
  }
}

/** Returns true for errors of a keyring that refuses, or that the system refuses to read: work that can continue without the keyring bears them. */
export function isOfKeyring(error: unknown): boolean {
  return error instanceof LongplayError || systemCode(error) !== null;
}

/** Opens the keyring for work that can continue without it; returns null if that is impossible. */
export async function tryKeys(): Promise<Keyring | null> {
  if (source !== null) return source;
  if (opener === null || isAway) return null;
  try {
    return await unlockKeys();
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    isAway = true;
    return null;
  }
}

/** Returns the open keyring. @throws Error if `unlockKeys` was not called before, which is a bug */
export function openKeys(): Keyring {
  if (source === null) throw new Error('the keyring was not unlocked before a sealed file was to be read');
  return source;
}

/** Returns true if the keyring is open. */
export function areKeysOpen(): boolean {
  return source !== null;
}

function noKeyring(): LongplayError {
  return new LongplayError(
    'usage',
    'K200',
    'the archive is sealed, and no keyring was given',
    'name its folder, or that of a copy of it: LONGPLAY_KEYRING=FOLDER',
  );
}
