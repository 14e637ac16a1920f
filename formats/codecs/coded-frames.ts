import type { Track } from '../../src/core/format.ts';

/** Samples per channel in the whole blocks of a track's spans. */
export function framesInBlocks(track: Track, blockBytes: number, blockFrames: number): number {
  const bytes = track.spans.reduce((sum, [start, end]) => sum + (end - start), 0);
  return Math.floor(bytes / blockBytes) * blockFrames;
}
