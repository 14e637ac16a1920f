import { join } from 'node:path';
import { makingOf } from '../archive/bag/info.ts';
import { type OriginalOfBag, originalsOf } from '../archive/bag/originals.ts';
import { readTagFile } from '../archive/bag/tag-file.ts';
import type { PayloadFile } from '../archive/bag/writer.ts';
import { parseRecordingJson } from '../archive/documents/recording-json.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { limits } from '../core/base/limits.ts';
import { type RecordingDocument, type StoredFile, storedFilesOf } from '../core/model/recording-document.ts';
import { UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import { createDigests, createTargetFile, makeTargetFolder, orDiscard } from '../media/bytes/target-file.ts';
import { describe, type FilePlace, payloadFile } from '../pipeline/make/recording-files.ts';
import type { FileSecrets } from '../sealing/keyring/page.ts';
import { createSealer, type Sealer } from '../sealing/sealer.ts';
import { openFile, piecesOf, readDocumentBytes } from '../sealing/stored/stored-bytes.ts';

/** A recording, an amendment or a table of an open bag, with the files that the manifests list for it. */
export interface ListedItem {
  readonly name: string;
  /** Digests of its files by name. */
  readonly files: ReadonlyMap<string, Pick<PayloadFile, 'sha256' | 'sha512'>>;
}

/** Items of one bag that are sealed one after another. */
export interface ItemsToSeal {
  /** Absolute path of the open bag. */
  readonly bag: string;
  /** Absolute path of the draft of the sealed bag. */
  readonly draft: string;
  readonly isOfTables: boolean;
  /** Digest algorithms besides SHA-256 and SHA-512 that a rehash added to the archive. */
  readonly addedDigests: readonly string[];
  readonly items: readonly ListedItem[];
}

/** A sealed item. */
export interface SealedItem {
  readonly name: string;
  /** Paths relative to the bag. */
  readonly files: readonly PayloadFile[];
  readonly secrets: FileSecrets;
  /** Originals of a recording, for formats.txt. */
  readonly originals: readonly OriginalOfBag[];
}

/** A description in a sealed bag that an amendment refers to. */
interface LinkedDocument {
  readonly document: RecordingDocument;
  readonly storedSha256: string;
}

/** Returns the descriptions of a recording in other bags, by the name of the bag. @throws UnsoundBag if there is none, or the bag is not sealed */
export type Linked = (bag: string, recordingId: string) => LinkedDocument;

/**
 * Seals items: each file as an age file with its own secret, with the same names and ids. Compares what it reads with the manifests of the open bag.
 * @throws UnsoundBag if sealing an item would lose something or hide damage
 */
export function sealItems({ bag, draft, isOfTables, addedDigests, items }: ItemsToSeal, linked: Linked, signal: AbortSignal): SealedItem[] {
  return items.map(({ name, files: listed }) => {
    signal.throwIfAborted();
    const item: Item = { name, from: join(bag, 'data', name), into: join(draft, 'data', name), listed };
    makeTargetFolder(item.into);
    const place = { folder: item.into, addedDigests };
    const made = isOfTables ? sealTable(item, place) : sealRecording(item, place, linked);
    return { ...made, name, files: made.files.map((file) => ({ ...file, path: `data/${name}/${file.path}` })) };
  });
}

/** An item with its folders. */
interface Item {
  readonly name: string;
  readonly from: string;
  readonly into: string;
  /** Digests of its files by name. */
  readonly listed: ListedItem['files'];
}

function sealRecording(item: Item, place: FilePlace, linked: Linked): Omit<SealedItem, 'name'> {
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
  const other = (bag: string): LinkedDocument => linked(bag, item.name);
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
  return { files, secrets, originals: originalsOf(next) };
}

/** Returns a description with other files and another link. */
export function withFiles(
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

/** Creates a function that reads descriptions in the sealed bags of an archive, with the keyring of this thread. @param bags folder of its bags */
export function linkedInBags(bags: string): Linked {
  let known = new Map<string, LinkedDocument>();
  let knownOf = '';
  return (bag, recordingId) => {
    // An item may name several files of one bag; the next item is another recording.
    if (knownOf !== recordingId) known = new Map();
    knownOf = recordingId;
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

/** For bags that are no amendments: they name no file of another bag. */
export const linkedNowhere: Linked = (bag, recordingId) => {
  throw new UnsoundBag(`data/${recordingId} names a file of bags/${bag}, and is no amendment`);
};

function fileIn(document: RecordingDocument, { path, sha256 }: StoredFile): StoredFile | undefined {
  return storedFilesOf(document).find((file) => file.path === path && file.bag === undefined && file.sha256 === sha256);
}

function sealTable(item: Item, place: FilePlace): Omit<SealedItem, 'name'> {
  const sealer = createSealer();
  const stored = [...item.listed.keys()].map((name) => sealFile(item, name, sealer, null));
  return { files: stored.map((file) => payloadFile(file, place)), secrets: sealer.secretsOf(stored.map(({ path }) => path)), originals: [] };
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
