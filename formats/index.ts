import type { Format } from '../src/core/format.ts';
import { au } from './au.ts';
import { mpegAudio } from './mpeg-audio.ts';
import { nmsVox } from './nms-vox.ts';
import { oggOpus } from './ogg-opus.ts';
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
  rawOki,
  rawG726,
  rawNms,
  rawG723,
  rawG729,
  rawFramed,
  rawUnread,
  nmsVox,
];
