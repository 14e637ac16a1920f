import type { KeyChain } from '../entries/key-chain.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { followEntries } from '../files/follow-log.ts';
import type { LogPlace } from '../files/walk-log.ts';
import { readCheckpoint, signatureProblem } from '../keys/vouching.ts';
import { logOrigin } from '../tree/checkpoint.ts';
import { type GrowingTree, treeSize } from '../tree/tile-tree.ts';
import type { LogInspection } from './inspect-log.ts';

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
  { tree, keys }: LogEnd,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly LogEntry[]; readonly end: LogEnd } | null> {
  signal.throwIfAborted();
  const { checkpoint } = await readCheckpoint(archive.dir);
  const from = treeSize(tree);
  if (checkpoint === null || checkpoint.size < from || (archive.id !== null && checkpoint.origin !== logOrigin(archive.id))) return null;
  const followed = await followEntries(archive.dir, tree, checkpoint);
  if (followed === null) return null;
  const doubts = keys.findings(from).length;
  for (const entry of followed.entries) keys.take(entry);
  const isVouched = signatureProblem(checkpoint, keys) === null && keys.findings(checkpoint.size).length === doubts;
  return isVouched ? { entries: followed.entries, end: { tree: followed.tree, keys } } : null;
}
