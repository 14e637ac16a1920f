import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomBytes } from '../formats/wave/builder.ts';
import { speech, wav } from '../media/medium-rig.ts';
import { createRig, type Rig } from './rig.ts';

const seconds = 24;
const sound = wav(speech(8_000, seconds), 8_000);

/** Codings by third-party encoders, and the offset at which the coded sound begins at the latest. */
const codings: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['pcm-16.wav', 'sox', '-'],
  ['mulaw.wav', 'sox', '-', '-e', 'mu-law'],
  ['alaw.wav', 'sox', '-', '-e', 'a-law'],
  ['pcm-8.wav', 'sox', '-', '-e', 'unsigned', '-b', '8'],
  ['gsm.wav', 'sox', '-', '-e', 'gsm-full-rate'],
  ['ima.wav', 'ffmpeg', '-c:a', 'adpcm_ima_wav'],
  ['ms.wav', 'ffmpeg', '-c:a', 'adpcm_ms'],
  ['g726.wav', 'ffmpeg', '-c:a', 'g726', '-b:a', '32k'],
  ['oki.vox', 'sox', '-'],
];

function encode([name, program, ...args]: (typeof codings)[number], folder: string): Buffer {
  const path = join(folder, name);
  const all = program === 'sox' ? ['-D', '-t', 'wav', ...args, path] : ['-v', 'error', '-f', 'wav', '-i', '-', ...args, '-bitexact', path];
  const { status, stderr } = spawnSync(program, all, { input: sound });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return readFileSync(path);
}

const block = 4_096;
/** Ways of damaging files, and the finding for each. */
const harms: readonly (readonly [name: string, harm: (bytes: Buffer) => void])[] = [
  ['whole', () => {}],
  ['hole', (bytes) => bytes.fill(0, block * Math.floor(bytes.length / block / 2), block * (Math.floor(bytes.length / block / 2) + 1))],
  ['tail', (bytes) => bytes.fill(0, block * Math.floor((0.7 * bytes.length) / block))],
  ['odd tail', (bytes) => bytes.fill(0, Math.floor(0.7 * bytes.length) | 1)],
  ['noise', (bytes) => bytes.set(randomBytes(Math.round(bytes.length / 5), 5), Math.round(0.4 * bytes.length))],
  ['short tail', (bytes) => bytes.fill(0, Math.floor(0.94 * bytes.length) | 1)],
];

const told = new Map<string, string[]>();
const messages = new Map<string, string>();
let summary: Record<string, unknown> = {};
let code: number | null = null;

async function convertAll(rig: Rig): Promise<void> {
  mkdirSync(rig.path('clean'));
  mkdirSync(rig.path('calls'));
  for (const coding of codings) {
    const bytes = encode(coding, rig.path('clean'));
    for (const [harm, change] of harms) {
      const harmed = Buffer.from(bytes);
      change(harmed);
      writeFileSync(rig.path('calls', `${harm} ${coding[0]}`), harmed);
    }
  }
  const run = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  for (const name of readdirSync(rig.path('calls'))) told.set(name, []);
  for (const { type, code: found, place, message } of run.lines) {
    // Which of two rates OKI has is tested elsewhere.
    if (type !== 'finding' || found === 'F344') continue;
    told.get(String(place))?.push(String(found));
    messages.set(`${found} ${place}`, String(message));
  }
  summary = run.summary;
  code = run.code;
}

beforeAll(async () => {
  await using rig = createRig();
  await convertAll(rig);
});

describe.each(codings.map(([name]) => name))('%s', (name) => {
  test('an undamaged file has no finding', () => {
    expect(told.get(`whole ${name}`)).toEqual([]);
  });

  test('a block of zeros is found, and nothing else', () => {
    expect(told.get(`hole ${name}`)).toEqual(['M130']);
    expect(messages.get(`M130 hole ${name}`)).toMatch(/^zero bytes in place of audio: 1\d\.\d to 1\d\.\d s \(4\d{3} bytes from byte \d+\)$/);
  });

  test('random bytes over a fifth of the length are found, with their times', () => {
    expect(told.get(`noise ${name}`)).toEqual(['M133']);
    expect(messages.get(`M133 noise ${name}`)).toMatch(/: (about )?(8\.8|9|9\.\d|10|10\.\d) to 1[3-5](\.\d)? s$/);
  });

  test('an end that was never written is found, with its time and share', () => {
    expect(told.get(`tail ${name}`)).toEqual(['M131']);
    expect(messages.get(`M131 tail ${name}`)).toMatch(
      /^nothing but 0x00 from 1\d\.\d s to the end at 2\d\.\d s \([23]\d %, \d+ bytes from byte \d+\)$/,
    );
  });

  test('the same damage off block boundaries, and of 6 %: a doubt, or a note if zeros are silence', () => {
    const expected = name === 'pcm-16.wav' || name === 'ima.wav' ? ['M132'] : ['M131'];
    expect(told.get(`odd tail ${name}`)).toEqual(expected);
    expect(told.get(`short tail ${name}`)).toEqual(expected);
  });
});

test('frames missing from GSM without a header are reported with their time, and make the copy doubtful', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  const bytes = encode(['whole.gsm', 'sox', '-'], rig.path('calls'));
  const [hole, noise] = [Buffer.from(bytes), Buffer.from(bytes)];
  hole.fill(0, 4 * block, 5 * block);
  noise.set(randomBytes(2 * block, 9), 3 * block);
  writeFileSync(rig.path('calls/hole.gsm'), hole);
  writeFileSync(rig.path('calls/noise.gsm'), noise);
  const { code: ended, lines } = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav']);
  const findings = lines.filter(({ type }) => type === 'finding').map(({ code: found, place, message }) => `${found} ${place} ${message}`);
  expect(ended).toBe(3);
  expect(findings.map((text) => text.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
    'F252 hole.gsm',
    'F252 noise.gsm',
    'M130 hole.gsm',
    'M133 noise.gsm',
  ]);
  expect(findings.join('\n')).toMatch(/M130 hole\.gsm zero bytes in place of frames, left out: at 9\.9 s \(40\d\d bytes from byte 16\d\d\d\)/);
  expect(findings.join('\n')).toMatch(/M133 noise\.gsm bytes that are not frames, left out: at 7\.5 s \(8\d\d\d bytes from byte 12\d\d\d\)/);
});

test('files damaged in these ways are doubtful, and the run ends with 3; a note makes none doubtful', () => {
  expect([code, summary]).toMatchObject([3, { converted: codings.length * harms.length, doubtful: codings.length * 5 - 4 }]);
});
