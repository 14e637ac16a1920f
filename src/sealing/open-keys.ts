import { LongplayError } from '../core/base/error.ts';
import type { FileSecrets } from './sealer.ts';

/** Secrets of one making of a bag, or of an archive itself. */
export interface NewPage {
  /** Random, 32 hexadecimal digits. */
  readonly page: string;
  /** What the page belongs to, for a person: `bag 2019/…`. Nothing personal. */
  readonly of: string;
  /** By recording id; `archive` for an archive's own. */
  readonly cells: ReadonlyMap<string, FileSecrets>;
}

/** Gives and takes secrets: a keyring that is open. */
export interface KeySource {
  /** Resolves once the page is durable in every copy that has to acknowledge it. */
  addPage(page: NewPage): Promise<void>;
  /** Returns the secrets of a cell; `erased` if they were destroyed; null if the keyring does not have it. */
  secretsOf(page: string, cell: string): FileSecrets | 'erased' | null;
  close(): void;
}

/** How this process opens its keyring; set once by the program. */
let opener: (() => Promise<KeySource>) | null = null;
let source: KeySource | null = null;

/** Tells how the keyring is opened if a sealed archive is met. An open one is closed. */
export function provideKeys(open: (() => Promise<KeySource>) | null): void {
  source?.close();
  source = null;
  opener = open;
}

/** Opens the keyring of this process, once. @throws LongplayError K200 if none was given, and what opening throws */
export async function unlockKeys(): Promise<KeySource> {
  if (source !== null) return source;
  if (opener === null) throw noKeyring();
  source = await opener();
  return source;
}

/** Returns the open keyring. @throws Error if `unlockKeys` was not called before: a bug */
export function openKeys(): KeySource {
  if (source === null) throw new Error('the keyring was not unlocked before a sealed file was to be read');
  return source;
}

function noKeyring(): LongplayError {
  return new LongplayError('usage', 'K200', 'the archive is sealed, and no keyring was given', 'name it with --keyring FOLDER or LONGPLAY_KEYRING');
}
