import type { Track } from '../../core/model/format.ts';
import { codedBytesOf, pieceBytes } from '../bytes/coded-bytes.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';

/** Bytes between the spans of a track that contained audio and cannot be decoded. */
export interface Gap {
  /** Position among the coded bytes at which they are missing. */
  readonly at: number;
  readonly offset: number;
  readonly bytes: number;
  readonly zeros: boolean;
}

/** Shortest gap that is reported, in seconds of audio. A shorter one is a misaligned frame. */
const fewestSeconds = 0.5;

/** Returns at most `most` gaps in a file without a header, which should consist only of frames. */
export function gapsOf(track: Track, bytes: MediumBytes, seconds: number, most: number): Gap[] {
  const { spans } = track;
  const found: Gap[] = [];
  const fewest = (codedBytesOf(track) / seconds) * fewestSeconds;
  let at = 0;
  for (const [index, [start, end]] of spans.entries()) {
    at += end - start;
    const next = spans[index + 1]?.[0] ?? end;
    if (next - end >= fewest && found.length < most) found.push({ at, offset: end, bytes: next - end, zeros: isZero(bytes, end, next) });
  }
  return found;
}

/** Returns true if bytes are zero, except for partial frames at either end. */
function isZero(bytes: MediumBytes, from: number, to: number): boolean {
  const buffer = new Uint8Array(pieceBytes);
  let others = 0;
  for (let at = from; at < to; at += pieceBytes) {
    for (const byte of bytes.piece(at, Math.min(pieceBytes, to - at), buffer)) if (byte !== 0) others++;
  }
  return others <= 64;
}
