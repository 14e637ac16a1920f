import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bagFormats } from '../archive/bag/formats.ts';
import { type BagType, bagInfo, bagType } from '../archive/bag/info.ts';
import { type FormatRegister, kindsOfOriginals, type OriginalOfBag, originalsOf } from '../archive/bag/originals.ts';
import { tablesFormats } from '../archive/bag/tables-readme.ts';
import { readTagFile } from '../archive/bag/tag-file.ts';
import { type BagInfo, createBagDraft, finishBag, type PayloadFile } from '../archive/bag/writer.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { parseRecordingJson, writeRecordingJson } from '../archive/documents/recording-json.ts';
import { errorText, LongplayError, systemCode } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { limits } from '../core/base/limits.ts';
import { toolName } from '../core/base/version.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { type RecordingDocument, type StoredFile, sealedEnding, storedFilesOf } from '../core/model/recording-document.ts';
import { createTargetFile, makeTargetFolder, orDiscard, writeTargetFile } from '../media/bytes/target-file.ts';
import { keyringSecrets } from '../sealing/stored/secrets-of.ts';
import { isErasedAlone, type OpenedFile, openNamed, openStoredFile, piecesOf, readDocumentBytes } from '../sealing/stored/stored-bytes.ts';

/** Where the unsealed bag is written. */
export interface UnsealPlace {
  /** The draft of the bag. */
  readonly draft: string;
  /** Folder of the bags that were written before. Amendments refer to descriptions in them. */
  readonly bags: string;
}

/** An unsealed bag, as a draft that can be landed. */
export interface PlainBag {
  readonly type: BagType;
  /** Number of recordings, amendments or tables in it. */
  readonly items: number;
  /** Number of erased items: there is nothing to write for them. */
  readonly erased: number;
  readonly bytes: number;
  /** K213 for each item that could not be written; it is not in the draft. */
  readonly left: readonly Finding[];
}

/** Reports a file or document that differs from what was sealed, in words. */
class Unsound extends Error {}

/**
 * Writes a sealed bag as an unsealed draft: the same files as before sealing, descriptions without what sealing added, and new manifests. Equal bags give equal
 * bytes.
 * Leaves no draft if no item can be written or all were erased.
 */
export async function unsealBag(bag: BagFolder, place: UnsealPlace, register: FormatRegister, signal: AbortSignal): Promise<PlainBag> {
  const type = bagType(bag.path) ?? 'recordings';
  await createBagDraft(place.draft);
  const files: PayloadFile[] = [];
  const originals: OriginalOfBag[] = [];
  const left: Finding[] = [];
  let [items, erased] = [0, 0];
  for (const entry of readdirSync(join(bag.path, 'data'), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    signal.throwIfAborted();
    const item = `data/${entry.name}`;
    const from = join(bag.path, item);
    const into = join(place.draft, item);
    makeTargetFolder(into);
    try {
      const made = type === 'tables' ? writeTable(from, into) : writeRecording(from, into, place);
      files.push(...made.files.map(({ path, sizeBytes, sha256, sha512 }) => ({ path: `${item}/${path}`, sizeBytes, sha256, sha512 })));
      originals.push(...made.originals);
      items++;
    } catch (error) {
      rmSync(into, { recursive: true, force: true });
      if (error instanceof LongplayError && error.code === 'K204') erased++;
      else left.push(notWritten(`bags/${bag.name}/${item}`, error));
    }
  }
  if (items === 0) {
    rmSync(place.draft, { recursive: true, force: true });
    return { type, items, erased, bytes: 0, left };
  }
  await finishBag(place.draft, files, infoOf(bag, type, { items, originals }, register), signal);
  return { type, items, erased, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), left };
}

/** Returns the items of the sealed bag that are absent from a bag that an earlier run wrote. */
export function absentItems(sealed: string, written: string, name: string): Pick<PlainBag, 'erased' | 'left'> {
  const left: Finding[] = [];
  let erased = 0;
  for (const entry of readdirSync(join(sealed, 'data'), { withFileTypes: true })) {
    if (!entry.isDirectory() || existsSync(join(written, 'data', entry.name))) continue;
    try {
      keyringSecrets(join(sealed, 'data', entry.name));
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'K204') throw error;
      erased++;
      continue;
    }
    left.push(finding('K213', `bags/${name}/data/${entry.name}`, 'was not written by the run that wrote its bag'));
  }
  return { erased, left };
}

/** Returns the finding about an item that cannot be opened; rethrows every other error, which ends the run. */
function notWritten(place: string, error: unknown): Finding {
  const isOfFile = error instanceof Unsound || (error instanceof LongplayError && ['K202', 'K203'].includes(error.code));
  if (!isOfFile && systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EIO') throw error;
  return finding('K213', place, `was not written: ${errorText(error)}`);
}

/** Files of a folder that was written. */
interface Written {
  readonly files: readonly StoredFile[];
  readonly originals: readonly OriginalOfBag[];
}

function writeRecording(from: string, into: string, { bags }: UnsealPlace): Written {
  const { document, problems } = parseRecordingJson(readDocumentBytes(from).plain);
  if (document === null) throw new Unsound(`its description is damaged: ${problems[0] ?? ''}`);
  const stored = storedFilesOf(document);
  const erased = stored.find((file) => isErasedAlone(from, file));
  // The plain description would name a file that does not exist.
  if (erased !== undefined) throw new Unsound(`${erased.path} was erased alone: export its other files with longplay export`);
  const files = stored
    .filter(({ bag }) => bag === undefined)
    .map((file) => writePlain(() => openStoredFile(from, file), join(into, file.path), file));
  const plain = plainDocument(document, bags);
  const json = writeTargetFile(join(into, 'recording.json'), writeRecordingJson(plain));
  return { files: [...files, json], originals: originalsOf(plain) };
}

/** Writes the files of a kept table. Each part of an age file is authenticated, so no further digest is compared. */
function writeTable(from: string, into: string): Written {
  const names = readdirSync(from).map((name) => {
    if (!name.endsWith(sealedEnding)) throw new Unsound(`${name} is not sealed`);
    return name.slice(0, -sealedEnding.length);
  });
  return { files: names.map((name) => writePlain(() => openNamed(from, name), join(into, name), null)), originals: [] };
}

/** Writes the plain bytes of a file. @param stated what the file's description says of it; null: it has no description */
function writePlain(open: () => OpenedFile, path: string, stated: StoredFile | null): StoredFile {
  const file = createTargetFile(path);
  return orDiscard(file, () => {
    for (const piece of piecesOf(open)) file.write(piece);
    const written = file.finish();
    if (stated !== null && written.sha256 !== stated.sha256) throw new Unsound(`${basename(path)} differs from its description`);
    return written;
  });
}

/** Returns a description without what sealing added. The description of an amendment then names the plain description that it amends. */
function plainDocument(document: RecordingDocument, bags: string): RecordingDocument {
  const { media, joined, sources, amends } = document;
  return {
    ...document,
    media: media.map((medium) => ({
      ...medium,
      original: plainFile(medium.original),
      access: medium.access === null ? null : plainFile(medium.access),
    })),
    joined: joined === null ? null : plainFile(joined),
    sources: sources.map(plainFile),
    ...(amends === undefined ? {} : { amends: plainLink(amends, join(bags, amends.bag, 'data', document.recordingId, 'recording.json')) }),
  };
}

function plainFile<File extends StoredFile>({ sealed: _sealed, ...file }: File): Omit<File, 'sealed'> {
  return file;
}

function plainLink({ sealed: _sealed, ...amends }: NonNullable<RecordingDocument['amends']>, path: string): NonNullable<RecordingDocument['amends']> {
  return { ...amends, sha256: sha256Hex(readTagFile(path, limits.recordingJsonBytes)) };
}

function infoOf(
  bag: BagFolder,
  type: BagType,
  { items, originals }: { readonly items: number; readonly originals: readonly OriginalOfBag[] },
  register: FormatRegister,
): BagInfo {
  const stated = bagInfo(bag.path) ?? '';
  return {
    baggingDate: /^Bagging-Date:[ \t]*(\S+)/m.exec(stated)?.[1] ?? '',
    externalIdentifier: basename(bag.name),
    description: /^Internal-Sender-Description:[ \t]*(.*)$/m.exec(stated)?.[1] ?? '',
    ...(type === 'recordings' ? {} : { type }),
    recordings: type === 'tables' ? 0 : items,
    tool: toolName,
    formats: type === 'tables' ? tablesFormats(toolName) : bagFormats(kindsOfOriginals(originals, register), toolName),
  };
}
