import type { Format } from '../src/core/format.ts';
import { adts } from './adts.ts';
import { aiff } from './aiff.ts';
import { amr } from './amr.ts';
import { asf } from './asf.ts';
import { au } from './au.ts';
import { caf } from './caf.ts';
import { ds2 } from './ds2.ts';
import { dss } from './dss.ts';
import { flac } from './flac.ts';
import { withFreePrograms } from './free-programs.ts';
import { htk } from './htk.ts';
import { iffSound } from './iff-sound.ts';
import { ilbc } from './ilbc.ts';
import { isoMedia } from './iso-media.ts';
import { mcf } from './mcf.ts';
import { mpegAudio } from './mpeg-audio.ts';
import { nistSphere } from './nist-sphere.ts';
import { nmf } from './nmf.ts';
import { nmsVox } from './nms-vox.ts';
import { oggOpus } from './ogg-opus.ts';
import { oggSound } from './ogg-sound.ts';
import { pcap } from './pcap.ts';
import { pcapng } from './pcapng.ts';
import { pkcs7 } from './pkcs7.ts';
import { qcp } from './qcp.ts';
import { rawAlaw } from './raw-alaw.ts';
import { rawFramed } from './raw-framed.ts';
import { rawG722 } from './raw-g722.ts';
import { rawG723 } from './raw-g723.ts';
import { rawG726 } from './raw-g726.ts';
import { rawG729 } from './raw-g729.ts';
import { rawGsm } from './raw-gsm.ts';
import { rawLinear } from './raw-linear.ts';
import { rawMulaw } from './raw-mulaw.ts';
import { rawNms } from './raw-nms.ts';
import { rawOki } from './raw-oki.ts';
import { rawUnread } from './raw-unread.ts';
import { riffWave } from './riff-wave.ts';
import { sonyVoice } from './sony-voice.ts';
import { throughFfmpeg } from './through-ffmpeg.ts';
import { voc } from './voc.ts';
import { voipmonitorPacked } from './voipmonitor-packed.ts';
import { wave64 } from './wave64.ts';

/** The order means nothing: the surest answer wins, and a tie is a finding. */
const list: readonly Format[] = [
  adts,
  aiff,
  amr,
  asf,
  au,
  caf,
  ds2,
  dss,
  flac,
  htk,
  iffSound,
  ilbc,
  isoMedia,
  mcf,
  mpegAudio,
  nistSphere,
  nmf,
  nmsVox,
  oggOpus,
  oggSound,
  pcap,
  pcapng,
  pkcs7,
  qcp,
  rawAlaw,
  rawFramed,
  rawG722,
  rawG723,
  rawG726,
  rawG729,
  rawGsm,
  rawLinear,
  rawMulaw,
  rawNms,
  rawOki,
  rawUnread,
  riffWave,
  sonyVoice,
  throughFfmpeg,
  voc,
  voipmonitorPacked,
  wave64,
];

/** Every format, each with what free programs make of its files. */
export const formats: readonly Format[] = list.map(withFreePrograms);
