import { agree } from '../base/agree.ts';
import { limits } from '../base/limits.ts';
import type { Codec, Track } from './format.ts';
import { lengthOf, silentFrames } from './track-length.ts';

/**
 * Returns implausible values of a track, in words with numbers: rate, channels or length. Checked in one place for all formats and codecs, before
 * anything is decoded or encoded; lengths known only from decoding are limited during decoding (`moreThanHeld`). Null if everything is within the
 * limits.
 */
export function beyondBounds(track: Track, codec: Codec | undefined): string | null {
  const { sampleRateHz: rate, channels } = track;
  const { lowestRateHz, highestRateHz, mediumSeconds, silenceSamples } = limits;
  // The form of the test also rejects NaN: a rate may be a float in its header.
  if (!(rate >= lowestRateHz && rate <= highestRateHz)) return `a rate of ${rate} Hz, outside ${lowestRateHz} to ${highestRateHz} Hz`;
  if (!(channels >= 1 && channels <= limits.channels)) return agree`${channels} channel[s], outside 1 to ${limits.channels}`;
  // Packets have no limit here: one wrong time in a capture must not lose the packets before it. `decodeSides` ends the timeline at the wrong time.
  const frames = track.packets === undefined ? lengthOf(track, codec) : null;
  if (frames !== null && frames > mediumSeconds * rate) return `${inDays(frames / rate)} of audio, more than ${inDays(mediumSeconds)}`;
  const silence = silentFrames(track) * channels;
  return silence > silenceSamples ? agree`${silence} sample[s] of stated silence, more than ${silenceSamples}` : null;
}

function inDays(seconds: number): string {
  return agree`${Math.round(seconds / (24 * 3_600))} day[s]`;
}
