import { sha256Hex } from '../../core/base/identifier.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { mayHoldAudio } from '../../core/model/pieces.ts';
import { isDescription } from '../../core/model/recording.ts';
import type { RecordingDocument, StoredMedium } from '../../core/model/recording-document.ts';

/** A medium of the archive in the form in which an import compares it with a file of a source. */
export interface KeptMedium {
  /** Path of the entry in its source. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Epoch ms; null if the source stored none. */
  readonly modifiedMs: number | null;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** True if it may contain audio: not an empty file, a bare header, a part of another file or a screen recording. */
  readonly isAudio: boolean;
}

/** The media of an archived recording, in order. */
export interface KeptMedia {
  /** Name of the source that contained them, as the user named it. */
  readonly source: string;
  /** True if the recording is identified only by the path of its single file. */
  readonly isLoose: boolean;
  readonly media: readonly KeptMedium[];
  /** Digests of the rows of a recording without files, lower-case hexadecimal; empty if it has files. */
  readonly rows: readonly string[];
}

type Line = readonly [path: string, sizeBytes: number, modifiedMs: number | null, sha256: string, isAudio: 0 | 1];

/** Returns the catalog's text for the media of a document. */
export function keptMediaText({ source, recording, media }: RecordingDocument): string {
  const lines = media.map((medium): Line => {
    const { path, modifiedMs, original } = medium;
    return [path, original.sizeBytes, modifiedMs, original.sha256, mayHaveSound(medium) ? 1 : 0];
  });
  const rows = media.length > 0 ? [] : recording.provenance.flatMap((ref) => (isDescription(ref) && ref.sha256 !== null ? [ref.sha256] : []));
  return JSON.stringify([source, isLoose(recording) ? 1 : 0, ...lines, ...rows]);
}

/** Parses the text of `keptMediaText`. */
export function keptMedia(text: string): KeptMedia {
  // The text was written by `keptMediaText`: the catalog is made from documents alone.
  const [source, loose, ...parts] = JSON.parse(text) as [string, 0 | 1, ...(Line | string)[]];
  const lines = parts.filter((part) => typeof part !== 'string');
  const media = lines.map(([path, sizeBytes, modifiedMs, sha256, audio]) => ({ path, sizeBytes, modifiedMs, sha256, isAudio: audio === 1 }));
  return { source, isLoose: loose === 1, media, rows: parts.filter((part) => typeof part === 'string') };
}

/** A row of the catalog's table of files. */
export interface FileRow {
  readonly n: number;
  readonly digest: bigint | null;
  readonly alike: bigint;
}

/** Returns the rows of the table of files for a recording whose media have this text (`keptMediaText`). */
export function fileRows(text: string): FileRow[] {
  const { media, rows } = keptMedia(text);
  return [
    ...media.map(({ path, sizeBytes, sha256, isAudio }, n) => ({
      n,
      digest: isAudio ? digestNumber(sha256) : null,
      alike: alikeNumber(path, sizeBytes),
    })),
    ...rows.map((sha256, n) => ({ n, digest: null, alike: digestNumber(sha256) })),
  ];
}

/**
 * Returns true for a recording that its importer identifies only by the path of its file, e.g. a loose file. Such a recording gets another key if the root of
 * the source is another folder.
 */
export function isLoose({ sourceKeys }: Pick<RecordingDocument['recording'], 'sourceKeys'>): boolean {
  return sourceKeys.length === 1 && sourceKeys[0]?.name === 'path';
}

/** Returns the number by which the index finds a digest. Two digests may have the same number. */
export function digestNumber(sha256: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${sha256.slice(0, 16)}`));
}

/** Returns the number by which the index finds a file's base name and size. Two files may have the same number. */
export function alikeNumber(path: string, sizeBytes: number): bigint {
  return digestNumber(sha256Hex(`${baseName(path)}\n${sizeBytes}`));
}

function mayHaveSound(medium: StoredMedium): boolean {
  const { original, measurement, state, continues, kind } = medium;
  if (kind === 'screen' || !mayHoldAudio(medium) || continues === true || original.sizeBytes === 0 || state === 'header-only') return false;
  return measurement === null || measurement.samples > 0;
}
