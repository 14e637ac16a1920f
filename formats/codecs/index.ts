import type { Codec } from '../../src/core/model/format.ts';
import { imaAdpcm } from './adpcm/ima-adpcm.ts';
import { imaAdpcmQt } from './adpcm/ima-adpcm-qt.ts';
import { msAdpcm } from './adpcm/ms-adpcm.ts';
import { nmsCodecs } from './adpcm/nms-adpcm.ts';
import { okiCodecs } from './adpcm/oki-adpcm.ts';
import { svxDeltas } from './adpcm/svx-delta.ts';
import { yamahaAdpcm } from './adpcm/yamaha-adpcm.ts';
import { amrNb, amrWb } from './amr.ts';
import { amrNbRtp, amrWbRtp } from './amr-rtp.ts';
import { g7231, g7231Asterisk } from './base/g7231.ts';
import { creativeVoc } from './creative-voc.ts';
import { withMarks } from './damage-marks.ts';
import { throughFfmpegCodec } from './demuxed.ts';
import { ds2Qp, ds2Qp7 } from './dss/ds2-qp.ts';
import { ds2Sp, dssSpGrundig } from './dss/sp.ts';
import { flac } from './flac/flac.ts';
import { g722, g72248, g72256 } from './g722/g722.ts';
import { g726Codecs } from './g726/g726.ts';
import { g728 } from './g728/g728.ts';
import { g729 } from './g729/g729.ts';
import { gsm, gsmMs } from './gsm/gsm.ts';
import { ilbc20, ilbc30 } from './ilbc.ts';
import { isoCodecs } from './iso-media.ts';
import { opusPackets } from './opus-packets.ts';
import { withSecond } from './second-decoders.ts';
import { mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';
import { waveCodecs } from './wave-through-ffmpeg.ts';
import { alaw, alawReversed, mulaw, mulawReversed } from './waveform/g711.ts';
import { pcm } from './waveform/pcm.ts';
import { aacAdts, cafPackets, dssLp, dssSp, evrc, flacOgg, qcelp, speexOgg, vorbis, wmaAsf } from './whole-files.ts';

/** Every codec. The order has no meaning; ids are unique and never change. */
const list: readonly Codec[] = [
  amrNbRtp,
  amrWbRtp,
  amrNb,
  amrWb,
  creativeVoc,
  ds2Qp,
  ds2Qp7,
  ds2Sp,
  dssSpGrundig,
  throughFfmpegCodec,
  flac,
  alaw,
  alawReversed,
  mulaw,
  mulawReversed,
  g722,
  g72248,
  g72256,
  g7231,
  g7231Asterisk,
  ...g726Codecs,
  g728,
  g729,
  gsm,
  gsmMs,
  ilbc20,
  ilbc30,
  imaAdpcmQt,
  imaAdpcm,
  ...isoCodecs,
  msAdpcm,
  ...nmsCodecs,
  ...okiCodecs,
  opusPackets,
  ...pcm,
  ...svxDeltas,
  mp2,
  mp3,
  opus,
  truespeech,
  unknown,
  ...waveCodecs,
  aacAdts,
  ...cafPackets,
  dssLp,
  dssSp,
  evrc,
  flacOgg,
  qcelp,
  speexOgg,
  vorbis,
  wmaAsf,
  yamahaAdpcm,
];

/** Every codec with its second decoder, if there is one, and with the signs of damage in its bytes. */
export const codecs: readonly Codec[] = list.map(withSecond).map(withMarks);
