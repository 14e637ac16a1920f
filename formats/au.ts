import { Cursor } from '../src/core/cursor.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Identification } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';

/** What an encoding number of the header stands for: name, bytes of one sample, codec where one is verified. */
type Encoding = readonly [name: string, bytes: number | null, codec: ((endian: 'be' | 'le') => string) | null];

/** Sun Microsystems, audio.h (SunOS 4); numbers as in FFmpeg libavformat/au.c. */
const encodings = new Map<number, Encoding>([
  [1, ['mu-law', 1, () => 'mulaw']],
  [2, ['PCM, 8 bits', 1, () => 'pcm-s8']],
  [3, ['PCM, 16 bits', 2, (endian) => `pcm-s16${endian}`]],
  [4, ['PCM, 24 bits', 3, (endian) => `pcm-s24${endian}`]],
  [5, ['PCM, 32 bits', 4, (endian) => `pcm-s32${endian}`]],
  [6, ['floating point, 32 bits', 4, (endian) => `pcm-f32${endian}`]],
  [7, ['floating point, 64 bits', 8, (endian) => `pcm-f64${endian}`]],
  [8, ['fragmented samples', null, null]],
  [10, ['DSP program', null, null]],
  [23, ['G.721 ADPCM, 32 kbit/s', null, null]], // FFmpeg and libsndfile disagree on it: facts of the audio formats, section 5
  [24, ['G.722', null, null]],
  [25, ['G.723 ADPCM, 24 kbit/s', null, null]],
  [26, ['G.723 ADPCM, 40 kbit/s', null, null]],
  [27, ['A-law', 1, () => 'alaw']],
]);

const headerBytes = 24;
const lengthUnknown = 0xffffffff;
/** Magic at 0: `.snd`, and `dns.` where all numbers are little-endian (DEC). */
const magics = new Map<string, 'be' | 'le'>([
  ['.snd', 'be'],
  ['dns.', 'le'],
]);

/** Sun and NeXT audio. */
export const au: Format = {
  id: 'au',
  title: 'Sun audio (AU, SND)',
  extensions: ['.au', '.snd'],
  mediaType: 'audio/basic',
  grade: 'verified',
  facts: ['Sun Microsystems, audio file format (au manual page); FFmpeg 7.1 libavformat/au.c; files written by sox 14.4 and FFmpeg 7.1'],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    if (head.length < 4) return null;
    const endian = magics.get(String.fromCharCode(...head.subarray(0, 4)));
    if (endian === undefined) return null;
    const findings: Finding[] = [];
    const tell = (code: string, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: au.id, confidence: 'signature', basis: `${endian === 'be' ? '.snd' : 'dns.'} at 0` } as const;
    if (head.length < headerBytes) {
      tell('F110', `${head.length} bytes, a header has ${headerBytes}`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const cursor = new Cursor(head, 4, endian === 'be' ? 'big' : 'little');
    const offset = cursor.u32('data offset');
    const declared = cursor.u32('data size');
    const encoding = cursor.u32('encoding');
    let sampleRateHz = cursor.u32('sample rate');
    let channels = cursor.u32('channels');
    const [name, sampleBytes, codecOf] = encodings.get(encoding) ?? ['not registered', null, null];
    const codecName = `AU encoding ${encoding} (${name})`;
    if (sampleRateHz === 0) {
      sampleRateHz = 8000;
      tell('F123', 'a rate of 0 Hz is stated, 8000 Hz is assumed');
    }
    if (channels === 0) {
      channels = 1;
      tell('F123', '0 channels are stated, 1 is assumed');
    }

    let start = offset;
    if (offset < headerBytes || offset > bytes.size) {
      start = headerBytes;
      tell('F140', `sound is stated to begin at ${offset}; the header has ${headerBytes} bytes, the file ${bytes.size}: ${headerBytes} is taken`);
    }
    const there = bytes.size - start;
    let end = bytes.size;
    let state: Identification['state'] = 'ok';
    if (there === 0) {
      tell('F110', `a header of ${start} bytes and no sound`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    if (declared === 0) {
      tell('F101', `0 bytes of sound are stated; ${there} bytes up to the end are taken`);
      state = 'damaged';
    } else if (declared !== lengthUnknown && declared > there) {
      tell('F103', `${declared} bytes of sound are stated, ${there} are there`);
      state = 'truncated';
    } else if (declared < there) {
      // 0xFFFFFFFF is the format's own word for a length that is not known: no finding.
      end = start + declared;
      tell('F111', `${there - declared} bytes follow the end that the header states; they are not taken as sound`);
    }

    const frameBytes = sampleBytes === null ? null : sampleBytes * channels;
    const decodable = codecOf !== null && frameBytes !== null && channels <= limits.channels;
    if (decodable && state !== 'truncated' && (end - start) % frameBytes !== 0) {
      tell('F118', `${end - start} bytes of sound are ${(end - start) % frameBytes} more than whole samples of ${frameBytes}`);
    }
    return {
      ...answer,
      basis: `${answer.basis}, encoding ${encoding}`,
      tracks: [
        {
          codec: decodable ? codecOf(endian) : 'unknown',
          codecName: decodable || channels <= limits.channels ? codecName : `${codecName}: ${channels} channels`,
          sampleRateHz,
          channels,
          bitsPerSample: sampleBytes === null ? null : sampleBytes * 8,
          blockBytes: decodable ? frameBytes : null,
          frames: null,
          setup: null,
          spans: [[start, end]],
        },
      ],
      findings,
      state,
    };
  },
};
