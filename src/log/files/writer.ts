import type { KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { checkpointFile, logFolder } from '../entries/log-entry.ts';
import { checkpointText, logOrigin } from '../tree/checkpoint.ts';
import { leafHash } from '../tree/merkle.ts';
import { signNote } from '../tree/signed-note.ts';
import {
  addLeaf,
  bundleBytes,
  type GrowingTree,
  type TileName,
  tileBytes,
  tilePath,
  tileWidth,
  treeRoot,
  treeSize,
  upperTiles,
} from '../tree/tile-tree.ts';

/** State of a log that is needed to continue it. */
export interface LogState {
  readonly tree: GrowingTree;
  /** Entries of the last, incomplete bundle: fewer than 256. */
  readonly tail: readonly Uint8Array[];
  /** True if one of these entries was altered. Older files of the bundle are then kept, because they may have the original. */
  readonly isDamaged: boolean;
}

/**
 * Appends entries to a log: bundles, then tiles, then the checkpoint, each durable before the next is written. The entries count only once the
 * checkpoint is written; after an interruption the next append writes the same files again.
 * @returns the new state, and the checkpoint's note
 */
export async function writeEntries(
  archive: { readonly dir: string; readonly id: string },
  { tree: before, tail: oldTail, isDamaged }: LogState,
  entries: readonly Uint8Array[],
  key: KeyObject,
): Promise<{ readonly state: LogState; readonly note: string }> {
  const log = join(archive.dir, logFolder);
  const tree: GrowingTree = { full: [...before.full], tail: [...before.tail] };
  let tail = [...oldTail];
  const put = async (name: TileName, bytes: Uint8Array): Promise<void> => {
    const path = join(log, tilePath(name));
    await makeFolderDurable(dirname(path));
    await writeDurable(path, bytes);
  };
  for (const entry of entries) {
    tail.push(entry);
    const full = addLeaf(tree, leafHash(entry));
    if (full === null) continue;
    const index = tree.full.length - 1;
    await put({ level: 'entries', index, width: tileWidth }, bundleBytes(tail));
    await put({ level: 0, index, width: tileWidth }, tileBytes(full));
    tail = [];
  }
  const index = tree.full.length;
  if (tail.length > 0) {
    await put({ level: 'entries', index, width: tail.length }, bundleBytes(tail));
    await put({ level: 0, index, width: tail.length }, tileBytes(tree.tail));
  }
  const grown = tree.full.length > before.full.length;
  if (grown) for (const { hashes, ...name } of upperTiles(tree, before.full.length)) await put(name, tileBytes(hashes));
  const origin = logOrigin(archive.id);
  const note = signNote(checkpointText({ origin, size: treeSize(tree), root: treeRoot(tree) }), origin, key);
  await writeDurable(join(archive.dir, checkpointFile), note);
  // C2SP tlog-tiles: partial tiles may be deleted once the full tile exists. Leftovers of a crash are no fault.
  if (grown)
    for (const name of filledTiles(before.full.length, tree.full.length)) {
      if (isDamaged && name.level === 'entries' && name.index === before.full.length) continue;
      await rm(join(log, `${tilePath(name)}.p`), { recursive: true, force: true });
    }
  return { state: { tree, tail, isDamaged: isDamaged && tree.full.length === before.full.length }, note };
}

/** Yields the tiles that became full when the number of full tiles of level 0 grew. */
function* filledTiles(before: number, after: number): Generator<TileName> {
  for (let index = before; index < after; index++) yield { level: 'entries', index, width: tileWidth };
  for (
    let [level, from, to] = [0, before, after];
    from < to;
    [level, from, to] = [level + 1, Math.floor(from / tileWidth), Math.floor(to / tileWidth)]
  )
    for (let index = from; index < to; index++) yield { level, index, width: tileWidth };
}
