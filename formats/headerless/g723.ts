import { agree } from '../../src/core/base/agree.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { Format, Track } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { framesOf, g7231Text, walkG7231 } from '../frames/g723-frames.ts';
import { hasSignature } from './raw.ts';

/** Smallest number of frames from which a chain of stated lengths is accepted; `enoughFrames`: a chain of frames that only state their own size. */
const enoughStated = 3;
const enoughFrames = 20;

/** Identifies G.723.1 without a header: consecutive frames, or frames after their length as Asterisk writes it. */
export const rawG723: Format = {
  id: 'raw-g723',
  title: 'G.723.1 without a header',
  extensions: ['.g723', '.g723sf'],
  mediaType: 'audio/G723',
  grade: 'documented',
  facts: ['ITU-T G.723.1, table 5 and annex A; Asterisk formats/format_g723.c (lengths of two bytes before each frame); streams of FFmpeg’s encoder'],
  async identify(bytes, hint, signal) {
    const extension = extensionOf(hint);
    if (!rawG723.extensions.includes(extension) || bytes.size === 0 || (await hasSignature(bytes, signal))) return null;
    const stated: Track = {
      codec: 'g723.1',
      codecName: 'G.723.1, no header',
      sampleRateHz: 8000,
      channels: 1,
      bitsPerSample: null,
      blockBytes: null,
      frames: null,
      setup: null,
      spans: [[0, bytes.size]],
    };
    const { track, count, findings } = await walkG7231(bytes, stated, signal);
    const withLengths = track.codec === 'g723.1-asterisk';
    const answer = {
      format: rawG723.id,
      basis: `${g7231Text(count)}${withLengths ? ', each after its length' : ''}, extension ${extension}`,
      tracks: [track],
    };
    if (track.codec === 'unknown') return { ...answer, confidence: 'hint', findings, state: 'damaged' };
    const told = [...findings];
    const sure = framesOf(count) >= (withLengths ? enoughStated : enoughFrames);
    if (!sure)
      told.push(
        finding('F130', bytes.name, agree`the extension ${extension} stands for G.723.1; ${framesOf(count)} frame[s] [is|are] too few to tell`),
      );
    if (count.agreed && count.whole && count.restBytes > 0) {
      told.push(finding('F132', bytes.name, agree`${bytes.size} byte[s] [is|are] ${count.restBytes} more than whole frames`));
    }
    return { ...answer, confidence: sure ? 'statistics' : 'hint', findings: told, state: count.agreed ? 'ok' : 'damaged' };
  },
};
