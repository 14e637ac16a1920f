import { join } from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import { type LogEntry, logFolder, parseEntry } from './log-entry.ts';
import { readBundle } from './log-files.ts';
import type { LogState } from './log-writer.ts';
import { leafHash, sameHash } from './merkle.ts';
import { addLeaf, type GrowingTree, tileWidth, treeRoot, treeSize } from './tile-tree.ts';

/**
 * What was entered behind a state that is known, up to a checkpoint whose signature was verified: only the bundles from there on are read.
 * @returns null where the entries do not lead to the checkpoint, or one of them is none: then the log has to be looked at as a whole
 */
export async function followEntries(
  dir: string,
  { tree: before, tail: oldTail, isDamaged }: LogState,
  checkpoint: Checkpoint,
): Promise<{ readonly state: LogState; readonly entries: readonly LogEntry[] } | null> {
  const tree: GrowingTree = { full: [...before.full], tail: [...before.tail] };
  const known = treeSize(before);
  const entries: LogEntry[] = [];
  let tail = [...oldTail];
  for (let index = Math.floor(known / tileWidth); index * tileWidth < checkpoint.size; index++) {
    const bundle = (await readBundle(join(dir, logFolder), index))?.entries ?? [];
    for (const [at, bytes] of bundle.entries()) {
      const seq = index * tileWidth + at;
      if (seq < known || seq >= checkpoint.size) continue;
      const entry = parseEntry(bytes, seq + 1);
      if (entry === null) return null;
      entries.push(entry);
      tail.push(bytes);
      if (addLeaf(tree, leafHash(bytes)) !== null) tail = [];
    }
  }
  if (treeSize(tree) !== checkpoint.size || !sameHash(treeRoot(tree), checkpoint.root)) return null;
  return { state: { tree, tail, isDamaged: isDamaged && tree.full.length === before.full.length }, entries };
}
