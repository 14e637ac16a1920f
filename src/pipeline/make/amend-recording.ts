import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedName } from '../../archive/documents/stored-path.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { toolName } from '../../core/base/version.ts';
import { sidesAfterDecoding } from '../../core/model/channel-roles.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type Amendment, type RecordingDocument, revisionOf, type StoredFile, type StoredMedium } from '../../core/model/recording-document.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { isErasedAlone, readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { PlannedAmendment } from '../../store/jobs/plan.ts';

/** Where the description is that an amendment amends. */
export interface AmendedPlace {
  /** Absolute path of the recording's folder in the bag with its newest description. */
  readonly folder: string;
  /** Secrets of its files there, and of its sources in other bags, by the folder that contains them; null: they are open. */
  readonly secrets: Readonly<Record<string, FileSecrets>> | null;
  readonly job: string;
}

/** The description that is amended. */
export interface AmendedRecording {
  readonly document: RecordingDocument;
  /** Returns true for a file of it that was erased while the recording stayed. */
  readonly isErased: (file: StoredFile) => boolean;
  /** The members of the new document that refer to it. */
  readonly link: { readonly revision: number; readonly amends: Amendment };
}

/** Reads the description that is amended. @throws LongplayError P131 if it is damaged; P266 if it is not the planned revision; the system's error */
export function readAmended({ folder, job, secrets }: AmendedPlace, { bag, revision, cause, changed, why }: PlannedAmendment): AmendedRecording {
  const { plain, stored } = readDocumentBytes(folder, () => secrets?.[folder] ?? null);
  const { document, problems } = parseRecordingJson(plain);
  const place = `bags/${bag}`;
  if (document === null)
    throw new LongplayError(
      'incomplete',
      'P131',
      `recording.json of a recording in ${place} is damaged: ${problems[0] ?? ''}`,
      'run: longplay verify ARCHIVE',
    );
  if (revisionOf(document) !== revision)
    throw new LongplayError(
      'incomplete',
      'P266',
      `a recording in ${place} is described by revision ${revisionOf(document)}, the amendment was planned for revision ${revision}`,
      'run the same command again',
    );
  const amends = {
    bag,
    revision,
    sha256: sha256Hex(stored),
    ...(secrets === null ? {} : { sealed: true as const }),
    cause,
    changed,
    job,
    ...(why === undefined ? {} : { why }),
  };
  const isErased = (file: StoredFile): boolean => isErasedAlone(folder, file, (where) => secrets?.[where] ?? null);
  return { document, isErased, link: { revision: revision + 1, amends } };
}

/** Returns the media of an amended recording as its new description lists them, in order; their files stay where they are. */
export function reusedMedia(recording: Recording, { document, link }: AmendedRecording): StoredMedium[] {
  return recording.media.map((ref, index) => {
    const stored = document.media[index];
    if (stored === undefined) throw new Error(`the amended recording has no medium ${index + 1}`);
    return {
      ...stored,
      ...ref,
      // The path and the time stamp are those of the first import, from which the bytes came.
      path: stored.path,
      startOffsetMs: ref.startOffsetMs ?? null,
      continues: ref.continues === true,
      ...sidesAfterDecoding(ref, stored.measurement?.channels ?? null),
      original: elsewhere(stored.original, link),
      access: stored.access === null ? null : elsewhere(stored.access, link),
    };
  });
}

/**
 * Deletes files of an amendment that equal files of the amended recording.
 * @returns the media, with references to those files
 * @throws LongplayError P268 if an original differs from the archived one: an amendment never brings another original
 */
export function withoutCopies(made: readonly StoredMedium[], folder: string, { document, isErased, link }: AmendedRecording): StoredMedium[] {
  const kept = <File extends StoredFile>(now: File, before: File | null | undefined): File => {
    if (before == null) return now;
    const isGone = isErased(before);
    if (!isGone && before.sha256 !== now.sha256) return now;
    rmSync(join(folder, storedName(now)));
    // What was erased alone does not come back, not even in another coding.
    if (isGone) return elsewhere(before, link);
    const { path, sizeBytes, sha256, sha512, sealed, bag } = elsewhere(before, link);
    return { ...now, path, sizeBytes, sha256, sha512, ...(sealed === undefined ? {} : { sealed }), bag };
  };
  return made.map((medium, index) => {
    const before = document.media[index];
    if (before?.original.sha256 !== medium.original.sha256)
      throw new LongplayError(
        'incomplete',
        'P268',
        `${medium.original.path} has other bytes in the source than in the archive, with the same name, size and time`,
        'run the import with --compare-bytes',
      );
    const original = kept(medium.original, before.original);
    return { ...medium, original, access: medium.access === null ? null : kept(medium.access, before?.access) };
  });
}

/**
 * Returns the amended description as the next one, for another bag: it says the same, and every file stays where it is.
 */
export function repeated({ document, link }: Pick<AmendedRecording, 'document' | 'link'>): RecordingDocument {
  // Earlier bytes of the amended description are not those of this one.
  const { before: _before, ...same } = document;
  const there = <File extends StoredFile>(file: File): File => elsewhere(file, link);
  return {
    ...same,
    version: 2,
    tool: toolName,
    media: document.media.map((medium) => ({
      ...medium,
      original: there(medium.original),
      access: medium.access === null ? null : there(medium.access),
    })),
    joined: reusedJoined({ document, link }),
    sources: document.sources.map(there),
    ...link,
  };
}

/** Deletes a joined copy that was made again if that of the amended recording was erased alone. @returns the joined copy to name */
export function withoutErasedJoin(made: RecordingDocument['joined'], folder: string, amended: AmendedRecording): RecordingDocument['joined'] {
  const { joined } = amended.document;
  if (joined === null || !amended.isErased(joined)) return made;
  if (made !== null) rmSync(join(folder, storedName(made)));
  return reusedJoined(amended);
}

/** Returns the joined copy of the amended recording, which stays where it is. */
export function reusedJoined({ document, link }: Pick<AmendedRecording, 'document' | 'link'>): RecordingDocument['joined'] {
  return document.joined === null ? null : elsewhere(document.joined, link);
}

/**
 * Deletes the written rows and sidecars if they equal those of the amended recording, and each that was erased alone: it does not come back. The rows of later
 * tables and excerpts of erased vCons stay where they are.
 * @returns the files that the document lists
 */
export function withoutEqualSources(
  written: readonly StoredFile[],
  folder: string,
  { document, isErased, link }: AmendedRecording,
): readonly StoredFile[] {
  const [own = [], added = []] = [false, true].map((isAdded) => document.sources.filter(({ path }) => isAddedLater(path) === isAdded));
  const isEqual = written.length === own.length && written.every(({ sha256 }, index) => sha256 === own[index]?.sha256);
  const gone = own.filter(isErased);
  const kept = written.map((file, index) => {
    const known = isAddedLater(file.path) ? added : gone;
    const before = isEqual ? own[index] : known.find(({ sha256 }) => sha256 === file.sha256);
    if (before === undefined) return file;
    rmSync(join(folder, storedName(file)));
    return elsewhere(before, link);
  });
  // What was erased stays named: a later import must not bring it back, either.
  const all = [...kept, ...[...gone, ...added].map((file) => elsewhere(file, link))];
  return all.filter(({ path }, index) => all.findIndex((one) => one.path === path) === index);
}

/** Returns true for the name of a file that was added to the rows and sidecars of the import, e.g. `table-1.csv`. */
export function isAddedLater(path: string): boolean {
  return path.startsWith(tableRowsBase) || path.startsWith(excerptBase);
}

/** Beginning of the names of files with the excerpts of an erased vCon, e.g. `excerpt-1.vcon`. */
export const excerptBase = 'excerpt-';

/** Beginning of the names of files with rows of later tables. */
export const tableRowsBase = 'table-';

/** Returns a file as a document in another bag refers to it. */
export function elsewhere<File extends StoredFile>(file: File, { amends }: AmendedRecording['link']): File & { readonly bag: string } {
  return { ...file, bag: file.bag ?? amends.bag };
}
