import type { Track } from '../../core/model/format.ts';
import type { MediumBytes } from './medium-bytes.ts';

/** Number of coded bytes that are passed on at a time: few enough that an abort is handled soon. */
export const pieceBytes = 64 * 1024;
/** Yields the coded bytes in playing order. Each decoding has a buffer of its own, so that two tracks can be read alternately. */
export function* pieces(track: Track, bytes: MediumBytes): Iterable<Uint8Array> {
  const buffer = new Uint8Array(track.spans.reduce((most, [start, end]) => Math.max(most, Math.min(pieceBytes, end - start)), 0));
  for (const [start, end] of track.spans) {
    for (let at = start; at < end; at += pieceBytes) yield bytes.piece(at, Math.min(pieceBytes, end - at), buffer);
  }
}

/** Returns the number of coded bytes in all spans of a track. */
export function codedBytesOf(track: Track): number {
  return track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
}
