import type { Codec, Identification } from '../../core/model/format.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import { lengthOf } from '../../core/model/track-length.ts';
import { isOpenAlready } from '../../media/decode/playable.ts';
import { lockOf } from '../../media/decode/usable-codec.ts';
import { wideRateHz } from '../../media/tools/quality.ts';

/** Audio of one recording according to file headers. */
export interface Sound {
  /** Format and codec of the first decodable track, e.g. `G.711 mu-law in wav`; null if there is none. */
  kind: string | null;
  /** Total duration of the files whose duration is known. */
  audioMs: number;
  /** Duration times channels of everything that is encoded to access copies. */
  channelMs: number;
  /** The part of this with 16 kHz or more, whose copies have a higher bitrate. */
  wideChannelMs: number;
  /** Total size of the copies as 16-bit WAV. */
  wavBytes: number;
  /** True if the duration of a decodable file is known only after decoding. */
  isOpenEnded: boolean;
}

/** Creates an empty sum. */
export function noSoundYet(): Sound {
  return { kind: null, audioMs: 0, channelMs: 0, wideChannelMs: 0, wavBytes: 0, isOpenEnded: false };
}

/**
 * Adds the tracks of one file. They are simultaneous, so the longest one is the duration of the file.
 * @returns that duration in ms, including tracks without a decoder; null if no header states one
 */
export function addSound(
  sound: Sound,
  { format, tracks }: Identification,
  { codecs, passwords }: { readonly codecs: ReadonlyMap<string, Codec>; readonly passwords?: readonly Uint8Array[] },
): number | null {
  let longestMs: number | null = null;
  let heardMs = 0;
  for (const track of tracks) {
    const codec = codecs.get(track.codec);
    const beyond = beyondBounds(track, codec) !== null;
    const frames = beyond ? null : lengthOf(track, codec);
    const ms = frames === null ? null : (frames / track.sampleRateHz) * 1_000;
    if (ms !== null) longestMs = Math.max(longestMs ?? 0, ms);
    if (beyond || codec === undefined || codec.decode.by === 'nobody' || lockOf(track, codec, passwords) !== null) continue;
    sound.kind ??= `${track.codecName} in ${format}`;
    if (ms === null || frames === null) {
      sound.isOpenEnded = true;
      continue;
    }
    heardMs = Math.max(heardMs, ms);
    if (isOpenAlready(track)) continue;
    sound.channelMs += ms * track.channels;
    if (track.sampleRateHz >= wideRateHz) sound.wideChannelMs += ms * track.channels;
    sound.wavBytes += frames * track.channels * 2;
  }
  sound.audioMs += heardMs;
  return longestMs;
}
