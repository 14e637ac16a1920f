import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { logFolder } from '../entries/log-entry.ts';
import { sameHash } from '../tree/merkle.ts';
import { bundleBytes, bundleEntries, type GrowingTree, type TileName, tilePath, tileWidth, upperTiles } from '../tree/tile-tree.ts';
import { parseTilePath, readBundle, readSmallFile, readTile, tileFiles } from './files.ts';

/** What the tiles of a log are found to be. */
export interface TileCheck {
  /** A112 for each tile that does not follow from the entries, A113 for what a stopped append left. */
  readonly findings: readonly Finding[];
  /** Paths below `log/`. */
  readonly bad: readonly string[];
  readonly leftovers: readonly string[];
}

/** What is known of the tree before its tiles are looked at. */
export interface JudgedTree {
  /** Null: which is right cannot be told; then the upper levels are not judged. */
  readonly tree: GrowingTree | null;
  /** Indexes of entries that are not what was entered. */
  readonly bad: ReadonlySet<number>;
  /** Indexes of tiles of level 0 that were found wrong already. */
  readonly badTiles: readonly number[];
}

/**
 * Holds the tiles of level 1 and up against the tree, narrower files of a tile against the widest, and finds files of entries beyond the end.
 */
export async function checkTiles(
  log: string,
  { tree, bad: badEntries, badTiles }: JudgedTree,
  size: number,
  signal: AbortSignal,
): Promise<TileCheck> {
  const findings: Finding[] = [];
  const bad: string[] = [];
  const leftovers: string[] = [];
  const say = (path: string, message: string): void => {
    bad.push(path);
    findings.push(finding('A112', `${logFolder}/${path}`, message));
  };
  for (const index of badTiles)
    say(tilePath({ level: 0, index, width: widthAt(size, 0, index) }), 'it is missing or does not follow from the entries of the log');
  for (const { hashes, level, ...rest } of tree === null ? [] : upperTiles(tree)) {
    const name = { level, ...rest };
    signal.throwIfAborted();
    const found = await readTile(log, level, name.index);
    const fits =
      found !== null && found.hashes.length >= hashes.length && hashes.every((hash, at) => sameHash(hash, found.hashes[at] ?? new Uint8Array()));
    if (!fits) say(tilePath(name), 'it is missing or does not follow from the entries of the log');
  }
  const damaged = new Set([...badEntries].map((index) => Math.floor(index / tileWidth)));
  for (const path of tileFiles(log)) {
    signal.throwIfAborted();
    const name = parseTilePath(path);
    if (name === null) continue;
    const widest = widthAt(size, name.level, name.index);
    if (name.width > widest) leftovers.push(path);
    // Of entries that are damaged older files may hold more than the widest.
    else if (name.level === 'entries' && damaged.has(name.index)) continue;
    else if (name.level === 'entries' && name.width === widest && (await readBundle(log, name.index))?.left !== 0)
      say(path, 'it holds bytes that are no entry');
    else if (name.width < widest && !(await isBeginning(log, path, name.width, { ...name, width: widest })) && !bad.includes(path))
      say(path, 'it does not follow from the entries of the log');
  }
  // A lock tells of a run at work or of one that was killed: the next one tidies up.
  if (leftovers.length > 0 && !existsSync(join(log, '.lock')))
    findings.push(
      finding('A113', logFolder, `${leftovers.length === 1 ? 'a file is' : `${leftovers.length} files are`} of entries that were not signed`),
    );
  return { findings, bad, leftovers };
}

/** Width of the widest file of a tile in a log of that size; 0 where there should be none. */
function widthAt(size: number, level: TileName['level'], index: number): number {
  const count = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(tileWidth, count - index * tileWidth));
}

/** True where a narrower file holds just the first of what the widest holds. Where the widest is missing, that has been said. */
async function isBeginning(log: string, path: string, width: number, widest: TileName): Promise<boolean> {
  const [narrow, wide] = [
    await readSmallFile(join(log, path), limits.logBundleBytes),
    await readSmallFile(join(log, tilePath(widest)), limits.logBundleBytes),
  ];
  // Narrow files go when the full one is there: one that has gone meanwhile is no fault.
  if (narrow === null) return !existsSync(join(log, path));
  if (wide === null) return true;
  const expected = widest.level === 'entries' ? bundleBytes(bundleEntries(wide).entries.slice(0, width)) : wide.subarray(0, width * 32);
  return Buffer.compare(narrow, expected) === 0;
}
