import { randomBytes } from 'node:crypto';
import { LongplayError } from '../../core/base/error.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import type { FileSecrets } from '../keyring/page.ts';
import { openKeys } from '../open-keys.ts';
import { type OpenedFile, openFile } from './stored-bytes.ts';

/** Returns the id of a page that is to be added, 32 hexadecimal digits. */
export function newPageId(): string {
  return randomBytes(16).toString('hex');
}

/** Puts a page into the keyring that belongs to something else than a bag. Resolves when it is durable in every custody domain. @param of e.g. `report ID` @throws as `Keyring.addPage` */
export async function keepPage(page: string, of: string, cells: ReadonlyMap<string, FileSecrets>): Promise<void> {
  await openKeys().addPage({ page, of, cells });
}

/** Where the secrets of files are that belong to something else than a bag. */
export interface PageCell {
  readonly page: string;
  readonly cell: string;
  /** The thing, for messages, e.g. "the report of an import". */
  readonly what: string;
}

/**
 * Opens a file that is sealed if its archive is. The caller closes it.
 * @param plainPath absolute; the stored file of a sealed one has the ending of age behind it @param at null: it is in clear @param name under which the cell has its secret
 * @throws as `openStoredFile`, `pageSecrets`
 */
export function openPageFile(plainPath: string, at: PageCell | null, name: string): OpenedFile {
  if (at === null) return openFile(plainPath, null);
  const secret = pageSecrets(at.page, at.cell, at.what)[name];
  if (secret === undefined) throw noSecrets(`${name} of ${at.what}`);
  return openFile(plainPath + sealedEnding, secret, at.what);
}

/**
 * Returns the secrets in one cell of a page that belongs to something else than a bag, e.g. a report. Only for the thread that unlocked the keyring.
 * @param what it is, for messages, e.g. "the report of an import"
 * @throws LongplayError K203, K204; what reading the keyring throws
 */
export function pageSecrets(page: string, cell: string, what: string): FileSecrets {
  const found = openKeys().secretsOf(page, cell);
  if (found === 'erased')
    throw new LongplayError('incomplete', 'K204', `${what} was erased: its secrets were destroyed`, 'the log has its entry: longplay log ARCHIVE');
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
