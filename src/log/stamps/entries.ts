import { sha256Hex } from '../../core/base/identifier.ts';
import type { LogEntry, NewEntry } from '../entries/log-entry.ts';
import type { Stamp } from './response.ts';
import { isStampSize, listFile, stampFile } from './store.ts';

/** Log entry about a stamp. */
export interface StampEntry extends NewEntry {
  readonly type: 'checkpoint-stamped' | 'stamp-renewed' | 'evidence-rehashed';
}

/** Creates the entry of a first stamp. */
export function stampedEntry(
  size: number,
  stamp: Stamp,
  files: { readonly checkpoint: Uint8Array; readonly response: Uint8Array; readonly evidence: Uint8Array },
): StampEntry {
  const digests = {
    file: stampFile(size, 'tsr'),
    sha256: sha256Hex(files.response),
    checkpointSha256: sha256Hex(files.checkpoint),
    evidenceSha256: sha256Hex(files.evidence),
  };
  return { type: 'checkpoint-stamped', detail: { size, ...digests, ...factsOf(stamp) } };
}

/** Creates the entry of a time-stamp renewal. */
export function renewedEntry(size: number, stamp: Stamp, evidence: Uint8Array): StampEntry {
  return { type: 'stamp-renewed', detail: { size, file: stampFile(size, 'ers'), sha256: sha256Hex(evidence), ...factsOf(stamp) } };
}

/** Creates the entry of a hash-tree renewal. */
export function rehashedEntry(size: number, stamp: Stamp, evidence: Uint8Array, listSha256: string): StampEntry {
  const digests = { file: stampFile(size, 'ers'), sha256: sha256Hex(evidence), algorithm: stamp.digest, listSha256 };
  return { type: 'evidence-rehashed', detail: { size, ...digests, ...factsOf(stamp) } };
}

function factsOf({ authority, stampedAt, certificateEnds }: Stamp): Readonly<Record<string, string>> {
  return { authority, stampedAt, certificateEnds };
}

/**
 * Adds the stamp files that one log entry names. Call it for each entry in log order.
 * @param files SHA-256 by path, relative to the archive; is changed
 */
export function addStampFiles(files: Map<string, string>, { type, detail }: Pick<LogEntry, 'type' | 'detail'>): void {
  if (!['checkpoint-stamped', 'stamp-renewed', 'evidence-rehashed'].includes(type)) return;
  const { size } = detail;
  if (typeof size !== 'number' || !isStampSize(size)) return;
  const take = (path: string, sha256: unknown): void => {
    if (typeof sha256 === 'string') files.set(path, sha256);
  };
  if (type === 'checkpoint-stamped') {
    take(stampFile(size, 'tsr'), detail.sha256);
    take(stampFile(size, 'checkpoint'), detail.checkpointSha256);
    take(stampFile(size, 'ers'), detail.evidenceSha256);
  } else take(stampFile(size, 'ers'), detail.sha256);
  if (type === 'evidence-rehashed' && typeof detail.algorithm === 'string') take(listFile(size, detail.algorithm), detail.listSha256);
}
