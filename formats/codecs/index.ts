import type { Codec } from '../../src/core/format.ts';
import { creativeVoc } from './creative-voc.ts';
import { flac } from './flac.ts';
import { alaw, mulaw } from './g711.ts';
import { imaAdpcm } from './ima-adpcm.ts';
import { imaAdpcmQt } from './ima-adpcm-qt.ts';
import { msAdpcm } from './ms-adpcm.ts';
import { pcm } from './pcm.ts';
import { g722, g729, g7231, gsm, gsmMs, mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';
import { cafPackets, flacOgg, speexOgg, vorbis } from './whole-file.ts';

/** Every codec. The order means nothing; ids are unique and never change. */
export const codecs: readonly Codec[] = [
  ...pcm,
  mulaw,
  alaw,
  imaAdpcm,
  imaAdpcmQt,
  creativeVoc,
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
  flac,
  flacOgg,
  vorbis,
  speexOgg,
  ...cafPackets,
  unknown,
];
