import type { Track } from '../../core/model/format.ts';
import type { MediumBytes } from './medium-bytes.ts';

/** Coded bytes handed over at a time: little enough that an abort is noticed soon. */
export const pieceBytes = 64 * 1024;
/** The coded bytes in playing order. Each decoding has a buffer of its own: two tracks may be read by turns. */
export function* pieces(track: Track, bytes: MediumBytes): Iterable<Uint8Array> {
  const buffer = new Uint8Array(track.spans.reduce((most, [start, end]) => Math.max(most, Math.min(pieceBytes, end - start)), 0));
  for (const [start, end] of track.spans) {
    for (let at = start; at < end; at += pieceBytes) yield bytes.piece(at, Math.min(pieceBytes, end - at), buffer);
  }
}

/** Of all its spans. */
export function codedBytesOf(track: Track): number {
  return track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
}
