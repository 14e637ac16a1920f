import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { logFolder } from '../entries/log-entry.ts';
import { sameHash } from '../tree/merkle.ts';
import { bundleStarts, type GrowingTree, type TileName, tilePath, tileWidth, upperTiles } from '../tree/tile-tree.ts';
import { parseTilePath, readBundle, readSmallFile, readSmallFileNow, readTile, tileFiles } from './files.ts';

/** Result of checking the tiles of a log. */
export interface TileCheck {
  /** A112 for each tile that differs from the entries; A113 for leftovers of an interrupted append. */
  readonly findings: readonly Finding[];
  /** Paths below `log/`. */
  readonly bad: readonly string[];
  readonly leftovers: readonly string[];
}

/** The log's tree before its tiles are checked. */
export interface JudgedTree {
  /** Null: it is unknown which tree is right, so that the upper levels are not checked. */
  readonly tree: GrowingTree | null;
  /** Indexes of altered entries. */
  readonly bad: ReadonlySet<number>;
  /** Indexes of level 0 tiles that are known to be wrong. */
  readonly badTiles: readonly number[];
}

/** Compares the tiles from level 1 up with the tree, compares narrower files of a tile with the widest, and finds entry files beyond the end. */
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
    say(tilePath({ level: 0, index, width: widthAt(size, 0, index) }), 'it is missing or differs from the entries of the log');
  for (const { hashes, level, ...rest } of tree === null ? [] : upperTiles(tree)) {
    const name = { level, ...rest };
    signal.throwIfAborted();
    const found = await readTile(log, level, name.index);
    const fits =
      found !== null && found.hashes.length >= hashes.length && hashes.every((hash, at) => sameHash(hash, found.hashes[at] ?? new Uint8Array()));
    if (!fits) say(tilePath(name), 'it is missing or differs from the entries of the log');
  }
  const isBeginning = createBeginnings(log);
  const damaged = new Set([...badEntries].map((index) => Math.floor(index / tileWidth)));
  for (const path of tileFiles(log)) {
    signal.throwIfAborted();
    const name = parseTilePath(path);
    if (name === null) continue;
    const widest = widthAt(size, name.level, name.index);
    if (name.width > widest) leftovers.push(path);
    // If entries are damaged, older files may have more of them than the widest file.
    else if (name.level === 'entries' && damaged.has(name.index)) continue;
    else if (name.level === 'entries' && name.width === widest && (await readBundle(log, name.index))?.left !== 0)
      say(path, 'it has bytes that are not an entry');
    else if (name.width < widest && !(await isBeginning(path, name.width, { ...name, width: widest })) && !bad.includes(path))
      say(path, 'it differs from the entries of the log');
  }
  // A lock means that a run is active or was killed: the next run cleans up.
  if (leftovers.length > 0 && !existsSync(join(log, '.lock')))
    findings.push(
      finding(
        'A113',
        logFolder,
        agree`${leftovers.length === 1 ? 'a file has' : agree`${leftovers.length} file[s] [has|have]`} unsigned entr[y|ies]`,
      ),
    );
  return { findings, bad, leftovers };
}

/** Returns the width of the widest file of a tile in a log of that size; 0 if the tile should have no file. */
function widthAt(size: number, level: TileName['level'], index: number): number {
  const count = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(tileWidth, count - index * tileWidth));
}

/** Number of narrow files that are read before other work of the process has its turn. */
const filesPerTurn = 32;

/**
 * Returns a function that compares the narrower files of tiles with the widest, which is read once per tile: a log that grew entry by entry has up to 255 narrower files of it. The
 * function returns true if a file is exactly the beginning of the widest. A missing widest file has already been reported.
 */
function createBeginnings(log: string): (path: string, width: number, widest: TileName) => Promise<boolean> {
  let last: { readonly path: string; readonly beginning: (width: number) => Uint8Array | null } | null = null;
  let read = 0;
  return async (path, width, widest) => {
    if (++read % filesPerTurn === 0) await turn();
    const narrow = readSmallFileNow(join(log, path), limits.logBundleBytes);
    // Narrow files are deleted once the full one exists: a file that has disappeared meanwhile is no fault.
    if (narrow === null) return !existsSync(join(log, path));
    if (last?.path !== tilePath(widest)) last = { path: tilePath(widest), beginning: await beginningsOf(log, widest) };
    const expected = last.beginning(width);
    return expected === null || Buffer.compare(narrow, expected) === 0;
  };
}

/** Reads the widest file of a tile. @returns a function that returns the bytes that a file of a smaller width has; null if there is no file */
async function beginningsOf(log: string, widest: TileName): Promise<(width: number) => Uint8Array | null> {
  const wide = await readSmallFile(join(log, tilePath(widest)), limits.logBundleBytes);
  if (wide === null) return () => null;
  if (widest.level !== 'entries') return (width) => wide.subarray(0, width * 32);
  const starts = bundleStarts(wide);
  return (width) => wide.subarray(0, starts[width] ?? starts.at(-1));
}
