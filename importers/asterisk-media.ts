import { createHash } from 'node:crypto';
import { byCodePoint } from '../src/core/order.ts';
import type { MediaRef, Side, TimeValue } from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import type { OwnedFile } from './asterisk-join.ts';
import { isEmptyAudio, parseAudioName, withoutAudioExtension } from './asterisk-names.ts';
import type { AudioFile } from './asterisk-survey.ts';

/** The files of one recording, told apart. */
export interface SortedMedia {
  /** Mixed before its sides, then by path; copies left out. */
  readonly files: readonly (OwnedFile & { readonly side: Side })[];
  /** Files whose bytes are those of another one here with the same base name. */
  readonly copies: readonly { readonly file: AudioFile; readonly of: string }[];
  /** Base names that two files here have, with different bytes. */
  readonly differing: readonly string[];
  /** More than one file of the same side: parts of the call. */
  readonly split: boolean;
  /** Files that differ in their extension alone: the same audio written anew, most likely, which nobody has compared. */
  readonly otherExtensions: number;
  readonly empty: number;
}

const sideFolders: Readonly<Record<string, readonly [opposite: string, side: 'in' | 'out']>> = {
  in: ['out', 'in'],
  out: ['in', 'out'],
  rx: ['tx', 'in'],
  tx: ['rx', 'out'],
};
const sideOrder: readonly Side[] = ['mixed', 'stereo', 'unknown', 'in', 'out'];

/** Sides, copies and parts among the files of one recording. Only files that share their name and size are read. */
export async function sortMedia(owned: readonly OwnedFile[], source: Source, signal: AbortSignal): Promise<SortedMedia> {
  const paths = new Set(owned.map((file) => file.path));
  const files = owned.map((file) => ({ ...file, side: sideOf(file, paths) }));
  files.sort((a, b) => sideOrder.indexOf(a.side) - sideOrder.indexOf(b.side) || byCodePoint(a.path, b.path));
  const kept: (OwnedFile & { side: Side })[] = [];
  const copies: { file: AudioFile; of: string }[] = [];
  const nameOf = (file: { side: Side; path: string }): string => `${file.side} ${baseName(file.path)}`;
  const sizeOf = (file: { side: Side; path: string; size: number }): string => `${nameOf(file)} ${file.size}`;
  const sized = countBy(files.filter(hasAudio), sizeOf);
  const originals = new Map<string, string>();
  for (const file of files) {
    // Read only what has a twin of its name and size.
    const twin = hasAudio(file) && (sized.get(sizeOf(file)) ?? 0) > 1;
    const bytes = twin ? `${sizeOf(file)} ${await digestOf(file.path, source, signal)}` : null;
    const original = bytes === null ? undefined : originals.get(bytes);
    if (original !== undefined) {
      copies.push({ file: { path: file.path, size: file.size }, of: original });
      continue;
    }
    if (bytes !== null) originals.set(bytes, file.path);
    kept.push(file);
  }
  const full = kept.filter(hasAudio);
  const takes = (side: 'in' | 'out' | 'both'): Set<string> =>
    new Set(full.filter((file) => (file.side === 'in' || file.side === 'out' ? file.side : 'both') === side).map(takeOf));
  return {
    files: kept,
    copies,
    differing: [...countBy(full, nameOf)].filter(([, count]) => count > 1).map(([name]) => name.slice(name.indexOf(' ') + 1)),
    split: takes('both').size > 1 || takes('in').size > 1 || takes('out').size > 1,
    otherExtensions: new Set(full.map((file) => baseName(file.path))).size - new Set(full.map(takeOf)).size,
    empty: kept.length - full.length,
  };
}

/** The medium that a file is. */
export function mediumOf(file: { readonly path: string; readonly side: Side }, audioStart: TimeValue | null): MediaRef {
  return { path: file.path, kind: 'audio', side: file.side, channels: [], audioStart };
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function digestOf(path: string, source: Source, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const entry = source.entry(path);
  if (entry !== null) {
    const reader = await source.open(entry, signal);
    for await (const piece of reader.stream(0, reader.size, signal)) hash.update(piece);
  }
  return hash.digest('hex');
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function hasAudio(file: AudioFile): boolean {
  return !isEmptyAudio(file.path, file.size);
}

/** Name of what a file records, without extension: two files with it are one take in two codings. */
function takeOf(file: AudioFile): string {
  return withoutAudioExtension(baseName(file.path));
}

/** What CEL says, then the name, then a folder `in` beside a folder `out` that holds the same name; a FreePBX name is MixMonitor's mix. */
function sideOf(file: OwnedFile, paths: ReadonlySet<string>): Side {
  if (file.side !== null && file.side !== 'unknown') return file.side;
  const name = parseAudioName(file.path);
  if (name.side !== null) return name.side;
  const folders = file.path.split('/');
  for (const [index, folder] of folders.slice(0, -1).entries()) {
    const pair = sideFolders[folder.toLowerCase()];
    if (pair !== undefined && paths.has(folders.with(index, pair[0]).join('/'))) return pair[1];
  }
  return name.stamp !== null ? 'mixed' : 'unknown';
}
