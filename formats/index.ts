import type { Format } from '../src/core/format.ts';
import { au } from './au.ts';
import { mpegAudio } from './mpeg-audio.ts';
import { nmf } from './nmf.ts';
import { oggOpus } from './ogg-opus.ts';
import { pcap } from './pcap.ts';
import { pcapng } from './pcapng.ts';
import { rawAlaw } from './raw-alaw.ts';
import { rawG722 } from './raw-g722.ts';
import { rawGsm } from './raw-gsm.ts';
import { rawLinear } from './raw-linear.ts';
import { rawMulaw } from './raw-mulaw.ts';
import { riffWave } from './riff-wave.ts';

/** Every format. The order means nothing: the surest answer wins, and a tie is a finding. */
export const formats: readonly Format[] = [riffWave, au, mpegAudio, oggOpus, nmf, pcap, pcapng, rawMulaw, rawAlaw, rawLinear, rawG722, rawGsm];
