import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { sidesAfterDecoding } from '../../core/model/channel-roles.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type Amendment, type RecordingDocument, revisionOf, type StoredFile, type StoredMedium } from '../../core/model/recording-document.ts';
import type { PlannedAmendment } from '../../store/jobs/plan.ts';

/** Where an amendment finds the description that it amends. */
export interface AmendedPlace {
  /** Absolute path of the recording's folder in the bag of its newest description. */
  readonly folder: string;
  readonly job: string;
}

/** The description that an amendment amends. */
export interface AmendedRecording {
  readonly document: RecordingDocument;
  /** The members of the new document that say so. */
  readonly link: { readonly revision: number; readonly amends: Amendment };
}

/**
 * Reads the description that is amended.
 * @throws LongplayError P131 if it is damaged; P266 if it is not the planned revision; the system's error
 */
export function readAmended({ folder, job }: AmendedPlace, { bag, revision, cause, changed }: PlannedAmendment): AmendedRecording {
  const bytes = readTagFile(join(folder, 'recording.json'), limits.recordingJsonBytes);
  const { document, problems } = parseRecordingJson(bytes);
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
  return { document, link: { revision: revision + 1, amends: { bag, revision, sha256: sha256Hex(bytes), cause, changed, job } } };
}

/** Returns the media of an amended recording as its new description has them, in order; their files stay where they are. */
export function reusedMedia(recording: Recording, { document, link }: AmendedRecording): StoredMedium[] {
  return recording.media.map((ref, index) => {
    const stored = document.media[index];
    if (stored === undefined) throw new Error(`the amended recording has no medium ${index + 1}`);
    return {
      ...stored,
      ...ref,
      // The path and the time of the first import: its bytes came from there.
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
 * Deletes files of an amendment that the amended recording has with equal bytes.
 * @returns the media, which refer to those
 * @throws LongplayError P268 if an original has other bytes than the archived one: an amendment never brings another original
 */
export function withoutCopies(made: readonly StoredMedium[], folder: string, { document, link }: AmendedRecording): StoredMedium[] {
  const kept = <File extends StoredFile>(now: File, before: StoredFile | null | undefined): File => {
    if (before?.sha256 !== now.sha256) return now;
    rmSync(join(folder, now.path));
    const { path, sizeBytes, sha256, sha512, bag } = elsewhere(before, link);
    return { ...now, path, sizeBytes, sha256, sha512, bag };
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

/** Returns the joined copy of the amended recording, which stays where it is. */
export function reusedJoined({ document, link }: AmendedRecording): RecordingDocument['joined'] {
  return document.joined === null ? null : elsewhere(document.joined, link);
}

/** Deletes the written rows and sidecars if they are those of the amended recording. @returns the files to name */
export function withoutEqualSources(written: readonly StoredFile[], folder: string, { document, link }: AmendedRecording): readonly StoredFile[] {
  const { sources } = document;
  const isEqual = written.length === sources.length && written.every(({ sha256 }, index) => sha256 === sources[index]?.sha256);
  if (!isEqual) return written;
  for (const { path } of written) rmSync(join(folder, path));
  return sources.map((file) => elsewhere(file, link));
}

function elsewhere<File extends StoredFile>(file: File, { amends }: AmendedRecording['link']): File & { readonly bag: string } {
  return { ...file, bag: file.bag ?? amends.bag };
}
