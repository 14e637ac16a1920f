import { sha256Hex } from '../core/identifier.ts';
import type { NewEntry } from './log-entry.ts';
import type { Stamp } from './stamp-response.ts';
import { stampFile } from './stamp-store.ts';

/** What the log tells of a stamp. */
export interface StampEntry extends NewEntry {
  readonly type: 'checkpoint-stamped' | 'stamp-renewed' | 'evidence-rehashed';
}

/** The entry of a first stamp. */
export function stampedEntry(size: number, stamp: Stamp, response: Uint8Array, evidence: Uint8Array): StampEntry {
  const files = { file: stampFile(size, 'tsr'), sha256: sha256Hex(response), evidenceSha256: sha256Hex(evidence) };
  return { type: 'checkpoint-stamped', detail: { size, ...files, ...factsOf(stamp) } };
}

/** The entry of a time-stamp renewal. */
export function renewedEntry(size: number, stamp: Stamp, evidence: Uint8Array): StampEntry {
  return { type: 'stamp-renewed', detail: { size, file: stampFile(size, 'ers'), sha256: sha256Hex(evidence), ...factsOf(stamp) } };
}

/** The entry of a hash-tree renewal. */
export function rehashedEntry(size: number, stamp: Stamp, evidence: Uint8Array, list: Uint8Array): StampEntry {
  const files = { file: stampFile(size, 'ers'), sha256: sha256Hex(evidence), algorithm: stamp.digest, listSha256: sha256Hex(list) };
  return { type: 'evidence-rehashed', detail: { size, ...files, ...factsOf(stamp) } };
}

function factsOf({ authority, stampedAt, certificateEnds }: Stamp): Readonly<Record<string, string>> {
  return { authority, stampedAt, certificateEnds };
}

/**
 * Takes in what one entry of the log tells of files of stamps; to be called for each entry in log order.
 * @param files SHA-256 by path, relative to the archive; changed.
 */
export function foldStampFiles(
  files: Map<string, string>,
  entry: { readonly type: string; readonly detail: Readonly<Record<string, unknown>> },
): void {
  if (!['checkpoint-stamped', 'stamp-renewed', 'evidence-rehashed'].includes(entry.type)) return;
  const { size, file, sha256, evidenceSha256 } = entry.detail;
  if (typeof file === 'string' && typeof sha256 === 'string') files.set(file, sha256);
  if (typeof size === 'number' && typeof evidenceSha256 === 'string') files.set(stampFile(size, 'ers'), evidenceSha256);
}
