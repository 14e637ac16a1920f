import type { Codec } from '../../src/core/format.ts';
import { alaw, mulaw } from './g711.ts';
import { g729 } from './g729.ts';
import { g7231, g7231Asterisk } from './g7231.ts';
import { gsm, gsmMs } from './gsm.ts';
import { imaAdpcm } from './ima-adpcm.ts';
import { msAdpcm } from './ms-adpcm.ts';
import { pcm } from './pcm.ts';
import { g722, mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';

/** Every codec. The order means nothing; ids are unique and never change. */
export const codecs: readonly Codec[] = [
  ...pcm,
  mulaw,
  alaw,
  imaAdpcm,
  msAdpcm,
  gsm,
  gsmMs,
  g722,
  g729,
  g7231,
  g7231Asterisk,
  truespeech,
  mp2,
  mp3,
  opus,
  unknown,
];
