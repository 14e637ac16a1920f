import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolderDurable, temporaryPrefix, writeDurable } from '../archive/durable.ts';
import { LongplayError } from '../core/error.ts';
import type { LogInspection } from './inspect-log.ts';
import { logFolder, type NewEntry } from './log-entry.ts';
import { parseTilePath, readBundle, tileFiles } from './log-files.ts';
import type { LogState } from './log-writer.ts';
import { leafHash } from './merkle.ts';
import { bundleBytes, type GrowingTree, type TileName, tileBytes, tilePath, tileWidth, treeSize, upperTiles } from './tile-tree.ts';

/**
 * Makes a log fit to be continued: what follows from the entries is written anew, what a stopped append left goes. Entries are never touched.
 * @returns where to go on, and entries that tell what was found and done; they are to be written before any other
 * @throws LongplayError incomplete L105: entries and tiles contradict each other and neither is what was signed;
 * L109: what looks like leftovers may be entries that this machine does not know of
 */
export async function mendLog(
  archive: { readonly dir: string; readonly id: string },
  found: LogInspection,
  ownKey: string,
): Promise<{ readonly state: LogState; readonly notes: readonly NewEntry[] }> {
  const { tree, size, bad, badTiles, leftovers, lost } = found;
  if (tree === null) {
    throw new LongplayError(
      'incomplete',
      'L105',
      `the log of ${archive.dir} is damaged: of ${size} entries, ${bad.size} do not fit, and nothing agrees with what was signed`,
      'bring log/ back from another copy of the archive; longplay verify names what is wrong',
    );
  }
  const log = join(archive.dir, logFolder);
  if (leftovers.length > 0 && !found.remembers) {
    throw new LongplayError(
      'incomplete',
      'L109',
      `the log of ${archive.dir} has ${counted(leftovers.length)} of entries that its checkpoint does not count, and this machine has never seen it`,
      'compare with another copy of the archive; then copy the file .checkpoint beside the key as well, or delete the files that longplay verify names',
    );
  }
  let mended = 0;
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await makeFolderDurable(dirname(join(log, path)));
    await writeDurable(join(log, path), bytes);
  };
  for (const path of badTiles) {
    const name = parseTilePath(path);
    const bytes = name === null ? null : await contentOf(log, name, tree, bad);
    if (bytes === null) continue;
    await write(path, bytes);
    mended++;
  }
  // The files that end with the tree may be there only as part of longer ones, which go.
  for (const name of edgeTiles(tree)) {
    if (existsSync(join(log, tilePath(name)))) continue;
    const bytes = await contentOf(log, name, tree, bad);
    if (bytes !== null) await write(tilePath(name), bytes);
  }
  // Nobody else is writing: unfinished files are those of runs that were killed.
  const unfinished = [...tileFiles(log)].filter((path) => basename(path).startsWith(temporaryPrefix));
  for (const path of [...leftovers, ...unfinished]) await rm(join(log, path), { force: true });
  const index = tree.full.length;
  const bundle = treeSize(tree) % tileWidth === 0 ? [] : ((await readBundle(log, index))?.entries ?? []);
  const tail = tree.tail.map((_, at) => bundle[at] ?? new Uint8Array());
  const notes: NewEntry[] = [];
  if (size === 0) notes.push({ type: 'log-restarted', detail: { archive: archive.id, key: ownKey, lostSize: lost?.size ?? null } });
  else if (lost !== null)
    notes.push({ type: 'log-shortened', detail: { lostSize: lost.size, lostRoot: Buffer.from(lost.root).toString('hex'), left: size } });
  else if (mended > 0 || found.findings.some(({ code }) => code === 'A117'))
    notes.push({ type: 'log-repaired', detail: { tiles: mended, checkpoint: found.findings.some(({ code }) => code === 'A117') } });
  return { state: { tree, tail }, notes };
}

function counted(files: number): string {
  return files === 1 ? 'a file' : `${files} files`;
}

/** The tiles at the right edge that are not full. */
function* edgeTiles(tree: GrowingTree): Generator<TileName> {
  const name = { index: tree.full.length, width: tree.tail.length };
  if (tree.tail.length > 0) yield* [{ level: 'entries', ...name } as const, { level: 0, ...name }];
  for (const { level, index, width } of upperTiles(tree)) if (width < tileWidth) yield { level, index, width };
}

/** What a tile's file should hold; null where the entries that it follows from are damaged themselves. */
async function contentOf(log: string, { level, index, width }: TileName, tree: GrowingTree, bad: ReadonlySet<number>): Promise<Uint8Array | null> {
  if (level !== 'entries' && level > 0) {
    for (const tile of upperTiles(tree)) if (tile.level === level && tile.index === index) return tileBytes(tile.hashes.slice(0, width));
    return null;
  }
  const first = index * tileWidth;
  const entries = (await readBundle(log, index))?.entries.slice(0, width) ?? [];
  if (entries.length < width || entries.some((_, at) => bad.has(first + at))) return null;
  return level === 'entries' ? bundleBytes(entries) : tileBytes(entries.map(leafHash));
}
