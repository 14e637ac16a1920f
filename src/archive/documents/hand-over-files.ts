import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bagInfo } from '../bag/info.ts';

// Files that prove the hand-over of a case. The log's entry `exported` has the digests of the bag's tag manifests, which cover every file except these. They
// are at the top of the bag and in no manifest, because they are created after it; they prove themselves. RFC 8493 section 3 requires the files that tag
// manifests list and permits others.

/** The proof that the log contains the entry of the hand-over, as C2SP tlog-proof; its `extra` line is the entry itself. */
export const handOverProof = 'hand-over.tlog-proof';
/** Proofs that the same checkpoint covers the entries of `data/custody.json`: one JSON object per line. */
export const custodyProofs = 'hand-over.custody.jsonl';
/** The time stamp (RFC 3161) on the proof's checkpoint, if one was requested. */
export const handOverStamp = 'hand-over.tsr';

/** Files of a hand-over that no manifest lists. */
export const unlistedFiles: readonly string[] = [handOverProof, custodyProofs, handOverStamp];

/** Prefix of the source description in a hand-over's `bag-info.txt`. */
export const caseOfArchive = 'case of longplay archive';

/** Returns true if a bag contains the proof of a hand-over, or describes itself as one. */
export function isHandOver(bag: string): boolean {
  return existsSync(join(bag, handOverProof)) || (bagInfo(bag) ?? '').includes(caseOfArchive);
}
