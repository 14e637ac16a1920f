import type { Codec } from '../../src/core/model/format.ts';
import { amrNb, amrWb } from './amr.ts';
import { amrNbRtp, amrWbRtp } from './amr-rtp.ts';
import { g7231, g7231Asterisk } from './base/g7231.ts';
import { creativeVoc } from './creative-voc.ts';
import { withMarks } from './damage-marks.ts';
import { throughFfmpegCodec } from './demuxed.ts';
import { ilbc20, ilbc30 } from './ilbc.ts';
import { isoCodecs } from './iso-media.ts';
import { opusPackets } from './opus-packets.ts';
import { ownCodecs } from './own-codecs.ts';
import { withSecond } from './second-decoders.ts';
import { mp2, mp3, opus, truespeech } from './through-ffmpeg.ts';
import { unknown } from './unknown.ts';
import { waveCodecs } from './wave-through-ffmpeg.ts';
import { aacAdts, cafPackets, dssLp, dssSp, evrc, flacOgg, qcelp, speexOgg, vorbis, wmaAsf } from './whole-files.ts';

/**
 * Every codec: those that are decoded in this folder alone, and those that need FFmpeg or the layout of a container. The order has no meaning; ids are unique
 * and never change.
 */
const list: readonly Codec[] = [
  ...ownCodecs,
  amrNbRtp,
  amrWbRtp,
  amrNb,
  amrWb,
  creativeVoc,
  throughFfmpegCodec,
  g7231,
  g7231Asterisk,
  ilbc20,
  ilbc30,
  ...isoCodecs,
  opusPackets,
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
];

/** Every codec, with its second decoder if it has one, and with the signs of damage in its bytes. */
export const codecs: readonly Codec[] = list.map(withSecond).map(withMarks);
