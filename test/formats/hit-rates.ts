import { judge } from '../../formats/headerless/judge.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { run } from './codecs/judges.ts';
import { pack } from './wave/builder.ts';

const never = new AbortController().signal;

/** A coding of files without a header, and how a judge's program or our own tables write it. */
export interface Coding {
  /** Id of the right hypothesis. */
  readonly id: string;
  readonly bytesPerSecond: number;
  /** Multiple of bytes at which a window may begin. */
  readonly frameBytes: number;
  /** Hypotheses that the name of such a file suggests. */
  readonly named: readonly string[];
  encode(samples: Int16Array): Uint8Array;
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function reversedBits(byte: number): number {
  let bits = 0;
  for (let i = 0; i < 8; i++) bits |= ((byte >> i) & 1) << (7 - i);
  return bits;
}

const pcm = ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'pipe:0'];

function byFfmpeg(samples: Int16Array, args: readonly string[]): Uint8Array {
  return run('ffmpeg', ['-v', 'error', ...pcm, ...args, 'pipe:1'], bytesOf(samples));
}

function bySox(samples: Int16Array, type: string): Uint8Array {
  return run('sox', ['-D', '-t', 's16', '-r', '8000', '-c', '1', '-', '-t', type, '-r', '8000', '-'], bytesOf(samples));
}

const swapped = (byte: number): number => ((byte & 15) << 4) | (byte >> 4);
const vox = ['oki-adpcm', 'oki-adpcm-swapped', 'oki-adpcm-parts', 'oki-adpcm-parts-swapped', 'mulaw', 'alaw', 'pcm-u8', 'pcm-s16le'];

function packed(id: string, layout: Parameters<typeof pack>[1], bytes = 1, change?: (byte: number) => number): Coding {
  const encode = (samples: Int16Array): Uint8Array => {
    const coded = pack(samples, layout);
    return change === undefined ? coded : coded.map(change);
  };
  return { id, bytesPerSecond: 8000 * bytes, frameBytes: bytes, named: [id], encode };
}

/** Two alternating voices: the prompt, and itself from its middle on. */
function stereo(id: string, layout: 'mulaw' | 'alaw' | 's16le', bytes: 1 | 2): Coding {
  const encode = (samples: Int16Array): Uint8Array => {
    const both = new Int16Array(2 * samples.length);
    samples.forEach((value, i) => {
      both[2 * i] = value;
      both[2 * i + 1] = samples[(i + (samples.length >> 1)) % samples.length] ?? 0;
    });
    return pack(both, layout);
  };
  return { id, bytesPerSecond: 16_000 * bytes, frameBytes: 2 * bytes, named: [id], encode };
}

function g726(kbits: 16 | 24 | 32 | 40, order: 'lsb' | 'msb'): Coding {
  const muxer = order === 'lsb' ? 'g726le' : 'g726';
  return {
    id: `g726-${kbits}-${order}`,
    bytesPerSecond: kbits * 125,
    frameBytes: 15,
    named: [`g726-${kbits}-lsb`, `g726-${kbits}-msb`],
    encode: (samples) => byFfmpeg(samples, ['-c:a', muxer, '-b:a', `${kbits}k`, '-f', muxer]),
  };
}

/** Every coding whose hit rate is measured. */
export const codings: readonly Coding[] = [
  packed('mulaw', 'mulaw'),
  packed('alaw', 'alaw'),
  packed('mulaw-reversed', 'mulaw', 1, reversedBits),
  packed('alaw-reversed', 'alaw', 1, reversedBits),
  packed('pcm-u8', 'u8'),
  packed('pcm-s8', 's8'),
  packed('pcm-s16le', 's16le', 2),
  packed('pcm-s16be', 's16be', 2),
  stereo('mulaw stereo', 'mulaw', 1),
  stereo('alaw stereo', 'alaw', 1),
  stereo('pcm-s16le stereo', 's16le', 2),
  { id: 'gsm', bytesPerSecond: 1650, frameBytes: 33, named: ['gsm'], encode: (samples) => bySox(samples, 'gsm') },
  {
    id: 'g722',
    bytesPerSecond: 8000,
    frameBytes: 1,
    named: ['g722'],
    encode: (samples) => byFfmpeg(samples, ['-ar', '16000', '-c:a', 'g722', '-f', 'g722']),
  },
  { id: 'oki-adpcm', bytesPerSecond: 4000, frameBytes: 1, named: vox, encode: (samples) => bySox(samples, 'vox') },
  { id: 'oki-adpcm-swapped', bytesPerSecond: 4000, frameBytes: 1, named: vox, encode: (samples) => bySox(samples, 'vox').map(swapped) },
  ...([16, 24, 32, 40] as const).flatMap((kbits) => [g726(kbits, 'lsb'), g726(kbits, 'msb')]),
];

/** Verdicts on windows of one coding. */
export interface Hits {
  readonly id: string;
  readonly windows: number;
  /** Silence in the right coding: undecidable. */
  readonly silent: number;
  /** The right coding, without doubt. */
  readonly right: number;
  /** No certain result. */
  readonly undecided: number;
  /** A wrong coding, without doubt. */
  readonly wrong: number;
  /** The right coding, which would be claimed without a name. */
  readonly strong: number;
}

/** Cuts each coded prompt into windows of some seconds and judges each by itself. */
export async function hitRates(coding: Coding, prompts: readonly Int16Array[], seconds: number): Promise<Hits> {
  const hits = { id: coding.id, windows: 0, silent: 0, right: 0, undecided: 0, wrong: 0, strong: 0 };
  const step = Math.floor((coding.bytesPerSecond * seconds) / coding.frameBytes) * coding.frameBytes;
  for (const samples of prompts) {
    const bytes = coding.encode(samples);
    for (let at = 0; at + step <= bytes.length; at += step) {
      const { best, clear, weighed } = await judge(memoryReader(bytes.slice(at, at + step), 'window'), coding.named, never);
      hits.windows++;
      const own = weighed.find(({ hypothesis }) => hypothesis.id === coding.id);
      if (clear && best?.hypothesis.id === coding.id) {
        hits.right++;
        if (best.score.strong) hits.strong++;
      } else if (own === undefined || own.score === null) hits.silent++;
      else if (clear) hits.wrong++;
      else hits.undecided++;
    }
  }
  return hits;
}
