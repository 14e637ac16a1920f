import type { Format } from '../../src/core/model/format.ts';
import { walkRiff } from '../riff/riff.ts';
import { identifyWave } from './file.ts';

/** Identifies WAVE in chunks with 64-bit sizes whose ids are GUIDs: Sound Forge and recorders of long sessions. */
export const wave64: Format = {
  id: 'wave64',
  title: 'Sony Wave64',
  extensions: ['.w64'],
  mediaType: 'audio/x-w64',
  grade: 'verified',
  pronom: ['fmt/951'],
  facts: [
    'Sony Pictures Digital, Wave 64 white paper (2003); GUIDs as listed by multimedia.cx',
    'Files written by FFmpeg 7.1, sox 14.4 and libsndfile 1.2',
  ],
  async identify(bytes, _hint, signal) {
    const walk = await walkRiff(bytes, 'WAVE', 0, 0, signal);
    return walk === null || walk.kind !== 'Wave64' ? null : identifyWave(bytes, walk, wave64.id, signal);
  },
};
