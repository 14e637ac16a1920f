import type { Codec } from '../../src/core/format.ts';
import { alaw, alawReversed, mulaw, mulawReversed } from './g711.ts';
import { imaAdpcm } from './ima-adpcm.ts';
import { msAdpcm } from './ms-adpcm.ts';
import { pcm } from './pcm.ts';
import { g722, g729, g7231, gsm, gsmMs, mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';

/** Every codec. The order means nothing; ids are unique and never change. */
export const codecs: readonly Codec[] = [
  ...pcm,
  mulaw,
  alaw,
  mulawReversed,
  alawReversed,
  imaAdpcm,
  msAdpcm,
  gsm,
  gsmMs,
  g722,
  g729,
  g7231,
  truespeech,
  mp2,
  mp3,
  opus,
  unknown,
];
