import type { Track } from '../../core/model/format.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';

/** Number of bytes per read, backwards from the end. */
const pieceBytes = 16 * 1024;

/** A run of one code up to the end of the coded bytes. */
export interface Tail {
  /** Position of the run among the coded bytes and, below, its offset in the medium. */
  readonly start: number;
  readonly offset: number;
  /** The repeated code: one byte, or the bytes of one sample of all channels. */
  readonly code: Uint8Array;
}

/**
 * Finds the run of one code of `codeBytes` bytes at the end of a track; null if the track has no more bytes than the code. Reads backwards and stops where the
 * run begins, so almost nothing is read if there is no run.
 */
export function tailOf(track: Track, bytes: MediumBytes, codeBytes: number): Tail | null {
  let left = track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
  if (left <= codeBytes) return null;
  /** The bytes of the code, backwards from the end. */
  const code = new Uint8Array(codeBytes);
  const buffer = new Uint8Array(pieceBytes);
  let known = 0;
  let offset = 0;
  for (let index = track.spans.length - 1; index >= 0; index--) {
    const [from, to] = track.spans[index] ?? [0, 0];
    for (let end = to; end > from; ) {
      const begin = Math.max(from, end - pieceBytes);
      const piece = bytes.piece(begin, end - begin, buffer);
      for (let at = piece.length - 1; at >= 0; at--) {
        const byte = piece[at] ?? 0;
        if (known < codeBytes) code[known] = byte;
        else if (code[known % codeBytes] !== byte) return { start: left, offset, code: code.reverse() };
        known++;
        left--;
        offset = begin + at;
      }
      end = begin;
    }
  }
  return { start: 0, offset, code: code.reverse() };
}
