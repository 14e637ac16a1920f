import { type Finding, finding } from '../../core/findings/finding.ts';
import type { AgeingRule } from './ageing.ts';
import { type EvidenceRecord, readEvidence } from './evidence-record.ts';
import { verifyEvidence } from './evidence-verify.ts';
import type { Stamp } from './response.ts';
import type { StampRoots } from './roots.ts';
import { listFile, readStampFile, type StampFiles, stampFile } from './store.ts';

/** A stored stamp that is valid now. */
export interface OpenStamp {
  readonly kind: 'open-stamp';
  readonly size: number;
  readonly checkpoint: Uint8Array;
  readonly record: EvidenceRecord;
  /** Newest time stamp. */
  readonly last: Stamp;
}

/** Opens a stored stamp for its renewal. @returns a finding if the stamp is invalid: a new stamp would not repair it @throws LongplayError A102 */
export async function openStamp(
  archive: { readonly dir: string },
  { size, parts, lists: digests }: StampFiles,
  trust: { readonly roots: StampRoots; readonly ageing?: readonly AgeingRule[] },
  nowMs: number,
): Promise<OpenStamp | Finding> {
  const place = stampFile(size, 'ers');
  for (const part of ['checkpoint', 'ers'] as const) if (!parts.has(part)) return finding('L231', stampFile(size, part), 'it does not exist');
  const checkpoint = await readStampFile(archive, stampFile(size, 'checkpoint'));
  const bytes = await readStampFile(archive, place);
  if (checkpoint === null || bytes === null) return finding('L230', place, 'a file of the stamp exceeds the size limit');
  const lists = await readLists(archive, size, digests);
  const { roots, ageing } = trust;
  const evidence = verifyEvidence(bytes, { checkpoint, lists, roots, ...(ageing === undefined ? {} : { ageing }) }, nowMs, place);
  if (evidence.kind === 'finding') return evidence;
  const [fault] = evidence.faults;
  return fault ?? { kind: 'open-stamp', size, checkpoint, record: readEvidence(bytes), last: evidence.stamps.at(-1) ?? evidence.stamps[0] };
}

/**
 * Reads the lists of stronger digests of a stamp, by digest algorithm; leaves out lists that exceed the limit for such files.
 * @throws LongplayError A102
 */
async function readLists(archive: { readonly dir: string }, size: number, digests: readonly string[]): Promise<Map<string, Uint8Array>> {
  const lists = new Map<string, Uint8Array>();
  for (const digest of digests) {
    const list = await readStampFile(archive, listFile(size, digest));
    if (list !== null) lists.set(digest, list);
  }
  return lists;
}
