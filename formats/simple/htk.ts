import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import type { Format } from '../../src/core/model/format.ts';

const headerBytes = 12;
const sampleBytes = 2;
/** Value of parmKind for a waveform. */
const waveform = 0;
/** Number of sampPeriod steps per second: each is 100 ns. */
const stepsPerSecond = 10_000_000;
const rates = { least: 1000, most: 192_000 } as const;

/** Identifies waveforms of the Hidden Markov Model Toolkit, used for speech corpora. They have no magic, but a count that must match the size. */
export const htk: Format = {
  id: 'htk',
  title: 'HTK waveform',
  extensions: ['.htk'],
  mediaType: 'audio/x-htk',
  grade: 'verified',
  facts: ['Young et al., The HTK Book 3.4, section 5.7.1; a file of sox 14.4'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    if (head.length < headerBytes || bytes.size <= headerBytes) return null;
    const fields = new Cursor(head, 0, 'big');
    const samples = fields.u32('samples');
    const period = fields.u32('period');
    if (fields.u16('sample size') !== sampleBytes || fields.u16('kind') !== waveform || period === 0) return null;
    const sampleRateHz = Math.round(stepsPerSecond / period);
    // Nothing else distinguishes it from other files, so the count must match the file exactly.
    if (sampleRateHz < rates.least || sampleRateHz > rates.most || samples * sampleBytes !== bytes.size - headerBytes) return null;
    return {
      format: htk.id,
      confidence: 'structure',
      basis: agree`an HTK header of ${samples} sample[s] at 0, which is what the file holds`,
      tracks: [
        {
          codec: 'pcm-s16be',
          codecName: 'PCM, 16 bits, big-endian',
          sampleRateHz,
          channels: 1,
          bitsPerSample: 16,
          blockBytes: sampleBytes,
          frames: samples,
          setup: null,
          spans: [[headerBytes, bytes.size]],
        },
      ],
      findings: [],
      state: 'ok',
    };
  },
};
