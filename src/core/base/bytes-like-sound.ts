import type { ByteReader } from './bytes.ts';

/** Bytes per examined block: the size of a disk sector, so that preallocated space between other data is recognised. */
const blockBytes = 512;

/** Counts the bytes of [start, end) that may be audio. Blocks of one value (preallocated space, digital silence) and blocks of text do not count. */
export async function bytesLikeSoundIn(reader: ByteReader, start: number, end: number, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const piece of reader.stream(start, end, signal)) {
    signal.throwIfAborted();
    for (let at = 0; at < piece.length; at += blockBytes) {
      const block = piece.subarray(at, at + blockBytes);
      if (!isOneValue(block) && !isText(block)) count += block.length;
    }
  }
  return count;
}

function isOneValue(block: Uint8Array): boolean {
  const [first] = block;
  return block.every((byte) => byte === first);
}

/** Returns true for ASCII, also if padded with zeros: no codec produces such sectors from audio. */
function isText(block: Uint8Array): boolean {
  return block.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
