import { custodyProofs, handOverProof, handOverStamp } from '../../archive/documents/hand-over-files.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { entryAt, openProvingLog, proofText } from '../../log/files/proof.ts';
import { readStampFile, stampFile } from '../../log/stamps/store.ts';

/** Number of entries that are searched backwards for the entry of a hand-over, because other processes may write to the log at the same time. */
const mostEntries = 10_000;

/** Returns the files that prove a hand-over, by name; or the reason why the hand-over cannot be proved. */
export async function proveHandOver(
  archive: { readonly dir: string },
  tagManifestSha256: string,
  custody: readonly { readonly seq: number }[],
  stampedSize: number | null,
): Promise<{ readonly files: ReadonlyMap<string, string | Uint8Array> } | { readonly problem: string }> {
  try {
    const stamped = stampedSize === null ? null : await stampAt(archive, stampedSize);
    const log = await openProvingLog(archive, stamped?.checkpoint);
    const index = await indexOf(archive, log.checkpoint.size, tagManifestSha256);
    const entry = index === null ? null : await entryAt(archive, index);
    if (index === null || entry === null) return { problem: 'the log entry of this hand-over cannot be read' };
    const files = new Map<string, string | Uint8Array>();
    files.set(handOverProof, proofText({ extra: entry, index, hashes: log.inclusion(index), checkpoint: log.note }));
    const lines: string[] = [];
    for (const { seq } of custody) {
      const bytes = await entryAt(archive, seq - 1);
      if (bytes === null) continue;
      const hashes = log.inclusion(seq - 1).map((hash) => Buffer.from(hash).toString('base64'));
      lines.push(`${canonicalJson({ entry: Buffer.from(bytes).toString('utf8'), hashes, index: seq - 1 })}\n`);
    }
    files.set(custodyProofs, lines.join(''));
    if (stamped !== null) files.set(handOverStamp, stamped.response);
    return { files };
  } catch (error) {
    if (error instanceof LongplayError && error.kind === 'incomplete') return { problem: error.message };
    throw error;
  }
}

/** Returns a stamped checkpoint and the answer of the time-stamp authority. */
async function stampAt(
  archive: { readonly dir: string },
  size: number,
): Promise<{ readonly checkpoint: string; readonly response: Uint8Array } | null> {
  const checkpoint = await readStampFile(archive, stampFile(size, 'checkpoint'));
  const response = await readStampFile(archive, stampFile(size, 'tsr'));
  return checkpoint === null || response === null ? null : { checkpoint: Buffer.from(checkpoint).toString('utf8'), response };
}

async function indexOf(archive: { readonly dir: string }, size: number, tagManifestSha256: string): Promise<number | null> {
  for (let index = size - 1; index >= Math.max(0, size - mostEntries); index--) {
    const bytes = await entryAt(archive, index);
    if (bytes !== null && Buffer.from(bytes).includes(`"tagManifestSha256":"${tagManifestSha256}"`)) return index;
  }
  return null;
}
