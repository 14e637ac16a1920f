import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';

/** Bytes and samples of a frame (RFC 3951, section 2). */
export const ilbcFrames = { 20: { bytes: 38, samples: 160 }, 30: { bytes: 50, samples: 240 } } as const;

/** Identifies iLBC, with the header of RFC 3952 or, as Asterisk stores it, without a header. */
export const ilbc: Format = {
  id: 'ilbc',
  title: 'iLBC',
  extensions: ['.lbc', '.ilbc'],
  mediaType: 'audio/iLBC',
  grade: 'documented',
  facts: [
    'RFC 3951 (frames), RFC 3952 section 4.1 (header); Asterisk formats/format_ilbc.c: frames of 50 bytes without a header; FFmpeg 7.1 libavformat/ilbc.c',
  ],
  async identify(bytes, hint, signal) {
    const magic = String.fromCharCode(...(await bytes.read(0, 9, signal)));
    const headed = magic === '#!iLBC20\n' || magic === '#!iLBC30\n';
    if (!headed && (extensionOf(hint) !== '.ilbc' || bytes.size < ilbcFrames[30].bytes || /^(RIFF|OggS|#!|caff|FORM)/.test(magic))) return null;
    const mode = magic === '#!iLBC20\n' ? 20 : 30;
    const { bytes: frameBytes, samples } = ilbcFrames[mode];
    const start = headed ? magic.length : 0;
    const rest = (bytes.size - start) % frameBytes;
    const end = bytes.size - rest;
    const answer = headed
      ? ({ confidence: 'signature', basis: `${magic.trimEnd()} at 0` } as const)
      : ({ confidence: 'hint', basis: 'extension .ilbc only, its bytes cannot be checked' } as const);
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    if (!headed) tell('F130', 'the extension .ilbc stands for iLBC frames of 30 ms; its bytes cannot be checked');
    let state: Identification['state'] = 'ok';
    if (rest > 0) {
      tell(headed ? 'F103' : 'F132', agree`${bytes.size - start} byte[s] [is|are] ${rest} more than whole frames of ${frameBytes}`);
      state = 'truncated';
    }
    if (end === start) {
      tell('F110', 'a header without a whole frame');
      return { format: ilbc.id, ...answer, tracks: [], findings, state: 'header-only' };
    }
    return {
      format: ilbc.id,
      ...answer,
      tracks: [
        {
          codec: `ilbc-${mode}`,
          codecName: `iLBC, frames of ${mode} ms${headed ? '' : ', no header'}`,
          sampleRateHz: 8000,
          channels: 1,
          bitsPerSample: null,
          blockBytes: frameBytes,
          frames: ((end - start) / frameBytes) * samples,
          setup: null,
          spans: [[start, end]],
        },
      ],
      findings,
      state,
    };
  },
};
