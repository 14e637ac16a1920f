import { join } from 'node:path';
import type { CaseFile } from '../../archive/documents/case-file.ts';
import { type CaseDocument, caseFileName, parseCase } from '../../archive/documents/case-json.ts';
import { documentCell } from '../../archive/documents/case-secrets.ts';
import type { SealedCaseFile } from '../../archive/documents/sealed-case.ts';
import { damagedCase, readStoredCase, type StoredCase } from '../../archive/documents/stored-case.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { openPageFile, type PageCell } from '../../sealing/stored/page-secrets.ts';
import { type OpenedFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';

/** A case in its archive. */
export interface FoundCase {
  /** Absolute path. */
  readonly folder: string;
  readonly document: CaseDocument;
  /** The content of its case.json: equal to `document`, or in a sealed archive the part that fixity checks need. */
  readonly stored: StoredCase;
}

/**
 * Opens an archive for work on its cases, and unlocks the keyring of a sealed archive.
 * @throws LongplayError as `openArchive`; K200, K201, and the errors of opening a keyring
 */
export async function openCaseArchive(archiveDir: string): Promise<Archive> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  return archive;
}

/**
 * Reads a case from its folder. A sealed case needs the unlocked keyring.
 * @throws LongplayError C101, C102; C125 if the archive is sealed and the case is in clear; K203, K204
 */
export function readCase({ page }: Pick<Archive, 'page'>, folder: string): FoundCase {
  for (let stored = readStoredCase(folder); ; ) {
    if (page !== null && stored.version === 1) throw caseInClear(folder);
    const read = readDocument(folder, stored);
    if (read !== null) return read;
    const now = readStoredCase(folder);
    // Another run may have changed the case in between and removed the previous document.
    if (now.version === 1 || stored.version === 1 || now.document.page === stored.document.page)
      throw damagedCase(join(folder, caseFileName), 'the sealed document that it names is missing');
    stored = now;
  }
}

/** Returns the error for a case in clear in a sealed archive: its state is of before the sealing, so it lacks what was added since, and has what was erased since. */
function caseInClear(folder: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'C125',
    `${join(folder, caseFileName)} is in clear in a sealed archive: it is not the state of the last change of the case in the log`,
    'restore the case from a replica: longplay replica repair ARCHIVE; or restore its folder from a backup of after that change',
  );
}

/** Reads the document of a case; null if that of a sealed case is absent. */
function readDocument(folder: string, stored: StoredCase): FoundCase | null {
  if (stored.version === 1) return { folder, document: stored, stored };
  const { page, file } = stored.document;
  const path = join(folder, file.path);
  let value: unknown;
  try {
    const at = { page, cell: documentCell, what: whatOf(stored.id) };
    value = JSON.parse(readAll(openPageFile(plainOf(path), at, documentCell), limits.caseJsonBytes).toString('utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw unreadDocument(path, error);
  }
  const document = parseCase(value);
  if (typeof document === 'string') throw damagedCase(path, document);
  // This finds a mix-up: a file of another case, or of another archive, cannot be decrypted with this secret.
  if (document.id !== stored.id || document.archive !== stored.archive)
    throw damagedCase(join(folder, caseFileName), 'its document is of another case');
  return { folder, document, stored };
}

/** Returns the error for a document that cannot be read: the keyring's own error, the system's, or that the document is damaged. */
function unreadDocument(path: string, error: unknown): unknown {
  if (error instanceof LongplayError) return error.code === 'K202' ? damagedCase(path, 'it does not open') : error;
  const code = systemCode(error);
  if (code !== null && isFileError(code)) return damagedCase(path, code);
  if (code !== null)
    return new LongplayError('incomplete', 'C101', `${path} cannot be read: ${code}`, 'fix the cause, then run the same command again', error);
  return error instanceof SyntaxError ? damagedCase(path, 'it is not JSON') : error;
}

/**
 * Opens a file of a case, which is sealed if its archive is sealed. The caller closes it.
 * @param file the file as the document names it
 * @throws as `openPageFile`
 */
export function openCaseFile({ folder, document, stored }: FoundCase, file: CaseFile): OpenedFile {
  const sealed = sealedFileOf({ document, stored }, file);
  return sealed === null
    ? openPageFile(join(folder, file.path), null, '')
    : openPageFile(plainOf(join(folder, sealed.file.path)), sealed.at, sealed.name);
}

/** A sealed file of a case, and the place of its secrets. */
export interface SealedCasePart {
  readonly file: SealedCaseFile;
  readonly at: PageCell;
  /** Name of the file's secret. */
  readonly name: string;
}

/** Returns how a file that a document names is sealed; null: it is not sealed. */
export function sealedFileOf({ document, stored }: Pick<FoundCase, 'document' | 'stored'>, file: CaseFile): SealedCasePart | null {
  if (stored.version === 1) return null;
  const [kind = '', set = ''] = file.path.split('/');
  const cell = `${kind}/${set}`;
  const part = (held: { readonly page: string } | undefined, sealed: SealedCaseFile | undefined): SealedCasePart => {
    // The same change wrote both documents.
    if (held === undefined || sealed === undefined) throw damagedCase(join(stored.id, caseFileName), `it does not name what ${cell} holds`);
    const name = (sealed.path.split('/')[2] ?? '').slice(0, -sealedEnding.length);
    return { file: sealed, at: { page: held.page, cell, what: whatOf(stored.id) }, name };
  };
  if (kind === 'comparisons') {
    const held = stored.comparisons.find((one) => String(one.set) === set);
    return part(held, held?.file);
  }
  const held = stored.messages.find((one) => String(one.set) === set);
  const index = document.messages.find((one) => String(one.set) === set)?.files.findIndex(({ path }) => path === file.path) ?? -1;
  return part(held, held?.files[index]);
}

/** Reads a small file of a case as a whole. @param most largest size in bytes @throws Error EFBIG if the file is longer; errors of `openCaseFile` */
export function readCaseFile(found: FoundCase, file: CaseFile, most: number): Buffer {
  return readAll(openCaseFile(found, file), most);
}

function readAll(opened: OpenedFile, most: number): Buffer {
  if (opened.size > most) {
    opened.close();
    throw Object.assign(new Error('a file of a case is too long'), { code: 'EFBIG' });
  }
  return Buffer.concat([...piecesOf(() => opened)]);
}

function plainOf(storedPath: string): string {
  return storedPath.slice(0, -sealedEnding.length);
}

function whatOf(id: string): string {
  return `case ${id}`;
}
