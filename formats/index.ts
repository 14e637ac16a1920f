import type { Format } from '../src/core/format.ts';
import { adts } from './adts.ts';
import { amr } from './amr.ts';
import { asf } from './asf.ts';
import { au } from './au.ts';
import { dss } from './dss.ts';
import { ilbc } from './ilbc.ts';
import { isoMedia } from './iso-media.ts';
import { mpegAudio } from './mpeg-audio.ts';
import { oggOpus } from './ogg-opus.ts';
import { qcp } from './qcp.ts';
import { rawAlaw } from './raw-alaw.ts';
import { rawG722 } from './raw-g722.ts';
import { rawGsm } from './raw-gsm.ts';
import { rawLinear } from './raw-linear.ts';
import { rawMulaw } from './raw-mulaw.ts';
import { riffWave } from './riff-wave.ts';
import { sonyVoice } from './sony-voice.ts';

/** Every format. The order means nothing: the surest answer wins, and a tie is a finding. */
export const formats: readonly Format[] = [
  riffWave,
  au,
  mpegAudio,
  oggOpus,
  rawMulaw,
  rawAlaw,
  rawLinear,
  rawG722,
  rawGsm,
  amr,
  ilbc,
  isoMedia,
  asf,
  qcp,
  adts,
  dss,
  sonyVoice,
];
