import { createHash, hash, randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CaseFile } from '../../archive/documents/case-file.ts';
import { type CaseDocument, caseBytes } from '../../archive/documents/case-json.ts';
import { commitmentName, documentCell, sealedFileName } from '../../archive/documents/case-secrets.ts';
import { commitmentOf } from '../../archive/documents/public-json.ts';
import { type SealedCase, type SealedCaseFile, sealedDocumentName } from '../../archive/documents/sealed-case.ts';
import type { StoredCase } from '../../archive/documents/stored-case.ts';
import {
  cannotWrite,
  landFolder,
  makeFolder,
  makeFolderDurable,
  syncFolder,
  syncTree,
  temporaryPrefix,
  writeDurable,
} from '../../archive/files/durable.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { copyChecked } from '../../pipeline/files/digested-file.ts';
import { generateIdentity, secretBytes } from '../../sealing/age/x25519.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { createSealer, type Sealer, sealedBytes } from '../../sealing/sealer.ts';
import { keepPage, newPageId, openPageFile } from '../../sealing/stored/page-secrets.ts';
import { type OpenedFile, openFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';

/** A file that is added to a case. */
export interface AddedFile {
  /** Base name. */
  readonly name: string;
  readonly open: () => OpenedFile;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

type SetKind = 'messages' | 'comparisons';

/** Files that a change adds to a case. */
export interface CaseAdditions {
  /**
   * Writes files, sealed in a sealed archive, into a folder that gets its final name once the case names it.
   * @returns the files as the case names them
   * @throws LongplayError P152 if a file does not match its digests; A107
   */
  addSet(kind: SetKind, set: number, files: readonly AddedFile[]): Promise<CaseFile[]>;
}

/** The next case.json, and the step that puts the files that it newly names in place. */
export interface NextStored {
  readonly stored: StoredCase;
  /** Page of the keyring with the secrets of the new files; null: the archive is open. */
  readonly page: string | null;
  readonly works: readonly (() => Promise<void>)[];
}

/**
 * A change of a case in progress. In a sealed archive, the change has a page of the keyring, with a cell for the new document and one for each set of files
 * that it adds.
 */
export interface CaseChangeWork extends CaseAdditions {
  /** Completes the change. Afterwards the keyring has all its secrets. @param before the present case.json; null: the case is new */
  complete(document: CaseDocument, before: StoredCase | null): Promise<NextStored>;
}

/** Begins a change. @param folder absolute folder of the case @throws if files must be sealed and the keyring is not unlocked */
export function beginCaseChange({ page: sealing }: Pick<Archive, 'page'>, folder: string): CaseChangeWork {
  const works: (() => Promise<void>)[] = [];
  const page = newPageId();
  const cells = new Map<string, FileSecrets>();
  const added = new Map<string, readonly SealedCaseFile[]>();
  const swept = new Set<SetKind>();
  const addSet = async (kind: SetKind, set: number, files: readonly AddedFile[]): Promise<CaseFile[]> => {
    // Later sets of a change leave the drafts of its earlier ones.
    const draft = await freshDraft(join(folder, kind), { sweeps: !swept.has(kind) });
    swept.add(kind);
    const target = join(folder, kind, String(set));
    // A run that was killed before the case named this folder has left it. Its files are being added again.
    rmSync(target, { recursive: true, force: true });
    const at = `${kind}/${set}`;
    if (sealing === null) for (const file of files) copyInto(draft, file.name, file);
    else {
      const { secrets, stored } = sealInto(draft, at, files);
      cells.set(at, secrets);
      added.set(at, stored);
    }
    await syncTree(draft);
    works.push(() => landFolder(draft, target));
    return files.map(({ name, sizeBytes, sha256, sha512 }) => ({ path: `${at}/${name}`, sizeBytes, sha256, sha512 }));
  };
  const complete = async (document: CaseDocument, before: StoredCase | null): Promise<NextStored> => {
    if (sealing === null) return { stored: document, page: null, works };
    const sealed = sealDocument(page, document);
    cells.set(documentCell, sealed.secrets);
    const stored = storedOf(document, { page, file: sealed.file }, added, before);
    await keepPage(page, `case ${document.id}`, cells);
    return { stored, page, works: [() => writeDurable(join(folder, sealed.file.path), sealed.bytes), ...works] };
  };
  return { addSet, complete };
}

/**
 * Begins to seal a case in clear. Seals its files as drafts in their folders, then opens every draft with the keyring and compares it. The steps of the result
 * put the drafts in place beside the files in clear, which the caller must remove.
 * @param folder of the case, absolute; the keyring must be unlocked
 * @throws LongplayError P152 if a file differs from its digest in the case, or its draft opens to other bytes; as `Keyring.addPage`
 */
export async function beginCaseSealing(folder: string, document: CaseDocument): Promise<NextStored> {
  const page = newPageId();
  const cells = new Map<string, FileSecrets>();
  const added = new Map<string, readonly SealedCaseFile[]>();
  const drafts = new Map<string, { readonly draft: string; readonly files: readonly CaseFile[] }>();
  const sets = [
    ...document.messages.map(({ set, files }) => ({ at: `messages/${set}`, files })),
    ...(document.comparisons ?? []).map(({ set, file }) => ({ at: `comparisons/${set}`, files: [file] })),
  ];
  for (const { at, files } of sets) {
    const draft = await freshDraft(join(folder, at), { sweeps: true });
    const given = files.map(({ path, ...digests }) => ({ name: basename(path), open: () => openFile(join(folder, path), null), ...digests }));
    const { secrets, stored } = sealInto(draft, at, given);
    cells.set(at, secrets);
    added.set(at, stored);
    drafts.set(at, { draft, files });
    await syncTree(draft);
  }
  const sealed = sealDocument(page, document);
  cells.set(documentCell, sealed.secrets);
  const stored = storedOf(document, { page, file: sealed.file }, added, null);
  await keepPage(page, `case ${document.id}`, cells);
  for (const [at, { draft, files }] of drafts)
    for (const [index, { sha256 }] of files.entries()) {
      const name = sealedFileName(index);
      const hashed = createHash('sha256');
      for (const piece of piecesOf(() => openPageFile(join(draft, name), { page, cell: at, what: `case ${document.id}` }, name)))
        hashed.update(piece);
      if (hashed.digest('hex') !== sha256)
        throw new LongplayError(
          'incomplete',
          'P152',
          `a file of case ${document.id} decrypts to bytes that differ from those that were sealed`,
          'check the disk, then run again',
        );
    }
  const moves = [...drafts].map(
    ([at, { draft }]) =>
      () =>
        moveFiles(draft, join(folder, at)),
  );
  return { stored, page, works: [() => writeDurable(join(folder, sealed.file.path), sealed.bytes), ...moves] };
}

async function moveFiles(draft: string, target: string): Promise<void> {
  try {
    for (const name of readdirSync(draft)) renameSync(join(draft, name), join(target, name));
    rmSync(draft, { recursive: true });
  } catch (error) {
    throw cannotWrite(target, error);
  }
  await syncFolder(target);
}

/** Creates an empty folder with a temporary name. @param sweeps true: removes such folders that killed runs left */
async function freshDraft(all: string, { sweeps }: { readonly sweeps: boolean }): Promise<string> {
  await makeFolderDurable(all);
  for (const name of sweeps ? readdirSync(all) : []) if (name.startsWith(temporaryPrefix)) rmSync(join(all, name), { recursive: true, force: true });
  const draft = join(all, `${temporaryPrefix}${randomUUID()}`);
  await makeFolder(draft);
  return draft;
}

function copyInto(draft: string, name: string, { open, sha256, sha512 }: AddedFile, sealer?: Sealer): void {
  const wrong = copyChecked(open, join(draft, name), { sha256, sha512 }, sealer);
  if (wrong !== null)
    throw new LongplayError(
      'incomplete',
      'P152',
      `a file for the case could not be read back from the temporary folder: ${wrong.found}`,
      'run again',
    );
}

/** Seals the files of a set, each with a secret of its own, under names that say nothing about them. */
function sealInto(
  draft: string,
  at: string,
  files: readonly AddedFile[],
): { readonly secrets: FileSecrets; readonly stored: readonly SealedCaseFile[] } {
  const sealer = createSealer();
  const commitmentKey = generateIdentity();
  const names = files.map((_file, index) => sealedFileName(index));
  const stored = files.map((file, index): SealedCaseFile => {
    const name = names[index] ?? '';
    copyInto(draft, name, file, sealer);
    const { sizeBytes, digests } = hashFile(join(draft, name + sealedEnding), ['sha256', 'sha512']);
    const { sha256 = '', sha512 = '' } = digests;
    const commitment = commitmentOf(file.sha256, secretBytes(commitmentKey));
    return { path: `${at}/${name}${sealedEnding}`, sizeBytes, sha256, sha512, commitment };
  });
  return { secrets: { ...sealer.secretsOf(names), [commitmentName]: commitmentKey }, stored };
}

function sealDocument(
  page: string,
  document: CaseDocument,
): { readonly file: SealedCaseFile; readonly bytes: Uint8Array; readonly secrets: FileSecrets } {
  const sealer = createSealer();
  const commitmentKey = generateIdentity();
  const plain = caseBytes(document);
  const bytes = sealedBytes(sealer, documentCell, plain);
  const file = {
    path: sealedDocumentName(page),
    sizeBytes: bytes.length,
    sha256: sha256Hex(bytes),
    sha512: hash('sha512', bytes, 'hex'),
    commitment: commitmentOf(sha256Hex(plain), secretBytes(commitmentKey)),
  };
  return { file, bytes, secrets: { ...sealer.secretsOf([documentCell]), [commitmentName]: commitmentKey } };
}

/** Returns the part of a case that anybody may read. @param added stored files of new sets, by folder */
function storedOf(
  { id, archive, deadlines = [], messages, comparisons = [], erasedSets }: CaseDocument,
  document: SealedCase['document'],
  added: ReadonlyMap<string, readonly SealedCaseFile[]>,
  before: StoredCase | null,
): SealedCase {
  const last = deadlines.at(-1);
  const { page } = document;
  const kept = before?.version === 2 ? before : null;
  const unknown = (at: string): never => {
    throw new Error(`${at} of case ${id} was not sealed`);
  };
  return {
    format: 'longplay-case',
    version: 2,
    id,
    archive,
    deadlines: last === undefined || last.due === null ? [] : [{ due: last.due, reason: '', at: last.at, by: null }],
    document,
    messages: messages.map(({ set }) => {
      const files = added.get(`messages/${set}`);
      return files === undefined ? (kept?.messages.find((one) => one.set === set) ?? unknown(`messages/${set}`)) : { set, page, files };
    }),
    comparisons: comparisons.map(({ set }) => {
      const [file] = added.get(`comparisons/${set}`) ?? [];
      return file === undefined ? (kept?.comparisons.find((one) => one.set === set) ?? unknown(`comparisons/${set}`)) : { set, page, file };
    }),
    ...(erasedSets === undefined ? {} : { erasedSets }),
  };
}
