import { sha256Hex } from '../../core/base/identifier.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { isAsked } from '../../core/model/pieces.ts';
import type { RecordingDocument, StoredMedium } from '../../core/model/recording-document.ts';

/** A medium of the archive as an import compares it with a file of a source. */
export interface KeptMedium {
  /** Path of the entry in its source. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Epoch ms; null where the source stored none. */
  readonly modifiedMs: number | null;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** It may hold sound: no empty file, no bare header, no part of another file, no screen. */
  readonly isAudio: boolean;
}

/** The media of a recording of the archive, in their order. */
export interface KeptMedia {
  /** Name of the source that they came from, as its user named it. */
  readonly source: string;
  /** The recording is known by the path of its one file, and by nothing else. */
  readonly isLoose: boolean;
  readonly media: readonly KeptMedium[];
}

type Line = readonly [path: string, sizeBytes: number, modifiedMs: number | null, sha256: string, isAudio: 0 | 1];

/** The text that a catalog keeps of the media of a document. */
export function keptMediaText({ source, recording, media }: RecordingDocument): string {
  const lines = media.map((medium): Line => {
    const { path, modifiedMs, original } = medium;
    return [path, original.sizeBytes, modifiedMs, original.sha256, mayHaveSound(medium) ? 1 : 0];
  });
  return JSON.stringify([source, isLoose(recording) ? 1 : 0, ...lines]);
}

/** The media that `keptMediaText` wrote down. */
export function keptMedia(text: string): KeptMedia {
  // Written by `keptMediaText`: the catalog is made from documents alone.
  const [source, loose, ...lines] = JSON.parse(text) as [string, 0 | 1, ...Line[]];
  const media = lines.map(([path, sizeBytes, modifiedMs, sha256, audio]) => ({ path, sizeBytes, modifiedMs, sha256, isAudio: audio === 1 }));
  return { source, isLoose: loose === 1, media };
}

/** True for a recording whose importer knows nothing but the path of its file, as that of loose files: another root gives it another key. */
export function isLoose({ sourceKeys }: Pick<RecordingDocument['recording'], 'sourceKeys'>): boolean {
  return sourceKeys.length === 1 && sourceKeys[0]?.name === 'path';
}

/** A number for a digest, to look it up by; two digests may have the same. */
export function digestNumber(sha256: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${sha256.slice(0, 16)}`));
}

/** A number for the base name and size of a file, to look it up by; two files may have the same. */
export function alikeNumber(path: string, sizeBytes: number): bigint {
  return digestNumber(sha256Hex(`${baseName(path)}\n${sizeBytes}`));
}

function mayHaveSound(medium: StoredMedium): boolean {
  const { original, measurement, state, continues, kind } = medium;
  if (kind === 'screen' || !isAsked(medium) || continues === true || original.sizeBytes === 0 || state === 'header-only') return false;
  return measurement === null || measurement.samples > 0;
}
