import type { Codec, Track } from './format.ts';

/** Returns the samples per channel of silence that a track has between its spans. */
export function silentFrames({ silences = [] }: Pick<Track, 'silences'>): number {
  return silences.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Returns the samples per channel of a track with its silence, from its container or by arithmetic; null if only decoding shows it. */
export function lengthOf(track: Track, codec: Codec | undefined): number | null {
  const counted = track.frames === null ? (codec?.frames?.(track) ?? null) : null;
  return counted === null ? track.frames : counted + silentFrames(track);
}
