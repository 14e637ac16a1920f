import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { speech, wav } from '../media/medium-rig.ts';
import { createRig, type Rig } from './rig.ts';

const block = 4_096;
const seconds = 20;

/** A voice that never pauses, so that every replaced part had sound. */
const talk = voice();

function voice(): Int16Array {
  let [phase, state] = [0, 1];
  return Int16Array.from({ length: 8_000 * seconds }, (_, at) => {
    const t = at / 8_000;
    phase += (2 * Math.PI * (150 + 50 * Math.sin(2.3 * t) + 20 * Math.sin(9.1 * t))) / 8_000;
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sum += Math.sin(harmonic * phase) / harmonic;
    return Math.round(3_000 * sum + 300 * (state / 0x80000000 - 1));
  });
}

/** Calls in codings by third-party encoders: speech, and speech with tones and silence that a machine repeats exactly. */
const codings: readonly (readonly [name: string, ...args: string[]])[] = [
  ['pcm-16.wav', '-c:a', 'pcm_s16le'],
  ['pcm-24.wav', '-c:a', 'pcm_s24le'],
  ['mulaw.wav', '-c:a', 'pcm_mulaw'],
  ['raw.ulaw', '-c:a', 'pcm_mulaw', '-f', 'mulaw'],
  ['ima.wav', '-c:a', 'adpcm_ima_wav'],
  ['ms.wav', '-c:a', 'adpcm_ms'],
  ['g726.wav', '-c:a', 'g726', '-b:a', '32k'],
  ['gsm.wav', '-c:a', 'libgsm_ms'],
];

function encode(sound: Uint8Array, [name, ...args]: (typeof codings)[number], rig: Rig): Buffer {
  const path = rig.path(`coded-${name}`);
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'wav', '-i', '-', ...args, '-bitexact', path], { input: sound });
  if (status !== 0) throw new Error(String(stderr));
  return readFileSync(path);
}

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Fills from a block of the file on with the preceding bytes at a distance. */
function repeat(bytes: Buffer, share: number, blocks: number, period: number): void {
  const start = block * Math.floor((share * bytes.length) / block);
  const end = blocks === 0 ? bytes.length : start + blocks * block;
  for (let at = start; at < end; at++) bytes[at] = bytes[at - period] ?? 0;
}

const harms: readonly (readonly [name: string, harm: (bytes: Buffer) => void])[] = [
  ['last block', (bytes) => repeat(bytes, 0.8, 0, block)],
  ['pattern', (bytes) => repeat(bytes, 0.8, 0, 99)],
  ['counting', (bytes) => bytes.fill(everyByte, block * Math.floor((0.8 * bytes.length) / block))],
  ['flash', (bytes) => bytes.fill(0xff, block * Math.floor((0.5 * bytes.length) / block), block * (2 + Math.floor((0.5 * bytes.length) / block)))],
  ['blocks twice', (bytes) => repeat(bytes, 0.6, 3, 3 * block)],
];

/** Speech, two seconds of dial tone of 425 Hz, two of comfort noise from a table of 0.1 s, ringing to the end. */
function machineCall(): Int16Array {
  const samples = talk.slice();
  const table = Array.from({ length: 800 }, (_, i) => Math.round(60 * Math.sin(i * i)));
  for (let at = 64_000; at < samples.length; at++) {
    const tone = (hz: number): number => Math.sin((2 * Math.PI * hz * at) / 8_000);
    if (at < 80_000) samples[at] = Math.round(6_000 * tone(425));
    else if (at < 96_000) samples[at] = table[at % 800] ?? 0;
    else if (at >= 120_000) samples[at] = Math.round(3_000 * (tone(440) + tone(480)));
  }
  return samples;
}

test('bytes that repeat in place of sound are reported in every coding and make the import end with 3; tones, comfort noise and silence are not', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  mkdirSync(rig.path('whole'));
  const expected: string[] = [];
  for (const coding of codings) {
    const bytes = encode(wav(talk, 8_000), coding, rig);
    writeFileSync(rig.path('whole', `speech ${coding[0]}`), bytes);
    writeFileSync(rig.path('whole', `machine ${coding[0]}`), encode(wav(machineCall(), 8_000), coding, rig));
    for (const [name, harm] of harms) {
      const harmed = Buffer.from(bytes);
      harm(harmed);
      writeFileSync(rig.path('calls', `${name} ${coding[0]}`), harmed);
      expected.push(`${name} ${coding[0]}`);
    }
  }
  const whole = await rig.json(['import', 'whole', '--into', 'archive']);
  expect(whole.lines.filter(({ code }) => code === 'M136')).toEqual([]);
  expect(whole.code).toBe(0);

  const { code, lines } = await rig.json(['import', 'calls', '--into', 'other']);
  const told = new Set(lines.flatMap((line) => (line.type === 'finding' && /^M1(30|31|33|36)$/.test(String(line.code)) ? [String(line.place)] : [])));
  expect(expected.filter((name) => !told.has(name))).toEqual([]);
  expect(code).toBe(3);
  const message = lines.find((line) => line.code === 'M136' && line.place === 'last block pcm-16.wav')?.message;
  expect(message).toMatch(/^repeated bytes in place of audio: 1[56]\.\d to 20\.0 s \(repeating every 4096 bytes, \d{5} bytes from byte \d+\)$/);
});

test('a recording without a header that ends in a pattern still has one channel', async () => {
  await using rig = createRig();
  const sound = encode(wav(speech(8_000, seconds), 8_000), ['raw.ulaw', '-c:a', 'pcm_mulaw', '-f', 'mulaw'], rig);
  const start = Math.round(0.85 * sound.length);
  for (let at = start; at < sound.length; at++) sound[at] = at - start;
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls/raw.ulaw'), sound);
  const { code, lines } = await rig.json(['convert', 'calls', '--out', 'copies']);
  const codes = lines.flatMap((line) => (line.type === 'finding' && line.place === 'raw.ulaw' ? [line.code] : []));
  expect([code, codes]).toEqual([3, ['M136']]);
});
