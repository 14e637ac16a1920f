import { LongplayError } from '../core/base/error.ts';
import type { Keyring } from './keyring/keyring.ts';

/** How this process opens its keyring; set once by the program. */
let opener: (() => Promise<Keyring>) | null = null;
let source: Keyring | null = null;

/** Tells how the keyring is opened if a sealed archive is met. An open one is closed. */
export function provideKeys(open: (() => Promise<Keyring>) | null): void {
  source?.close();
  source = null;
  opener = open;
}

/** Opens the keyring of this process, once. @throws LongplayError K200 if none was given, and what opening throws */
export async function unlockKeys(): Promise<Keyring> {
  if (source !== null) return source;
  if (opener === null) throw noKeyring();
  source = await opener();
  return source;
}

/** Returns the open keyring. @throws Error if `unlockKeys` was not called before: a bug */
export function openKeys(): Keyring {
  if (source === null) throw new Error('the keyring was not unlocked before a sealed file was to be read');
  return source;
}

/** Returns true if the keyring is open. */
export function areKeysOpen(): boolean {
  return source !== null;
}

function noKeyring(): LongplayError {
  return new LongplayError('usage', 'K200', 'the archive is sealed, and no keyring was given', 'name it with --keyring FOLDER or LONGPLAY_KEYRING');
}
