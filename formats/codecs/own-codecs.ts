import type { Codec } from '../../src/core/model/format.ts';
import { imaAdpcm } from './adpcm/ima-adpcm.ts';
import { imaAdpcmQt } from './adpcm/ima-adpcm-qt.ts';
import { msAdpcm } from './adpcm/ms-adpcm.ts';
import { nmsCodecs } from './adpcm/nms-adpcm.ts';
import { okiCodecs } from './adpcm/oki-adpcm.ts';
import { svxDeltas } from './adpcm/svx-delta.ts';
import { yamahaAdpcm } from './adpcm/yamaha-adpcm.ts';
import { ds2Qp, ds2Qp7 } from './dss/ds2-qp.ts';
import { ds2Sp, dssSpGrundig } from './dss/sp.ts';
import { flac } from './flac/flac.ts';
import { g722, g72248, g72256 } from './g722/g722.ts';
import { g726Codecs } from './g726/g726.ts';
import { g728 } from './g728/g728.ts';
import { g729 } from './g729/g729.ts';
import { gsm, gsmMs } from './gsm/gsm.ts';
import { alaw, alawReversed, mulaw, mulawReversed } from './waveform/g711.ts';
import { pcm } from './waveform/pcm.ts';

/** Every codec that is decoded in this folder alone, without a container's layout and without another program. They form a package: `telephony.ts`. */
export const ownCodecs: readonly Codec[] = [
  ds2Qp,
  ds2Qp7,
  ds2Sp,
  dssSpGrundig,
  flac,
  alaw,
  alawReversed,
  mulaw,
  mulawReversed,
  g722,
  g72248,
  g72256,
  ...g726Codecs,
  g728,
  g729,
  gsm,
  gsmMs,
  imaAdpcmQt,
  imaAdpcm,
  msAdpcm,
  ...nmsCodecs,
  ...okiCodecs,
  ...pcm,
  ...svxDeltas,
  yamahaAdpcm,
];
