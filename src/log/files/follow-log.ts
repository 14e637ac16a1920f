import { join } from 'node:path';
import { type LogEntry, logFolder, parseEntry } from '../entries/log-entry.ts';
import type { Checkpoint } from '../tree/checkpoint.ts';
import { leafHash, sameHash } from '../tree/merkle.ts';
import { addLeaf, type GrowingTree, tileWidth, treeRoot, treeSize } from '../tree/tile-tree.ts';
import { readBundle } from './files.ts';

/** Entries after a known state of a log. */
export interface FollowedEntries {
  readonly tree: GrowingTree;
  readonly entries: readonly LogEntry[];
  /** Bytes of each entry, as they are in the log. */
  readonly bytes: readonly Uint8Array[];
}

/**
 * Reads the entries from a known tree up to a checkpoint, and only the bundles that contain them. The caller must know that the checkpoint is signed.
 * @returns null if the entries do not lead to the checkpoint, or one of them is invalid: the whole log must then be inspected
 */
export async function followEntries(dir: string, before: GrowingTree, checkpoint: Checkpoint): Promise<FollowedEntries | null> {
  const tree: GrowingTree = { full: [...before.full], tail: [...before.tail] };
  const known = treeSize(before);
  const entries: LogEntry[] = [];
  const bytes: Uint8Array[] = [];
  for (let index = Math.floor(known / tileWidth); index * tileWidth < checkpoint.size; index++) {
    const bundle = (await readBundle(join(dir, logFolder), index))?.entries ?? [];
    for (const [at, one] of bundle.entries()) {
      const seq = index * tileWidth + at;
      if (seq < known || seq >= checkpoint.size) continue;
      const entry = parseEntry(one, seq + 1);
      if (entry === null) return null;
      entries.push(entry);
      bytes.push(one);
      addLeaf(tree, leafHash(one));
    }
  }
  return treeSize(tree) === checkpoint.size && sameHash(treeRoot(tree), checkpoint.root) ? { tree, entries, bytes } : null;
}
