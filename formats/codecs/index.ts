import type { Codec } from '../../src/core/format.ts';
import { amrNb, amrWb } from './amr.ts';
import { alaw, mulaw } from './g711.ts';
import { ilbc20, ilbc30 } from './ilbc.ts';
import { imaAdpcm } from './ima-adpcm.ts';
import { isoCodecs } from './iso-media.ts';
import { msAdpcm } from './ms-adpcm.ts';
import { pcm } from './pcm.ts';
import { g722, g729, g7231, gsm, gsmMs, mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';
import { aacAdts, dssLp, dssSp, evrc, qcelp, wmaAsf } from './whole-files.ts';

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
  truespeech,
  mp2,
  mp3,
  opus,
  amrNb,
  amrWb,
  ilbc20,
  ilbc30,
  ...isoCodecs,
  wmaAsf,
  aacAdts,
  qcelp,
  evrc,
  dssSp,
  dssLp,
  unknown,
];
