import { codecs } from '../../formats/codecs/index.ts';
import type { Identification, Samples, Track } from '../../src/core/model/format.ts';
import { answer } from './answers.ts';
import { decode, throughFfmpeg } from './codecs/judges.ts';

/** What a file is, its first track, and the samples that its spans give by the way that the track's codec names. */
export async function playback(bytes: Uint8Array, name: string): Promise<{ found: Identification; track: Track; samples: Samples }> {
  const found = await answer(bytes, name);
  const [track] = found.tracks;
  if (track === undefined) throw new Error(`${name}: no track`);
  return { found, track, samples: samplesOf(track, bytes) };
}

/** Samples of one track, cut to its stated count where that is fewer, as `decodeTrack` does. */
export function samplesOf(track: Track, bytes: Uint8Array): Samples {
  const payload = Buffer.concat(track.spans.map(([start, end]) => bytes.subarray(start, end)));
  const ours = codecs.find(({ id }) => id === track.codec)?.decode.by === 'us';
  const samples = ours ? decode(track.codec, track, payload, [4096]).samples : throughFfmpeg(track, payload);
  return track.frames === null ? samples : samples.subarray(0, track.frames * track.channels);
}
