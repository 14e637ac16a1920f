import type { ByteReader } from '../../core/base/bytes.ts';
import { bytesLikeSoundIn } from '../../core/base/bytes-like-sound.ts';
import { finding } from '../../core/findings/finding.ts';
import type { Identification } from '../../core/model/format.ts';

// A container without a track is a call that nobody answered, or one whose header is damaged: what lies behind the header tells them apart.

/** As for holes (M130): so many bytes that may be sound, and the file is no call without audio. */
const leastBytes = 4096;

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
