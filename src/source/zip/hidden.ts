import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { localSignature, metered, readLocalHeader } from './salvage.ts';

/** Where a member that the directory of a zip lists stands, bytes from the start of the file; `until` is the first byte behind its data. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Hidden members that are told; gaps behind them are not looked at. */
const hiddenTold = 100;
const chunkBytes = 256 * 1024;
/** A header with a name of one byte. Descriptors of the data before it have up to 24 (APPNOTE 4.3.9). */
const leastHeader = 31;
/** Of an entry of the directory, APPNOTE 4.3.12. */
const directorySignature = Buffer.from('PK\x01\x02', 'latin1');

/**
 * Gives where the first member of each gap begins that no directory lists: before, between and behind those that it does. Where a gap asks for more reading than a genuine zip
 * does, the place where the search was given up stands for it.
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
    // The last gap is that before the directory.
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
