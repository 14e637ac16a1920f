import type { KeyChain } from '../entries/key-chain.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { followEntries } from '../files/follow-log.ts';
import type { LogPlace } from '../files/walk-log.ts';
import { readCheckpoint, signatureProblem } from '../keys/vouching.ts';
import { logOrigin } from '../tree/checkpoint.ts';
import { type GrowingTree, treeSize } from '../tree/tile-tree.ts';
import type { LogInspection } from './inspect-log.ts';

/** State up to which a log has been read, with everything that is needed to judge later entries. */
export interface LogEnd {
  readonly tree: GrowingTree;
  readonly keys: KeyChain;
}

/** Returns the state after an inspection; null if the log cannot be continued from there. */
export function endOf({ tree, keys, lost, obstacle, size }: LogInspection): LogEnd | null {
  return tree === null || lost !== null || obstacle !== null || treeSize(tree) !== size ? null : { tree, keys };
}

/**
 * Reads the entries signed after that state and checks them by the tree and its signature, without reading earlier ones. Null if they do not continue
 * the state: the whole log must then be inspected. Either way `end` is consumed.
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
