import type { Track } from '../../../src/core/model/format.ts';

/** Returns the number of bytes in a track's spans. */
export function codedBytes(track: Track): number {
  return track.spans.reduce((sum, [start, end]) => sum + (end - start), 0);
}

/** Returns the number of samples per channel in the complete blocks of a track's spans. */
export function framesInBlocks(track: Track, blockBytes: number, blockFrames: number): number {
  return Math.floor(codedBytes(track) / blockBytes) * blockFrames;
}
