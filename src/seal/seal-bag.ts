import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { addedAmong } from '../archive/bag/added-digests.ts';
import { bagFormats } from '../archive/bag/formats.ts';
import { type BagType, bagInfo, bagType, makingOf } from '../archive/bag/info.ts';
import { type FormatRegister, kindsOfOriginals, originalsOf } from '../archive/bag/originals.ts';
import { tablesFormats } from '../archive/bag/tables-readme.ts';
import { readTagFile } from '../archive/bag/tag-file.ts';
import { type BagInfo, createBagDraft, finishBag, type PayloadFile } from '../archive/bag/writer.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { parseRecordingJson } from '../archive/documents/recording-json.ts';
import { canonicalJson } from '../core/base/canonical-json.ts';
import { LongplayError } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { limits } from '../core/base/limits.ts';
import { byCodePoint } from '../core/base/order.ts';
import { toolName } from '../core/base/version.ts';
import { type RecordingDocument, type StoredFile, sealedEnding, storedFilesOf } from '../core/model/recording-document.ts';
import { listedPayload, UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import { createDigests, createTargetFile, makeTargetFolder, orDiscard } from '../media/bytes/target-file.ts';
import { describe, type FilePlace, payloadFile } from '../pipeline/make/recording-files.ts';
import type { FileSecrets } from '../sealing/keyring/page.ts';
import { createSealer, type Sealer } from '../sealing/sealer.ts';
import { keyringSecrets, type SecretsOf } from '../sealing/stored/secrets-of.ts';
import { openFile, openNamed, piecesOf, readDocumentBytes } from '../sealing/stored/stored-bytes.ts';

/** The sealed making of a bag as a complete draft. */
export interface SealedDraft {
  readonly type: BagType;
  /** Number of recordings, amendments or tables in it. */
  readonly items: number;
  readonly bytes: number;
  /** Secrets of its files, by recording id or name of a table. */
  readonly cells: ReadonlyMap<string, FileSecrets>;
}

/** What making a draft needs. */
export interface SealTools {
  /** Folder of the archive's bags; amendments name files in it. */
  readonly bags: string;
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
  /** Page of the keyring that will have the secrets. */
  readonly making: string;
}

/** An item of a bag with the files that the manifests list for it. */
interface Item {
  readonly name: string;
  readonly from: string;
  readonly into: string;
  /** Files by name. */
  readonly listed: ReadonlyMap<string, PayloadFile>;
}

/**
 * Writes the sealed making of an open bag as a draft: each file as an age file with its own secret, with the same names and ids, and new manifests with the
 * same algorithms. Compares what it reads with the manifests of the open bag.
 * @throws UnsoundBag if sealing the bag would lose something or hide damage
 */
export async function sealBag({ path }: Pick<BagFolder, 'path'>, draft: string, tools: SealTools, signal: AbortSignal): Promise<SealedDraft> {
  const type = bagType(path);
  if (type === null) throw new UnsoundBag('it is of a type that this version does not know');
  const { files: listed, algorithms } = listedPayload({ path });
  const added = addedAmong(algorithms);
  await createBagDraft(draft);
  const files: PayloadFile[] = [];
  const cells = new Map<string, FileSecrets>();
  const documents: RecordingDocument[] = [];
  for (const { name, listed: own } of itemsOf(listed)) {
    signal.throwIfAborted();
    const item: Item = { name, from: join(path, 'data', name), into: join(draft, 'data', name), listed: own };
    makeTargetFolder(item.into);
    const place = { folder: item.into, addedDigests: added };
    const made = type === 'tables' ? sealTable(item, place) : sealRecording(item, place, tools.bags);
    files.push(...made.files.map((file) => ({ ...file, path: `data/${name}/${file.path}` })));
    cells.set(name, made.secrets);
    documents.push(...made.documents);
  }
  await finishBag(draft, files, infoOf(path, type, documents, cells.size, tools), signal, algorithms);
  return { type, items: cells.size, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), cells };
}

/** Divides the payload of a bag into its items. @throws UnsoundBag if a file belongs to none */
function itemsOf(files: readonly PayloadFile[]): { readonly name: string; readonly listed: ReadonlyMap<string, PayloadFile> }[] {
  const items = new Map<string, Map<string, PayloadFile>>();
  for (const file of files) {
    const [, name = '', own, ...more] = file.path.split('/');
    if (own === undefined || more.length > 0) throw new UnsoundBag(`${file.path} belongs to no recording and no table`);
    items.set(name, (items.get(name) ?? new Map()).set(own, file));
  }
  return [...items].map(([name, listed]) => ({ name, listed })).sort((a, b) => byCodePoint(a.name, b.name));
}

interface SealedItem {
  readonly files: readonly PayloadFile[];
  readonly secrets: FileSecrets;
  readonly documents: readonly RecordingDocument[];
}

function sealRecording(item: Item, place: FilePlace, bags: string): SealedItem {
  const json = readTagFile(join(item.from, 'recording.json'), limits.recordingJsonBytes);
  const { document, problems } = parseRecordingJson(json);
  const digests = createDigests();
  digests.update(json);
  const { sha256, sha512 } = digests.finish();
  const listed = item.listed.get('recording.json');
  if (document === null || sha256 !== listed?.sha256 || sha512 !== listed.sha512)
    throw new UnsoundBag(`data/${item.name}/recording.json ${document === null ? (problems[0] ?? 'is damaged') : 'differs from its manifest'}`);
  const own = new Map(
    storedFilesOf(document).flatMap((file) => (file.bag === undefined && file.erased === undefined ? [[file.path, file] as const] : [])),
  );
  for (const name of item.listed.keys())
    if (name !== 'recording.json' && !own.has(name)) throw new UnsoundBag(`data/${item.name}/${name} is in no description`);
  const sealer = createSealer();
  const sealed = new Map<string, StoredFile>();
  for (const [name, stated] of own) sealed.set(name, sealFile(item, name, sealer, stated));
  const other = documentsIn(bags, item.name);
  const filed = <File extends StoredFile>(file: File): File => {
    // The file was erased alone while the archive was open, so there is nothing to seal.
    if (file.erased !== undefined) return file;
    const stored = file.bag === undefined ? sealed.get(file.path) : fileIn(other(file.bag).document, file);
    if (stored?.sealed === undefined) throw new UnsoundBag(`data/${item.name} names the file ${file.path}, which is not sealed`);
    return { ...file, sealed: stored.sealed };
  };
  const next = withFiles(document, filed, (amends) => ({ ...amends, sealed: true, sha256: other(amends.bag).storedSha256 }));
  const { files, secrets } = describe(next, place, sealer);
  if (secrets === null) throw new Error('a sealer has secrets');
  return { files, secrets, documents: [next] };
}

/** Returns a description with other files and another link. */
function withFiles(
  document: RecordingDocument,
  filed: <File extends StoredFile>(file: File) => File,
  linked: (amends: NonNullable<RecordingDocument['amends']>) => NonNullable<RecordingDocument['amends']>,
): RecordingDocument {
  const { media, joined, sources, amends } = document;
  return {
    ...document,
    media: media.map((medium) => ({ ...medium, original: filed(medium.original), access: medium.access === null ? null : filed(medium.access) })),
    joined: joined === null ? null : filed(joined),
    sources: sources.map(filed),
    ...(amends === undefined ? {} : { amends: linked(amends) }),
  };
}

/** Returns a function that reads the descriptions of a recording in sealed bags. @throws UnsoundBag if a bag is not sealed */
function documentsIn(bags: string, recordingId: string): (bag: string) => { readonly document: RecordingDocument; readonly storedSha256: string } {
  const known = new Map<string, { readonly document: RecordingDocument; readonly storedSha256: string }>();
  return (bag) => {
    const before = known.get(bag);
    if (before !== undefined) return before;
    if (makingOf(join(bags, bag)) === null) throw new UnsoundBag(`it amends bags/${bag}, which is not sealed`);
    const { plain, stored } = readDocumentBytes(join(bags, bag, 'data', recordingId));
    const { document, problems } = parseRecordingJson(plain);
    if (document === null) throw new UnsoundBag(`it amends a description in bags/${bag}: ${problems[0] ?? 'which is damaged'}`);
    const found = { document, storedSha256: sha256Hex(stored) };
    known.set(bag, found);
    return found;
  };
}

function fileIn(document: RecordingDocument, { path, sha256 }: StoredFile): StoredFile | undefined {
  return storedFilesOf(document).find((file) => file.path === path && file.bag === undefined && file.sha256 === sha256);
}

function sealTable(item: Item, place: FilePlace): SealedItem {
  const sealer = createSealer();
  const stored = [...item.listed.keys()].map((name) => sealFile(item, name, sealer, null));
  return { files: stored.map((file) => payloadFile(file, place)), secrets: sealer.secretsOf(stored.map(({ path }) => path)), documents: [] };
}

/**
 * Seals a file.
 * @param stated what the description says about the file; null: it says nothing
 * @throws UnsoundBag if the bytes differ from the manifests or from the description
 */
function sealFile({ name: item, from, into, listed }: Item, name: string, sealer: Sealer, stated: StoredFile | null): StoredFile {
  const expected = listed.get(name);
  if (expected === undefined) throw new UnsoundBag(`data/${item}/${name} is in its description, but missing`);
  const file = createTargetFile(join(into, name), sealer);
  return orDiscard(file, () => {
    for (const piece of piecesOf(() => openFile(join(from, name), null))) file.write(piece);
    const made = file.finish();
    if (made.sha256 !== expected.sha256 || made.sha512 !== expected.sha512) throw new UnsoundBag(`data/${item}/${name} differs from its manifest`);
    if (stated !== null && (made.sha256 !== stated.sha256 || made.sizeBytes !== stated.sizeBytes))
      throw new UnsoundBag(`data/${item}/${name} differs from its description`);
    return made;
  });
}

function infoOf(path: string, type: BagType, documents: readonly RecordingDocument[], items: number, { register, making }: SealTools): BagInfo {
  const stated = bagInfo(path) ?? '';
  return {
    baggingDate: /^Bagging-Date:[ \t]*(\S+)/m.exec(stated)?.[1] ?? '',
    externalIdentifier: basename(path),
    description: /^Internal-Sender-Description:[ \t]*(.*)$/m.exec(stated)?.[1] ?? '',
    ...(type === 'recordings' ? {} : { type }),
    recordings: type === 'tables' ? 0 : items,
    tool: toolName,
    making,
    formats: type === 'tables' ? tablesFormats(toolName) : bagFormats(kindsOfOriginals(documents.flatMap(originalsOf), register), toolName, true),
  };
}

/**
 * Opens every file of a sealed draft with the keyring and compares it with the open bag, byte for byte. A description is compared without the parts that
 * sealing adds.
 * @throws LongplayError A107 if one differs
 */
export function compareOpened({ path }: Pick<BagFolder, 'path'>, draft: string, signal: AbortSignal): void {
  for (const item of readdirSync(join(path, 'data'), { withFileTypes: true })) {
    if (!item.isDirectory()) continue;
    const [from, sealed] = [join(path, 'data', item.name), join(draft, 'data', item.name)];
    // Read once for all files of the item: as the keyring has them now, not as they were made.
    const secrets = keyringSecrets(sealed);
    for (const name of readdirSync(from)) {
      signal.throwIfAborted();
      if (!(name === 'recording.json' ? isSameDocument(from, sealed, () => secrets) : isSameFile(join(from, name), sealed, name, () => secrets)))
        throw new LongplayError(
          'incomplete',
          'A107',
          `${join(sealed, name)}${sealedEnding} decrypts to bytes that differ from those that were sealed`,
          'check the disk and the memory, then run again; the open bag is unchanged',
        );
    }
  }
}

function isSameFile(path: string, sealed: string, name: string, secretsOf: SecretsOf): boolean {
  const plain = openFile(path, null);
  try {
    let at = 0;
    for (const piece of piecesOf(() => openNamed(sealed, name, secretsOf))) {
      const own = Buffer.alloc(piece.length);
      if (plain.readInto(own, at) !== piece.length || !own.equals(piece)) return false;
      at += piece.length;
    }
    return at === plain.size;
  } finally {
    plain.close();
  }
}

function isSameDocument(from: string, sealed: string, secretsOf: SecretsOf): boolean {
  const before = parseRecordingJson(readTagFile(join(from, 'recording.json'), limits.recordingJsonBytes)).document;
  const after = parseRecordingJson(readDocumentBytes(sealed, secretsOf).plain).document;
  if (before === null || after === null) return false;
  // The link of an amendment has the digest of the sealed description instead of that of the open one.
  const link = (amends: NonNullable<RecordingDocument['amends']>): NonNullable<RecordingDocument['amends']> => {
    const { sealed: _sealed, ...rest } = amends;
    return { ...rest, sha256: before.amends?.sha256 ?? '' };
  };
  const unsealed = <File extends StoredFile>({ sealed: _sealed, ...file }: File): File => file as unknown as File; // `sealed` is optional
  return canonicalJson(withFiles(after, unsealed, link)) === canonicalJson(before);
}
