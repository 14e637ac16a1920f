import type { ByteReader } from '../../core/base/bytes.ts';
import type { Budget } from '../read/budget.ts';
import { type Compression, headBytes } from '../read/container-kind.ts';
import { decompressed } from '../read/decompress.ts';
import type { Trouble } from '../read/member.ts';
import type { ListedFile } from '../read/open-files.ts';
import type { Spool } from '../read/spool.ts';
import { looksLikeTar } from '../read/tar-header.ts';

/** An unpacked compressed tar, with the problems of its compression. */
export interface UnpackedTar {
  readonly file: ListedFile;
  readonly troubles: readonly Trouble[];
}

/**
 * Unpacks compressed bytes into the spool if they are a compressed tar, or are so truncated or damaged at the beginning that their kind is unknown: bzip2
 * yields nothing of a block of 900 kB before its end. Null for anything else, of which only the beginning was unpacked.
 * @throws OverBudget if the bytes unpack to more than the limit.
 */
export async function unpackTar(
  kind: Compression,
  bytes: ByteReader,
  spool: Spool,
  budget: Budget,
  signal: AbortSignal,
): Promise<UnpackedTar | null> {
  const troubles: Trouble[] = [];
  const pieces = decompressed(kind, bytes, troubles, signal);
  try {
    const head: Uint8Array[] = [];
    let length = 0;
    while (length < headBytes) {
      const next = await pieces.next();
      if (next.done === true) break;
      head.push(next.value.slice());
      length += next.value.length;
    }
    if (length === 0 && troubles.length > 0) return { file: await spool.write(counted([], pieces, budget), bytes.name), troubles };
    if (!looksLikeTar(Buffer.concat(head).subarray(0, headBytes))) return null;
    const file = await spool.write(counted(head, pieces, budget), bytes.name);
    return { file, troubles };
  } finally {
    await pieces.return(undefined);
  }
}

async function* counted(head: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>, budget: Budget): AsyncGenerator<Uint8Array> {
  for (const piece of head) {
    budget.spend(piece.length);
    yield piece;
  }
  for await (const piece of rest) {
    budget.spend(piece.length);
    yield piece;
  }
}
