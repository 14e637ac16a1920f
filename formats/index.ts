import type { Format } from '../src/core/model/format.ts';
import { amr } from './amr/amr.ts';
import { pcap } from './capture/pcap.ts';
import { pcapng } from './capture/pcapng.ts';
import { voipmonitorPacked } from './capture/voipmonitor-packed.ts';
import { ds2 } from './dictation/ds2.ts';
import { dss } from './dictation/dss.ts';
import { sonyVoice } from './dictation/sony-voice.ts';
import { flac } from './flac/flac.ts';
import { rawAlaw } from './headerless/alaw.ts';
import { rawFramed } from './headerless/framed.ts';
import { rawG722 } from './headerless/g722.ts';
import { rawG723 } from './headerless/g723.ts';
import { rawG726 } from './headerless/g726.ts';
import { rawG729 } from './headerless/g729.ts';
import { rawGsm } from './headerless/gsm.ts';
import { rawLinear } from './headerless/linear.ts';
import { rawMulaw } from './headerless/mulaw.ts';
import { rawNms } from './headerless/nms.ts';
import { rawOki } from './headerless/oki.ts';
import { rawUnread } from './headerless/unread.ts';
import { isoMedia } from './iso/media.ts';
import { withFreePrograms } from './list/free-programs.ts';
import { mcf } from './loggers/mcf.ts';
import { nmf } from './loggers/nmf.ts';
import { nmsVox } from './loggers/nms-vox.ts';
import { adts } from './mpeg/adts.ts';
import { mpegAudio } from './mpeg/mpeg-audio.ts';
import { oggOpus } from './ogg/opus.ts';
import { oggSound } from './ogg/sound.ts';
import { aiff } from './simple/aiff.ts';
import { asf } from './simple/asf.ts';
import { au } from './simple/au.ts';
import { caf } from './simple/caf.ts';
import { htk } from './simple/htk.ts';
import { iffSound } from './simple/iff-sound.ts';
import { ilbc } from './simple/ilbc.ts';
import { nistSphere } from './simple/nist-sphere.ts';
import { pkcs7 } from './simple/pkcs7.ts';
import { qcp } from './simple/qcp.ts';
import { throughFfmpeg } from './through-ffmpeg.ts';
import { voc } from './voc/voc.ts';
import { riffWave } from './wave/riff-wave.ts';
import { wave64 } from './wave/wave64.ts';

/** Every format. The order has no meaning: the most certain answer wins, and a tie is a finding. */
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

/** Every format, with the free programs that can play its files. */
export const formats: readonly Format[] = list.map(withFreePrograms);
