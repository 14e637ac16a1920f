import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bagInfo } from '../bag/info.ts';

// What fixes the hand-over of a case: the entry `exported` of the log has the digests of the bag's tag manifests, which cover every file but these. They lie at the top of the bag and
// are listed by no manifest, because they are made after it: they prove themselves. RFC 8493 section 3 asks for the files that tag manifests list, and lets others be there.

/** The proof that the log has the entry of the hand-over, as C2SP tlog-proof; its `extra` line is the entry itself. */
export const handOverProof = 'hand-over.tlog-proof';
/** Proofs of the entries of `data/custody.json`, to the same checkpoint: one JSON object per line. */
export const custodyProofs = 'hand-over.custody.jsonl';
/** The time stamp (RFC 3161) on the checkpoint of the proof, where one was asked for. */
export const handOverStamp = 'hand-over.tsr';

/** Files of a hand-over that no manifest lists. */
export const unlistedFiles: readonly string[] = [handOverProof, custodyProofs, handOverStamp];

/** What `bag-info.txt` of a hand-over begins to say of its source. */
export const caseOfArchive = 'case of longplay archive';

/** True where a bag carries the proof of a hand-over, or says that it is one. */
export function isHandOver(bag: string): boolean {
  return existsSync(join(bag, handOverProof)) || (bagInfo(bag) ?? '').includes(caseOfArchive);
}
