import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import { logOrigin, parseCheckpoint } from './checkpoint.ts';
import type { LogInspection, LogPlace } from './inspect-log.ts';
import type { KeyChain } from './key-chain.ts';
import { checkpointFile, type LogEntry, logFolder, parseEntry } from './log-entry.ts';
import { readBundle, readSmallFile } from './log-files.ts';
import { leafHash, sameHash } from './merkle.ts';
import { checkSignature } from './signed-note.ts';
import { addLeaf, type GrowingTree, tileWidth, treeRoot, treeSize } from './tile-tree.ts';

/** How far a log has been read: all that is needed to judge what is entered behind it. */
export interface LogEnd {
  readonly tree: GrowingTree;
  readonly keys: KeyChain;
}

/** Where an inspection ended; null where it found that the log has no end that could be gone on from. */
export function endOf({ tree, keys, lost, obstacle, size }: LogInspection): LogEnd | null {
  return tree === null || lost !== null || obstacle !== null || treeSize(tree) !== size ? null : { tree, keys };
}

/**
 * The entries that were signed since, judged by the tree and the signature over it, without reading those before them. Null where they do not
 * simply go on from there: then the whole log is to be inspected. `end` is used up either way.
 */
export async function continueLog(
  archive: LogPlace,
  end: LogEnd,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly LogEntry[]; readonly end: LogEnd } | null> {
  const bytes = await readSmallFile(join(archive.dir, checkpointFile), limits.signedNoteBytes);
  const signed = bytes === null ? null : parseCheckpoint(Buffer.from(bytes).toString('utf8'));
  const { keys } = end;
  const tree: GrowingTree = { full: [...end.tree.full], tail: [...end.tree.tail] };
  const from = treeSize(tree);
  if (signed === null || signed.size < from || (archive.id !== null && signed.origin !== logOrigin(archive.id))) return null;
  const doubts = keys.findings(from).length;
  const entries: LogEntry[] = [];
  for (let index = Math.floor(from / tileWidth); index * tileWidth < signed.size; index++) {
    signal.throwIfAborted();
    const bundle = await readBundle(join(archive.dir, logFolder), index);
    for (const [at, one] of (bundle?.entries ?? []).entries()) {
      const seq = index * tileWidth + at;
      if (seq < from || seq >= signed.size) continue;
      const entry = parseEntry(one, seq + 1);
      if (entry === null) return null;
      entries.push(entry);
      keys.take(entry);
      addLeaf(tree, leafHash(one));
    }
  }
  const key = keys.inForce(signed.size);
  const signedBy = key !== null && checkSignature(signed.note, key).verdict === 'valid' && keys.findings(signed.size).length === doubts;
  return signedBy && treeSize(tree) === signed.size && sameHash(treeRoot(tree), signed.root) ? { entries, end: { tree, keys } } : null;
}
