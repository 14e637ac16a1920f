import { codecs } from '../../formats/codecs/index.ts';
import type { Identification, Samples, Track } from '../../src/core/model/format.ts';
import { answer } from './answers.ts';
import { decode, throughFfmpeg } from './codecs/judges.ts';

/** Identification of a file, its first track, and the samples of its spans by the decoder of the track's codec. */
export async function playback(bytes: Uint8Array, name: string): Promise<{ found: Identification; track: Track; samples: Samples }> {
  const found = await answer(bytes, name);
  const [track] = found.tracks;
  if (track === undefined) throw new Error(`${name}: no track`);
  return { found, track, samples: samplesOf(track, bytes) };
}

/** Samples of one track, cut to its stated count if that is smaller, like `decodeTrack`. */
export function samplesOf(track: Track, bytes: Uint8Array): Samples {
  const payload = Buffer.concat(track.spans.map(([start, end]) => bytes.subarray(start, end)));
  const ours = codecs.find(({ id }) => id === track.codec)?.decode.by === 'us';
  const samples = ours ? decode(track.codec, track, payload, [4096]).samples : throughFfmpeg(track, payload);
  return track.frames === null ? samples : samples.subarray(0, track.frames * track.channels);
}
