import type { ByteReader } from '../../core/bytes.ts';
import { finding } from '../../core/finding.ts';
import type { Identification } from '../../core/format.ts';

// A container without a track is a call that nobody answered, or one whose header is damaged: what lies behind the header tells them apart.

/** As for holes (M130): so many bytes that may be sound, and the file is no call without audio. */
const leastBytes = 4096;
/** Bytes that are looked at together: a sector, so that room that was taken and never written is seen in the midst of others. */
const blockBytes = 512;

/**
 * The answer as it is, or, where a file without a track holds thousands of bytes that may be sound, as that of a damaged one with `M147`. Not counted are
 * stretches that the format accounts for, and blocks that are one value (room that was never written, digital silence) or text.
 */
export async function withLostSound(answer: Identification, reader: ByteReader, signal: AbortSignal): Promise<Identification> {
  const { shortfall = {}, tracks, state } = answer;
  if (tracks.length > 0 || (state !== 'header-only' && state !== 'ok') || reader.size < leastBytes) return answer;
  const count = shortfall.bytesWithoutSound ?? (await bytesLikeSound(reader, shortfall.otherBytes ?? [], signal));
  if (count < leastBytes) return answer;
  const told = finding('M147', reader.name, `${count} bytes beside the header hold no sound that can be read`);
  return { ...answer, state: 'damaged', findings: [...answer.findings, told] };
}

async function bytesLikeSound(reader: ByteReader, other: readonly (readonly [start: number, end: number])[], signal: AbortSignal): Promise<number> {
  let count = 0;
  let at = 0;
  for (const [start, end] of [...other, [reader.size, reader.size] as const].sort(([a], [b]) => a - b)) {
    if (start > at) count += await bytesLikeSoundIn(reader, at, start, signal);
    at = Math.max(at, end);
  }
  return count;
}

async function bytesLikeSoundIn(reader: ByteReader, start: number, end: number, signal: AbortSignal): Promise<number> {
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
