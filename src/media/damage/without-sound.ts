import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { bytesLikeSoundIn } from '../../core/base/bytes-like-sound.ts';
import { finding } from '../../core/findings/finding.ts';
import type { Identification } from '../../core/model/format.ts';

// A container without a track is a call that was not answered, or has a damaged header. The bytes after the header decide which.

/** As for holes (M130): a file with this many bytes that may be audio is not a call without audio. */
const leastBytes = 4096;

/**
 * Returns the answer unchanged unless a file without a track has thousands of bytes that may be audio: it is then returned as damaged, with `M147`. Does not
 * count sections that the format explains, and blocks of one value (reserved space, digital silence) or of text.
 */
export async function withLostSound(answer: Identification, reader: ByteReader, signal: AbortSignal): Promise<Identification> {
  const { shortfall = {}, tracks, state } = answer;
  if (tracks.length > 0 || (state !== 'header-only' && state !== 'ok') || reader.size < leastBytes) return answer;
  const count = shortfall.bytesWithoutSound ?? (await bytesLikeSound(reader, shortfall.otherBytes ?? [], signal));
  if (count < leastBytes) return answer;
  const told = finding('M147', reader.name, agree`${count} byte[s] besides the header [contains|contain] no readable audio`);
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
