import type { Codec, Track } from './format.ts';

/** Samples per channel of silence that a track names between what its spans hold. */
export function silentFrames({ silences = [] }: Pick<Track, 'silences'>): number {
  return silences.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Samples per channel of a track with its silence, as its container states them or by arithmetic; null where only decoding tells. */
export function lengthOf(track: Track, codec: Codec | undefined): number | null {
  const counted = track.frames === null ? (codec?.frames?.(track) ?? null) : null;
  return counted === null ? track.frames : counted + silentFrames(track);
}
