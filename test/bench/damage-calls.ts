import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wav } from '../media/medium-rig.ts';

/** Calls for measuring the detection of damage: made of prompts, music and other sounds of telephone lines. */
export const rateHz = 8_000;

/** Returns numbers from 0 to 1, the same for the same seed (Park and Miller). */
export type Random = () => number;
export function randomOf(seed: number): Random {
  let state = (seed % 0x7ffffffe) + 1;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
const between = (random: Random, low: number, high: number): number => low + random() * (high - low);
const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // lists here are never empty
const gaussian = (random: Random): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
const ofDb = (db: number): number => 32_768 * 10 ** (db / 20);

/** Recordings of speech by language, and music: WAV files of 8 kHz, 16 bits, one channel, below a folder. */
export interface Pool {
  readonly speech: readonly (readonly Int16Array[])[];
  readonly music: readonly Int16Array[];
}

export function readPool(folder: string): Pool {
  const languages = new Map<string, Int16Array[]>();
  const music: Int16Array[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.wav')) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const data = bytes.indexOf('data', 12, 'latin1');
    if (data < 0 || bytes.readUInt16LE(20) !== 1 || bytes.readUInt32LE(24) !== rateHz || bytes.length < data + 8 + rateHz) continue;
    const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + data + 8, bytes.byteOffset + data + 8 + ((bytes.length - data - 8) & ~1)));
    const language = /\/([a-z]{2}_[A-Z]{2})_/.exec(entry.parentPath)?.[1];
    if (language === undefined) music.push(samples);
    else languages.set(language, [...(languages.get(language) ?? []), samples]);
  }
  return { speech: [...languages.values()], music };
}

/** One or two tones, with gaps. */
function tones(seconds: number, on: number, off: number, hz: readonly number[], level: number): number[] {
  return Array.from({ length: Math.round(seconds * rateHz) }, (_, i) => {
    if ((i / rateHz) % (on + off) >= on) return 0;
    return hz.reduce((sum, f) => sum + level * Math.sin((2 * Math.PI * f * i) / rateHz), 0) / hz.length;
  });
}

/** V.21 of a fax: 300 baud, 1,650 and 1,850 Hz (ITU-T V.21, channel 2). */
function v21(seconds: number, level: number, random: Random): number[] {
  let phase = 0;
  let hz = 1_650;
  return Array.from({ length: Math.round(seconds * rateHz) }, (_, i) => {
    if (i % 27 === 0) hz = random() < 0.5 ? 1_650 : 1_850;
    phase += (2 * Math.PI * hz) / rateHz;
    return level * Math.sin(phase);
  });
}

/** A page of a fax: 2,400 symbols a second on 1,700 Hz of random phases and sizes, root raised cosine of 25 % (ITU-T V.29 at 9,600 bit/s, roughly). */
function v29(seconds: number, level: number, random: Random): number[] {
  const count = Math.round(seconds * rateHz);
  const [real, imaginary] = [new Float64Array(count), new Float64Array(count)];
  const symbol = rateHz / 2_400;
  for (let at = 0; at < count; at += symbol) {
    const [angle, size] = [(Math.floor(random() * 8) * Math.PI) / 4, random() < 0.5 ? 1 : 0.6];
    for (let i = Math.max(0, Math.ceil(at - 4 * symbol)); i < Math.min(count, at + 4 * symbol); i++) {
      const weight = pulse[Math.abs(Math.round((i - at) * 3))] ?? 0;
      real[i] = (real[i] ?? 0) + weight * size * Math.cos(angle);
      imaginary[i] = (imaginary[i] ?? 0) + weight * size * Math.sin(angle);
    }
  }
  return Array.from(real, (value, i) => {
    const angle = (2 * Math.PI * 1_700 * i) / rateHz;
    return level * (value * Math.cos(angle) - (imaginary[i] ?? 0) * Math.sin(angle));
  });
}

/** Steps by a third of a sample: a symbol has ten thirds. */
const pulse = Float64Array.from({ length: 41 }, (_, third) => rootRaisedCosine(third / 10, 0.25));

function rootRaisedCosine(t: number, beta: number): number {
  if (Math.abs(t) < 1e-9) return 1 - beta + (4 * beta) / Math.PI;
  const denominator = Math.PI * t * (1 - (4 * beta * t) ** 2);
  if (Math.abs(denominator) < 1e-9) return (beta / Math.SQRT2) * ((1 + 2 / Math.PI) * Math.SQRT1_2 + (1 - 2 / Math.PI) * Math.SQRT1_2);
  return (Math.sin(Math.PI * t * (1 - beta)) + 4 * beta * t * Math.cos(Math.PI * t * (1 + beta))) / denominator;
}

const digits: readonly (readonly number[])[] = [697, 770, 852, 941].flatMap((low) => [1209, 1336, 1477, 1633].map((high) => [low, high]));

/** Components of a call. A mute is digital silence: no line noise is added to it. */
interface Part {
  readonly samples: ArrayLike<number>;
  readonly gain: number;
  readonly isMute?: true;
}

const kinds: Readonly<Record<string, (random: Random, pool: Pool) => Part[]>> = {
  speech(random, pool) {
    const language = oneOf(random, pool.speech);
    const gain = 10 ** (between(random, -14, 3) / 20);
    const said = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({ samples: oneOf(random, language), gain }));
    return said.flatMap((part) => [part, { samples: new Float64Array(between(random, 0.1, 1.5) * rateHz), gain: 1 }]);
  },
  music(random, pool) {
    const piece = oneOf(random, pool.music);
    const length = Math.round(between(random, 3, 12) * rateHz);
    const from = Math.floor(random() * Math.max(1, piece.length - length));
    return [{ samples: piece.subarray(from, from + length), gain: 10 ** (between(random, -14, 3) / 20) }];
  },
  comfort(random) {
    const level = ofDb(between(random, -75, -38));
    return [{ samples: Float64Array.from({ length: Math.round(between(random, 1, 6) * rateHz) }, () => level * gaussian(random)), gain: 1 }];
  },
  mute(random) {
    const length = Math.round(between(random, 0.3, 8) * rateHz);
    return [{ samples: new Float64Array(random() < 0.5 ? length : Math.ceil(length / 160) * 160), gain: 1, isMute: true }];
  },
  keys(random) {
    const level = ofDb(between(random, -16, -4));
    return [
      { samples: Array.from({ length: 3 + Math.floor(random() * 9) }, () => tones(0.16, 0.1, 0.06, oneOf(random, digits), level)).flat(), gain: 1 },
    ];
  },
  tone(random) {
    const cadences = [[1, 4], [0.5, 0.5], [0.25, 0.25], [9, 0], [0.2, 15], [0.33, 1]] as const; // biome-ignore format: on and off
    const [on, off] = oneOf(random, cadences);
    const hz = oneOf(random, [[425], [400], [440, 480], [350, 440], [1_000], [1_004], [1_400], [620], [950], [1_800]]);
    return [{ samples: tones(between(random, 2, 8), on, off, hz, ofDb(between(random, -20, -6))), gain: 1 }];
  },
  fax(random) {
    const level = ofDb(between(random, -25, -12));
    const page = v29(between(random, 2, 8), level, random);
    const called = tones(between(random, 1, 3.5), 9, 0, [2_100], level);
    return [
      { samples: tones(3.5, 0.5, 3, [1_100], level), gain: 1 },
      { samples: [...called, ...v21(between(random, 1, 2), level, random), ...page], gain: 1 },
    ];
  },
};

/** Frequency of each kind; speech comes between all of them. */
const draws = ['speech', 'speech', 'speech', 'music', 'comfort', 'mute', 'keys', 'tone', 'fax'] as const;

/** Makes one undamaged call of at most half a minute: speech with other line sounds between, in line noise of −75 to −45 dBFS. */
export function makeCall(seed: number, pool: Pool): Int16Array {
  const random = randomOf(seed * 7_919 + 13);
  for (let i = 0; i < 5; i++) random();
  const parts = Array.from({ length: 2 + Math.floor(random() * 3) }, () => kinds[oneOf(random, draws)]?.(random, pool) ?? []);
  const all = [...parts.flat(), ...(random() < 0.5 ? (kinds.speech?.(random, pool) ?? []) : [])];
  const noise = ofDb(between(random, -75, -45));
  const total = Math.min(30 * rateHz, Math.max(4 * rateHz, all.reduce((sum, { samples }) => sum + samples.length, 0))); // biome-ignore format: one sum
  const call = new Int16Array(total);
  let at = 0;
  for (const { samples, gain, isMute } of all) {
    for (let i = 0; i < samples.length && at < total; i++, at++) {
      const value = isMute ? 0 : (samples[i] ?? 0) * gain + noise * gaussian(random);
      call[at] = Math.max(-32_768, Math.min(32_767, Math.round(value)));
    }
  }
  for (; at < total; at++) call[at] = Math.round(noise * gaussian(random));
  return call;
}

/** A coding of calls: file ending, program and arguments of the encoder; FFmpeg takes many files at once. */
export interface Coding {
  readonly id: string;
  readonly ending: string;
  readonly program: 'sox' | 'ffmpeg';
  readonly args: readonly string[];
}

export const codings: readonly Coding[] = [
  { id: 'linear, 16 bits', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'pcm_s16le'] },
  { id: 'linear, 8 bits', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'pcm_u8'] },
  { id: 'mu-law', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'pcm_mulaw'] },
  { id: 'A-law', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'pcm_alaw'] },
  { id: 'linear without header', ending: 'sln', program: 'ffmpeg', args: ['-c:a', 'pcm_s16le', '-f', 's16le'] },
  { id: 'mu-law without header', ending: 'ulaw', program: 'ffmpeg', args: ['-c:a', 'pcm_mulaw', '-f', 'mulaw'] },
  { id: 'GSM, Microsoft', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'libgsm_ms'] },
  { id: 'GSM without header', ending: 'gsm', program: 'ffmpeg', args: ['-c:a', 'libgsm', '-f', 'gsm'] },
  { id: 'IMA ADPCM', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'adpcm_ima_wav'] },
  { id: 'MS ADPCM', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'adpcm_ms'] },
  { id: 'Yamaha ADPCM', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'adpcm_yamaha'] },
  { id: 'OKI ADPCM', ending: 'vox', program: 'sox', args: [] },
  { id: 'G.726, 32 kbit/s', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'g726', '-b:a', '32k'] },
  { id: 'G.726, 16 kbit/s', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'g726', '-b:a', '16k'] },
  { id: 'G.722', ending: 'g722', program: 'ffmpeg', args: ['-ar', '16000', '-c:a', 'g722', '-f', 'g722'] },
  { id: 'G.723.1', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'g723_1', '-b:a', '6300'] },
  { id: 'G.726, 24 kbit/s', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'g726', '-b:a', '24k'] },
  { id: 'G.726, 40 kbit/s', ending: 'wav', program: 'ffmpeg', args: ['-c:a', 'g726', '-b:a', '40k'] },
];

/** Codes calls into a folder, many per process; returns their paths. */
export function encodeCalls(calls: readonly Int16Array[], { id, ending, program, args }: Coding, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const name = id.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  const inputs = calls.map((call, index) => {
    const path = join(folder, `${name}-${index}.in.wav`);
    writeFileSync(path, wav(call, rateHz));
    return path;
  });
  const outputs = inputs.map((path) => path.replace(/in\.wav$/, ending));
  const run = (all: readonly string[]): void => {
    const { status, stderr } = spawnSync(program, all, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
  };
  if (program === 'sox') for (const [index, path] of outputs.entries()) run(['-D', inputs[index] ?? '', ...args, path]);
  else {
    const maps = outputs.flatMap((path, index) => ['-map', String(index), ...args, '-bitexact', path]);
    run(['-v', 'error', '-y', ...inputs.flatMap((path) => ['-i', path]), ...maps]);
  }
  return outputs;
}
