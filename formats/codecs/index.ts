import type { Codec } from '../../src/core/format.ts';
import { alaw, alawReversed, mulaw, mulawReversed } from './g711.ts';
import { g722, g72248, g72256 } from './g722.ts';
import { g726Codecs } from './g726.ts';
import { g728 } from './g728.ts';
import { g729 } from './g729.ts';
import { g7231, g7231Asterisk } from './g7231.ts';
import { gsm, gsmMs } from './gsm.ts';
import { imaAdpcm } from './ima-adpcm.ts';
import { msAdpcm } from './ms-adpcm.ts';
import { nmsCodecs } from './nms-adpcm.ts';
import { okiCodecs } from './oki-adpcm.ts';
import { pcm } from './pcm.ts';
import { mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';
import { yamahaAdpcm } from './yamaha-adpcm.ts';

/** Every codec. The order means nothing; ids are unique and never change. */
export const codecs: readonly Codec[] = [
  ...pcm,
  mulaw,
  alaw,
  mulawReversed,
  alawReversed,
  imaAdpcm,
  msAdpcm,
  ...okiCodecs,
  yamahaAdpcm,
  ...nmsCodecs,
  ...g726Codecs,
  g722,
  g72256,
  g72248,
  g728,
  gsm,
  gsmMs,
  g729,
  g7231,
  g7231Asterisk,
  truespeech,
  mp2,
  mp3,
  opus,
  unknown,
];
