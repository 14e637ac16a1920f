import type { Codec, Identification } from '../../core/model/format.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import { lengthOf } from '../../core/model/track-length.ts';
import { isOpenAlready } from '../../media/decode/playable.ts';
import { lockOf } from '../../media/decode/usable-codec.ts';
import { wideRateHz } from '../../media/tools/quality.ts';

/** What the headers tell of the sound of one recording. */
export interface Sound {
  /** Format and coding of the first track that can be decoded, as `G.711 mu-law in wav`; null where there is none. */
  kind: string | null;
  /** Of all files whose length is known. */
  audioMs: number;
  /** Length times channels of what copies are made of. */
  channelMs: number;
  /** As much of it as has 16 kHz and more, whose copies have more bits. */
  wideChannelMs: number;
  /** Size of those copies as WAV of 16 bits. */
  wavBytes: number;
  /** A file can be decoded whose length only decoding tells. */
  isOpenEnded: boolean;
}

/** Nothing is known of the files of a recording yet. */
export function noSoundYet(): Sound {
  return { kind: null, audioMs: 0, channelMs: 0, wideChannelMs: 0, wavBytes: 0, isOpenEnded: false };
}

/**
 * Adds what the tracks of one file tell: they lie side by side, so the longest is the file's length.
 * @returns that length in ms, of tracks that nobody decodes, too; null where no header tells one
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
