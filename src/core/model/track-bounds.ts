import { limits } from '../base/limits.ts';
import type { Codec, Track } from './format.ts';
import { lengthOf, silentFrames } from './track-length.ts';

/**
 * What a track states that no recording has, in words with numbers: rate, channels or length. Asked once for all formats and codecs, before anything is
 * decoded or encoded; what only decoding tells is bounded while it is decoded (`moreThanHeld`). Null where all is within bounds.
 */
export function beyondBounds(track: Track, codec: Codec | undefined): string | null {
  const { sampleRateHz: rate, channels } = track;
  const { lowestRateHz, highestRateHz, mediumSeconds, silenceSamples } = limits;
  // Not NaN either: a rate may be a float in its header.
  if (!(rate >= lowestRateHz && rate <= highestRateHz)) return `a rate of ${rate} Hz, outside of ${lowestRateHz} to ${highestRateHz} Hz`;
  if (!(channels >= 1 && channels <= limits.channels)) return `${channels} channels, outside of 1 to ${limits.channels}`;
  // One wrong time in a capture must not cost the packets before it: `decodeSides` ends the time line there.
  const frames = track.packets === undefined ? lengthOf(track, codec) : null;
  if (frames !== null && frames > mediumSeconds * rate) return `${inDays(frames / rate)} of sound, more than ${inDays(mediumSeconds)}`;
  const silence = silentFrames(track) * channels;
  return silence > silenceSamples ? `${silence} samples of stated silence, more than ${silenceSamples}` : null;
}

function inDays(seconds: number): string {
  return `${Math.round(seconds / (24 * 3_600))} days`;
}
