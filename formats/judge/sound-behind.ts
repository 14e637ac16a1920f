import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Identification, Track } from '../../src/core/model/format.ts';
import { isClearlySound } from './smoothness.ts';

/** Returns the number of bytes between the end of a track and the end of its file. */
export function bytesAfter({ spans }: Track, bytes: ByteReader): number {
  return bytes.size - (spans.at(-1)?.[1] ?? bytes.size);
}

/**
 * Judges a track that ends before its file does. Bytes after it that are clearly audio are included (F102): a recorder that updates its header from time to
 * time and then crashes leaves such bytes. Otherwise they are reported and left out (F111).
 */
export async function judgeBytesAfter(
  bytes: ByteReader,
  track: Track,
  state: Identification['state'],
  findings: Finding[],
  signal: AbortSignal,
): Promise<{ readonly track: Track; readonly state: Identification['state'] }> {
  const last = track.spans.at(-1);
  if (last === undefined || last[1] >= bytes.size) return { track, state };
  const [start, end] = last;
  const behind = bytes.size - end;
  if (await isClearlySound(bytes, end, bytes.size, track, signal)) {
    findings.push(
      finding('F102', bytes.name, agree`${behind} byte[s] after the end that the header states [is|are] as smooth as audio and [is|are] included`),
    );
    return { track: { ...track, frames: null, spans: [...track.spans.slice(0, -1), [start, bytes.size]] }, state: 'damaged' };
  }
  findings.push(
    finding('F111', bytes.name, agree`${behind} byte[s] [follows|follow] the end that the header states; [it is|they are] not read as audio`),
  );
  return { track, state };
}
