import type { Track } from '../../core/model/format.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';

/** The coded bytes of a track, readable at any position. */
export interface CodedView {
  readonly total: number;
  /** Returns a copy of the coded bytes [start, end), as far as they exist. */
  read(start: number, end: number): Uint8Array;
  /** Returns the offset in the medium of a position among the coded bytes; for `total`, the end of the last span. */
  offsetOf(position: number): number;
  /** Returns the spans of the medium that contain the coded bytes [start, end). */
  spansOf(start: number, end: number): (readonly [start: number, end: number])[];
}

export function viewOf({ spans }: Track, bytes: MediumBytes): CodedView {
  const firsts: number[] = [];
  let total = 0;
  for (const [start, end] of spans) {
    firsts.push(total);
    total += end - start;
  }
  /** Returns the last span that begins at or before a position. */
  const spanAt = (position: number): number => {
    let [low, high] = [0, firsts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const spansOf = (start: number, end: number): (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    for (let at = start, index = spanAt(start); at < Math.min(end, total); index++) {
      const [from, to] = spans[index] ?? [0, 0];
      const begin = from + at - (firsts[index] ?? 0);
      const stop = Math.min(to, begin + end - at);
      if (stop > begin) found.push([begin, stop]);
      at += stop - begin;
    }
    return found;
  };
  return {
    total,
    spansOf,
    read(start, end) {
      const from = Math.max(0, start);
      const target = new Uint8Array(Math.max(0, Math.min(end, total) - from));
      let done = 0;
      for (const [begin, stop] of spansOf(from, from + target.length)) {
        const part = target.subarray(done, done + stop - begin);
        const piece = bytes.piece(begin, part.length, part);
        if (piece !== part) part.set(piece);
        done += part.length;
      }
      return target;
    },
    offsetOf(position) {
      const index = spanAt(Math.min(position, total));
      return (spans[index]?.[0] ?? 0) + position - (firsts[index] ?? 0);
    },
  };
}

/** Returns a track that contains only the coded bytes [start, end) of the given one. */
export function partOf(track: Track, view: CodedView, start: number, end: number): Track {
  const { silences: _, ...rest } = track;
  return { ...rest, frames: null, spans: view.spansOf(start, end) };
}
