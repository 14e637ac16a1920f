import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { riffWave } from '../../formats/wave/riff-wave.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { never, speech, wav } from '../media/medium-rig.ts';
import { run } from './codecs/judges.ts';
import { randomBytes, seeded, voice } from './wave/builder.ts';

const rateHz = 8_000;
const rates = [16, 24, 32, 40];
const [talk, words] = [speech(rateHz, 12), voice(6 * rateHz, 6)];

/** Line noise with an amplitude in 16-bit units. */
function noiseOf(units: number, seed: number): Int16Array {
  const random = seeded(seed);
  return Int16Array.from({ length: 12 * rateHz }, () => Math.round(units * (random() + random() + random() - 1.5)));
}
const scaled = (samples: Int16Array, gain: number): Int16Array => samples.map((value) => Math.round(value * gain));
/** A tone that is at the same place of a byte again after one to five bytes. */
const tone = (hz: number, level: number): Int16Array =>
  Int16Array.from({ length: 12 * rateHz }, (_, index) => Math.round(level * Math.sin((2 * Math.PI * hz * index) / rateHz)));
/** A second of speech in a call that otherwise has only line noise. */
const mostlyQuiet = noiseOf(25, 3).map((value, index) => (index < rateHz ? (talk[index] ?? 0) + value : value));

const sounds: readonly (readonly [string, Int16Array])[] = [
  ['speech', talk],
  ['speech at -20 dB', scaled(talk, 0.1)],
  ['speech at -40 dB', scaled(talk, 0.01)],
  ['a voice at -40 dB', scaled(words, 0.01)],
  ['speech that is clipped at full scale', scaled(talk, 8)],
  ['a call that is quiet for most of its length', mostlyQuiet],
  ...[10, 30, 60, 120].map((units) => [`line noise of ${units} units`, noiseOf(units, units)] as const),
  ...[400, 1_000, 2_000].map((hz) => [`a tone of ${hz} Hz`, tone(hz, 6_000)] as const),
  ['digital silence', new Int16Array(12 * rateHz)],
];

/** A WAV file of FFmpeg at each rate, and the bytes of its other coder, which uses the low bits of a byte first. */
function coded(samples: Int16Array): { file: Buffer; other: Buffer }[] {
  const folder = mkdtempSync(join(tmpdir(), 'g726-quiet-'));
  try {
    writeFileSync(join(folder, 'in.wav'), wav(samples, rateHz));
    const outputs = rates.flatMap((kbits) => [
      ...['-c:a', 'g726', '-b:a', `${kbits}k`, join(folder, `${kbits}.wav`)],
      ...['-c:a', 'g726le', '-b:a', `${kbits}k`, '-f', 'g726le', join(folder, `${kbits}.raw`)],
    ]);
    run('ffmpeg', ['-v', 'error', '-i', join(folder, 'in.wav'), ...outputs], Buffer.alloc(0));
    return rates.map((kbits) => ({ file: readFileSync(join(folder, `${kbits}.wav`)), other: readFileSync(join(folder, `${kbits}.raw`)) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same file with other coded bytes of the same length. */
function holding(file: Buffer, bytes: Buffer): Buffer {
  const at = file.indexOf('data', 12, 'latin1') + 8;
  return Buffer.concat([file.subarray(0, at), bytes.subarray(0, file.length - at)]);
}

async function read(file: Buffer): Promise<{ codec: string; codes: readonly string[] }> {
  const answer = await riffWave.identify(memoryReader(file, 'a.wav'), { name: 'a.wav' }, never);
  return { codec: answer?.tracks[0]?.codec ?? '', codes: (answer?.findings ?? []).map(({ code }) => code).filter((code) => /^F20[12]$/.test(code)) };
}

test.each(sounds)('%s coded by FFmpeg is read at the rate of its header, at each of the four rates', async (_, samples) => {
  for (const [index, { file, other }] of coded(samples).entries()) {
    const kbits = rates[index];
    for (const tag of [0x0045, 0x0064, 0x0014]) {
      const tagged = Buffer.from(file);
      tagged.writeUInt16LE(tag, 20);
      const { codec, codes } = await read(tagged);
      expect({ codec, isOverruled: codes.includes('F202') }, `${kbits} kbit/s`).toEqual({ codec: `g726-${kbits}-msb`, isOverruled: false });
    }
    const swapped = await read(holding(file, other));
    expect([`g726-${kbits}-lsb: `, `g726-${kbits}-msb: F201`]).toContain(`${swapped.codec}: ${swapped.codes.join(' ')}`);
  }
});

test('unwritten and foreign bytes do not override a header', async () => {
  const noise = randomBytes(200_000, 7);
  for (const [index, { file }] of coded(talk).entries()) {
    const sound = file.indexOf('data', 12, 'latin1') + 8;
    const harmed = (from: number, to: number, bytes: (at: number) => number): Buffer => {
      const copy = Buffer.from(file);
      for (let at = Math.floor(sound + (file.length - sound) * from); at < Math.floor(sound + (file.length - sound) * to); at++) copy[at] = bytes(at);
      return copy;
    };
    const files = [
      harmed(0.7, 1, () => 0),
      harmed(0.2, 0.9, () => 0),
      harmed(0.4, 1, () => 0xff),
      harmed(0.3, 0.6, (at) => noise[at] ?? 0),
      harmed(0, 1, (at) => noise[at] ?? 0),
    ];
    for (const [which, one] of files.entries()) expect((await read(one)).codec, `${which}`).toMatch(new RegExp(`^g726-${rates[index]}-`));
  }
});

test('codes of 16 kbit/s under a header of another rate, and other codes under one of 16, are read correctly', async () => {
  const files = coded(words);
  for (const [stated, kbits] of [
    [16, 24],
    [16, 32],
    [16, 40],
    [24, 16],
    [32, 16],
    [40, 16],
    [32, 24],
  ] as const) {
    // biome-ignore format: pairs
    const { file } = files[rates.indexOf(kbits)] ?? {};
    if (file === undefined) throw new Error(`no file of ${kbits} kbit/s`);
    const lying = Buffer.from(file);
    lying.writeUInt32LE(stated * 125, 28);
    lying.writeUInt16LE(stated / 8, 34);
    expect(await read(lying), `${kbits} kbit/s, ${stated} stated`).toEqual({ codec: `g726-${kbits}-msb`, codes: ['F202'] });
  }
});
