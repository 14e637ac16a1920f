import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { localSignature, metered, readLocalHeader } from './salvage.ts';

/** Byte range of a member that the central directory lists, from the start of the file. `until` is the first byte after its data. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Largest number of hidden members that are reported. Later gaps are not examined. */
const hiddenTold = 100;
const chunkBytes = 256 * 1024;
/** Length of a header with a one-byte name. Descriptors of the preceding data have up to 24 bytes (APPNOTE 4.3.9). */
const leastHeader = 31;
/** Signature of a directory entry, APPNOTE 4.3.12. */
const directorySignature = Buffer.from('PK\x01\x02', 'latin1');

/**
 * Returns the offset of the first unlisted member in each gap before, between and after the listed members. For a gap that needs more reading than any real zip
 * would, returns the offset at which the search stopped.
 * @param spans in the order of `from`.
 */
export async function hiddenMembers(zip: ByteReader, spans: readonly Span[], signal: AbortSignal): Promise<number[]> {
  const bytes = metered(zip);
  const hidden: number[] = [];
  let from = 0;
  for (const { from: to, until } of [...spans, { from: zip.size, until: zip.size }]) {
    const at = to - from < leastHeader ? null : await hiddenMember(bytes, from, to, signal);
    if (at !== null) hidden.push(at);
    if (hidden.length >= hiddenTold) break;
    from = Math.max(from, until);
  }
  return hidden;
}

async function hiddenMember(bytes: ReturnType<typeof metered>, from: number, to: number, signal: AbortSignal): Promise<number | null> {
  for (let at = from; at + leastHeader <= to; ) {
    signal.throwIfAborted();
    const chunk = Buffer.from(await bytes.read(at, Math.min(chunkBytes, to - at), signal));
    // The last gap ends at the directory.
    const directory = to === bytes.size ? chunk.indexOf(directorySignature) : -1;
    const end = directory < 0 ? chunk.length : directory;
    for (let found = chunk.indexOf(localSignature); found >= 0 && found < end; found = chunk.indexOf(localSignature, found + 1)) {
      if (bytes.spent > bytes.size * limits.salvageReads + limits.ratioFloorBytes) return at + found;
      if ((await readLocalHeader(bytes, at + found, signal)) !== null) return at + found;
    }
    if (directory >= 0 || chunk.length <= localSignature.length) return null;
    at += chunk.length - localSignature.length + 1;
  }
  return null;
}
