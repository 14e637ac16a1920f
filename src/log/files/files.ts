import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { leafHash, sameHash, type TreeHash } from '../tree/merkle.ts';
import { bundleEntries, type TileName, tileHashes, tilePath, tileWidth } from '../tree/tile-tree.ts';

// Access to files below `log/`: tiles and bundles by name. Nothing is judged here; the result for an absent or invalid file is null.

// Without O_NONBLOCK, opening a pipe in place of a file would block.
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads up to `most` bytes of a file; null if there is no regular file, or it is longer. @throws the system's error if the file cannot be read */
export async function readSmallFile(path: string, most: number): Promise<Uint8Array | null> {
  try {
    const handle = await open(path, readOnly);
    try {
      const stat = await handle.stat();
      return stat.isFile() && stat.size <= most ? new Uint8Array(await handle.readFile()) : null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    return noFile(error);
  }
}

/** Does the same at once, in a fifth of the CPU time: for many files of a few kilobytes. The caller yields to other work between them. */
export function readSmallFileNow(path: string, most: number): Uint8Array | null {
  try {
    const file = openSync(path, readOnly);
    try {
      const stat = fstatSync(file);
      return stat.isFile() && stat.size <= most ? readFileSync(file) : null;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return noFile(error);
  }
}

/** Returns null for the error of a path that names no file. @throws any other error */
function noFile(error: unknown): null {
  if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null;
  throw error;
}

/** Reads the hashes of a tile from its widest file; null if no file has whole hashes. @param level level of the tile, from 0 */
export async function readTile(log: string, level: number, index: number): Promise<{ readonly path: string; readonly hashes: TreeHash[] } | null> {
  for (const path of widestFirst(log, level, index)) {
    const bytes = await readSmallFile(join(log, path), tileWidth * 32);
    const hashes = bytes === null ? null : tileHashes(bytes);
    if (hashes !== null && hashes.length > 0) return { path, hashes };
  }
  return null;
}

/** Reads the entries of a bundle from its widest file. `left`: number of bytes after the last whole entry. */
export async function readBundle(
  log: string,
  index: number,
): Promise<{ readonly path: string; readonly entries: readonly Uint8Array[]; readonly left: number } | null> {
  for (const path of widestFirst(log, 'entries', index)) {
    const bytes = await readSmallFile(join(log, path), limits.logBundleBytes);
    if (bytes !== null && bytes.length > 0) return { path, ...bundleEntries(bytes) };
  }
  return null;
}

/**
 * Returns the entries of a bundle whose hashes are in the tile, from any of its files: narrower files, left by earlier appends, may have entries that
 * are damaged in the widest. An entry is null if no file has it. The tile must match the tree.
 */
export async function entriesByHash(log: string, index: number): Promise<(Uint8Array | null)[]> {
  const hashes = (await readTile(log, 0, index))?.hashes ?? [];
  const entries: (Uint8Array | null)[] = hashes.map(() => null);
  for (const path of widestFirst(log, 'entries', index)) {
    const bytes = await readSmallFile(join(log, path), limits.logBundleBytes);
    for (const [at, entry] of (bytes === null ? [] : bundleEntries(bytes).entries).entries()) {
      const hash = hashes[at];
      if (entries[at] === null && hash !== undefined && sameHash(leafHash(entry), hash)) entries[at] = entry;
    }
    if (!entries.includes(null)) break;
  }
  return entries;
}

/** Returns the possible files of a tile: the full one, then partial ones from the widest. */
function widestFirst(log: string, level: TileName['level'], index: number): string[] {
  const full = tilePath({ level, index, width: tileWidth });
  const partial = widthsIn(join(log, `${full}.p`)).map((width) => tilePath({ level, index, width }));
  return [full, ...partial.reverse()];
}

function widthsIn(folder: string): number[] {
  return entriesIn(folder)
    .map(({ name }) => name)
    .filter((name) => /^[1-9]\d{0,2}$/.test(name) && Number(name) < tileWidth)
    .map(Number)
    .sort((a, b) => a - b);
}

/** Lists a folder; empty if it is not a folder, or has disappeared: folders of partial tiles disappear once the full tile exists. */
function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

/** Yields every file below `log/tile`, relative to `log`, in code-point order within each folder. */
export function* tileFiles(log: string): Generator<string> {
  const walk = function* (folder: string, depth: number): Generator<string> {
    for (const entry of entriesIn(join(log, folder)).sort((a, b) => byCodePoint(a.name, b.name))) {
      const path = `${folder}/${entry.name}`;
      // Indices of up to 15 digits are five folders deep.
      if (entry.isDirectory() && depth < 8) yield* walk(path, depth + 1);
      else yield path;
    }
  };
  yield* walk('tile', 0);
}

/** Parses a path below `log/` to a tile, or returns null. */
export function parseTilePath(path: string): TileName | null {
  const parts = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (parts === null) return null;
  const index = Number((parts[2] ?? '').replace(/[x/]/g, ''));
  const name: TileName = {
    level: parts[1] === 'entries' ? parts[1] : Number(parts[1]),
    index,
    width: parts[3] === undefined ? tileWidth : Number(parts[3]),
  };
  return Number.isSafeInteger(index) && tilePath(name) === path ? name : null;
}
