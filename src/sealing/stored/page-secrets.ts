import { randomBytes } from 'node:crypto';
import { LongplayError } from '../../core/base/error.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import type { FileSecrets } from '../keyring/page.ts';
import { openKeys } from '../open-keys.ts';
import { type OpenedFile, openFile } from './stored-bytes.ts';

/** Returns a new page id, 32 hexadecimal digits. */
export function newPageId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Puts a page into the keyring that belongs to something other than a bag. Resolves when the page is durable in every custody domain.
 * @param of what the page belongs to, e.g. `report ID`
 * @throws as `Keyring.addPage`
 */
export async function keepPage(page: string, of: string, cells: ReadonlyMap<string, FileSecrets>): Promise<void> {
  await openKeys().addPage({ page, of, cells });
}

/** Where to find the secrets of files that belong to something other than a bag. */
export interface PageCell {
  readonly page: string;
  readonly cell: string;
  /** Name of the thing in messages, e.g. "the report of an import". */
  readonly what: string;
}

/**
 * Opens a file that is sealed if its archive is sealed. The caller closes it.
 * @param plainPath absolute path; a sealed file is stored with age's ending appended
 * @param at where its secret is; null: the file is in clear
 * @param name name under which the cell has the secret
 * @throws as `openStoredFile`, `pageSecrets`
 */
export function openPageFile(plainPath: string, at: PageCell | null, name: string): OpenedFile {
  if (at === null) return openFile(plainPath, null);
  const secret = pageSecrets(at.page, at.cell, at.what)[name];
  if (secret === undefined) throw noSecrets(`${name} of ${at.what}`);
  return openFile(plainPath + sealedEnding, secret, at.what);
}

/**
 * Returns the secrets in one cell of a page that belongs to something other than a bag, e.g. a report. Use only in the thread that unlocked the keyring.
 * @param what name of the thing in messages, e.g. "the report of an import"
 * @throws LongplayError K203, K204; what reading the keyring throws
 */
export function pageSecrets(page: string, cell: string, what: string): FileSecrets {
  const found = openKeys().secretsOf(page, cell);
  if (found === 'erased')
    throw new LongplayError(
      'incomplete',
      'K204',
      `${what} was erased: its secrets were destroyed`,
      'the erasure is in the log: longplay log list ARCHIVE',
    );
  if (found === null) throw noSecrets(what);
  return found;
}

function noSecrets(what: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'K203',
    `the keyring has no secrets of ${what}`,
    'synchronise its copies with `longplay keyring sync`, then run again',
  );
}
