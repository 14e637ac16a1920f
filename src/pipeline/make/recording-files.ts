import { join } from 'node:path';
import type { PayloadFile } from '../../archive/bag/writer.ts';
import { publicName, writePublicJson } from '../../archive/documents/public-json.ts';
import { writeRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedName } from '../../archive/documents/stored-path.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import { blockingPieces } from '../../core/base/blocking-pieces.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { extension } from '../../core/base/safe-path.ts';
import type { SourceRef } from '../../core/model/recording.ts';
import { type RecordingDocument, type StoredFile, storedFilesOf } from '../../core/model/recording-document.ts';
import type { Location } from '../../core/model/source.ts';
import { createTargetFile, orDiscard, writeTargetFile } from '../../media/bytes/target-file.ts';
import { secretBytes } from '../../sealing/age/x25519.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { openLocation } from '../../source/read/location-reader.ts';
import type { LocatedEntry } from './recording-task.ts';

/** Where files of a recording are written. */
export interface FilePlace {
  /** Absolute path of the recording's folder. */
  readonly folder: string;
  /** Digest algorithms besides SHA-256 and SHA-512 that a rehash added to the archive. */
  readonly addedDigests: readonly string[];
}

/**
 * Makes the manifest entry of a file. In an archive that was rehashed, the file is read back for the further digests, and must be what was written.
 * @throws LongplayError A107 if it is not
 */
export function payloadFile(file: StoredFile, { folder, addedDigests }: FilePlace): PayloadFile {
  const path = storedName(file);
  const { sizeBytes, sha256, sha512 } = file.sealed ?? file;
  if (addedDigests.length === 0) return { path, sizeBytes, sha256, sha512 };
  const { digests } = hashFile(join(folder, path), ['sha256', ...addedDigests]);
  if (digests.sha256 !== sha256)
    throw new LongplayError('incomplete', 'A107', `${join(folder, path)} reads back other bytes than were written`, 'check the disk, then run again');
  return { path, sizeBytes, sha256, sha512, added: digests };
}

/** Writes `recording.json` in clear into the folder of a recording. @returns its manifest entry */
export function writeDocument(document: RecordingDocument, place: FilePlace): PayloadFile {
  return payloadFile(writeTargetFile(join(place.folder, 'recording.json'), writeRecordingJson(document)), place);
}

/**
 * Writes the description of a recording: `recording.json`, and for a sealed recording `public.json` in clear beside it.
 * @returns the manifest entries of all its files in this bag, and their secrets; null: they are in clear
 */
export function describe(
  document: RecordingDocument,
  place: FilePlace,
  sealer: Sealer | undefined,
): { readonly files: readonly PayloadFile[]; readonly secrets: FileSecrets | null } {
  const { folder } = place;
  const json = writeTargetFile(join(folder, 'recording.json'), writeRecordingJson(document), sealer);
  const stored = [...storedFilesOf(document).filter(({ bag, erased }) => bag === undefined && erased === undefined), json];
  const listed = (files: readonly StoredFile[]): PayloadFile[] => files.map((file) => payloadFile(file, place));
  if (sealer === undefined) return { files: listed(stored), secrets: null };
  const commitmentKey = secretBytes(sealer.newSecret(publicName));
  const open = writeTargetFile(join(folder, publicName), writePublicJson(document, json, commitmentKey));
  return { files: listed([...stored, open]), secrets: sealer.secretsOf([...stored, open].map(({ path }) => path)) };
}

/** Where a file of a recording is written, and what seals it; without a sealer it is written in clear. */
type Written = Pick<FilePlace, 'folder'> & { readonly sealer?: Sealer | undefined };

/** Writes a file of a recording piece by piece. */
export function writePieces({ folder, sealer }: Written, name: string, pieces: Iterable<Uint8Array>): StoredFile {
  const file = createTargetFile(join(folder, name), sealer);
  return orDiscard(file, () => {
    for (const piece of pieces) file.write(piece);
    return file.finish();
  });
}

/** Returns sources of metadata as a document lists them, without the rows themselves, which are in files beside it. */
export function withoutText(provenance: readonly SourceRef[]): SourceRef[] {
  return provenance.map((ref) => ({ ...ref, text: null }));
}

/** What is to be written of the metadata of a recording. */
export interface WrittenMetadata {
  readonly provenance: readonly SourceRef[];
  readonly sidecars: readonly LocatedEntry[];
  /** Beginning of the names of the files, e.g. `source-` for `source-1.csv`; and the number of the first file. */
  readonly base: string;
  readonly first: number;
  /** Names of erased files by their SHA-256: a file with other bytes gets no such name, because the erasure concerns the name. Absent: none were erased. */
  readonly erased?: ReadonlyMap<string, string>;
}

/** Writes the rows and sidecars that described a recording, unchanged; rows of one table go into one file. */
export function writeSources(written: Written, { provenance, sidecars, base, first, erased = new Map() }: WrittenMetadata): StoredFile[] {
  const contents: { readonly pieces: Iterable<Uint8Array>; readonly extension: string; readonly sha256: string | null }[] = [];
  for (const [path, text] of rowTexts(provenance)) {
    const bytes = Buffer.from(text, 'utf8');
    contents.push({ pieces: [bytes], extension: plainExtension(path), sha256: sha256Hex(bytes) });
  }
  const digests = new Map(provenance.map(({ path, sha256 }) => [path, sha256]));
  for (const { entry, location } of sidecars)
    contents.push({ pieces: piecesOf(location), extension: plainExtension(entry.path), sha256: digests.get(entry.path) ?? null });
  const free = new Map(erased);
  const taken = new Set([...erased.values()].map(numberOf));
  let number = first - 1;
  return contents.map(({ pieces, extension: ending, sha256 }) => {
    const before = sha256 === null ? undefined : free.get(sha256);
    if (sha256 !== null && before !== undefined) {
      free.delete(sha256);
      return writePieces(written, before, pieces);
    }
    do number++;
    while (taken.has(number));
    return writePieces(written, `${base}${number}${ending}`, pieces);
  });
}

/** Returns the rows that described a recording, as they are stored: by the path of their table, one per line. */
export function rowTexts(provenance: readonly SourceRef[]): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const { kind, path, text } of provenance) if (kind === 'row' && text !== null) rows.set(path, `${rows.get(path) ?? ''}${text}\n`);
  return rows;
}

/** Returns the number in the name of a file, e.g. 2 of `source-2.json`. */
function numberOf(name: string): number {
  return Number.parseInt(name.slice(name.lastIndexOf('-') + 1), 10);
}

function* piecesOf(location: Location): Generator<Uint8Array> {
  const file = openLocation(location);
  try {
    yield* blockingPieces(file, 0, file.size);
  } finally {
    file.close();
  }
}

function plainExtension(path: string): string {
  const ending = extension(path).toLowerCase();
  return /^\.[a-z0-9]{1,8}$/.test(ending) ? ending : '.txt';
}
