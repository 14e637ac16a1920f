import { agree } from '../../src/core/base/agree.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { Format, Track } from '../../src/core/model/format.ts';
import { g729FrameBytes } from '../codecs/g729/decoder.ts';
import { extensionOf } from '../frames/extension.ts';
import { walkG729 } from '../frames/g729-frames.ts';
import { hasSignature } from './raw.ts';

/** Number of frames whose parity bits prove G.729: by chance, 20 of them are correct once in a million. */
const enoughFrames = 20;

/** Identifies G.729 without a header: consecutive frames of 10 bytes, with annex B also of 2 bytes. */
export const rawG729: Format = {
  id: 'raw-g729',
  title: 'G.729 without a header',
  extensions: ['.g729'],
  mediaType: 'audio/G729',
  grade: 'verified',
  facts: [
    'Asterisk formats/format_g729.c; ITU-T G.729 (06/2012); prompts of innovaphone (innoconf), and streams of libbcg729 1.1.1 with silence frames',
  ],
  async identify(bytes, hint, signal) {
    if (!rawG729.extensions.includes(extensionOf(hint)) || bytes.size === 0 || (await hasSignature(bytes, signal))) return null;
    const stated: Track = {
      codec: 'g729',
      codecName: 'G.729, no header',
      sampleRateHz: 8000,
      channels: 1,
      bitsPerSample: null,
      blockBytes: g729FrameBytes,
      frames: null,
      setup: null,
      spans: [[0, bytes.size]],
    };
    const { track, count, findings } = await walkG729(bytes, stated, signal);
    const right = count.speech - count.erased - count.wrongParity;
    const basis = agree`${right} of ${count.speech} frame[s] [has|have] a correct parity bit, ${count.silence} silence frames, extension .g729`;
    const answer = { format: rawG729.id, basis, tracks: [track] };
    if (track.codec === 'unknown') return { ...answer, confidence: 'hint', findings, state: 'damaged' };
    const told = [...findings];
    if (count.speech < enoughFrames) {
      told.push(
        finding('F130', bytes.name, agree`the extension .g729 stands for G.729; ${count.speech} frame[s] of speech [is|are] too few to tell`),
      );
    }
    if (count.cutBytes > 0) told.push(finding('F132', bytes.name, agree`${bytes.size} byte[s] [is|are] ${count.cutBytes} more than whole frames`));
    return { ...answer, confidence: count.speech < enoughFrames ? 'hint' : 'statistics', findings: told, state: 'ok' };
  },
};
