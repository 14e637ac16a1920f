import { byCodePoint } from '../../src/core/base/order.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import type { Side } from '../../src/core/model/recording.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import { isEmptyAudio, parseAudioName, withoutExtension } from './names.ts';

/** The files of one recording, sorted into sides and parts. */
export interface SortedMedia {
  /** The mixed file first, then its sides, each by path and with its side. */
  readonly files: readonly ClaimedFile[];
  /** Base names that belong to two files with different bytes. */
  readonly differing: readonly string[];
  /** True if there is more than one file of the same side: parts of the call. */
  readonly split: boolean;
  /** Number of files that differ only in the extension: most likely the same audio in another encoding, which has not been compared. */
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

/** Sorts the files of one recording into sides and parts. `twinKeys` has removed copies before. */
export function sortMedia(owned: readonly ClaimedFile[]): SortedMedia {
  const paths = pathsOf(owned);
  const files = owned.map((file) => ({ ...file, side: sideOf(file, paths) }));
  files.sort((a, b) => sideOrder.indexOf(a.side) - sideOrder.indexOf(b.side) || byCodePoint(a.path, b.path));
  const full = files.filter(hasAudio);
  const takes = (side: 'in' | 'out' | 'both'): Set<string> =>
    new Set(full.filter((file) => (file.side === 'in' || file.side === 'out' ? file.side : 'both') === side).map(takeOf));
  return {
    files,
    differing: [...countBy(full, nameOf)].filter(([, count]) => count > 1).map(([name]) => name.slice(name.indexOf(' ') + 1)),
    split: takes('both').size > 1 || takes('in').size > 1 || takes('out').size > 1,
    otherExtensions: new Set(full.map((file) => baseName(file.path))).size - new Set(full.map(takeOf)).size,
    empty: files.length - full.length,
  };
}

/** Returns keys of files of one recording that may be copies of each other: those with the same name and side. A file without audio is not a copy. */
export function twinKeys(owned: readonly ClaimedFile[]): readonly (string | null)[] {
  const paths = pathsOf(owned);
  return owned.map((file) => (hasAudio(file) ? nameOf({ path: file.path, side: sideOf(file, paths) }) : null));
}

function pathsOf(files: readonly ClaimedFile[]): ReadonlySet<string> {
  return new Set(files.map((file) => file.path));
}

function nameOf({ side, path }: Pick<ClaimedFile, 'side' | 'path'>): string {
  return `${side} ${baseName(path)}`;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function hasAudio(file: ClaimedFile): boolean {
  return !isEmptyAudio(file.path, file.size);
}

/** Returns the name of a file's content, without extension: two files of one name are one recording in two encodings. */
function takeOf(file: ClaimedFile): string {
  return withoutExtension(baseName(file.path));
}

/**
 * Returns the side of a file: by CEL, then by its name, then by a folder `in` beside a folder `out` that holds the same name. A file with a FreePBX name is
 * MixMonitor's mix.
 */
function sideOf(file: ClaimedFile, paths: ReadonlySet<string>): Side {
  if (file.side !== 'unknown') return file.side;
  const name = parseAudioName(file.path);
  if (name.side !== null) return name.side;
  const folders = file.path.split('/');
  for (const [index, folder] of folders.slice(0, -1).entries()) {
    const pair = sideFolders[folder.toLowerCase()];
    if (pair !== undefined && paths.has(folders.with(index, pair[0]).join('/'))) return pair[1];
  }
  return name.stamp !== null ? 'mixed' : 'unknown';
}
