import type { ByteReader } from './bytes.ts';

/** Bytes that are looked at together: a sector, so that room that was taken and never written is seen in the midst of others. */
const blockBytes = 512;

/** How many bytes of [start, end) may be sound: not counted are blocks that are one value (room that was never written, digital silence) or text. */
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

/** ASCII and zeros that fill it up: no coding makes such sectors of sound. */
function isText(block: Uint8Array): boolean {
  return block.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
