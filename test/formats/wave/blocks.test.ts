import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createRig } from '../../cli/rig.ts';
import { speech } from '../../media/medium-rig.ts';
import { answer, codesOf } from '../answers.ts';
import { randomBytes } from './builder.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'wave-blocks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const seconds = 10;
/** Ten seconds as FFmpeg codes them, in blocks of 1,024 bytes. */
function coded(coding: string, channels: number): Buffer {
  const path = join(folder, `${coding}${channels}.wav`);
  const input = Buffer.from(speech(8_000, seconds).buffer);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', '-', '-ac', `${channels}`, '-c:a', coding, path], {
    input,
  });
  return readFileSync(path);
}

/** The file with another block length in its header, and other counts if given. */
function changed(file: Buffer, { block, samples, fact }: { block?: number; samples?: number; fact?: number }): Buffer {
  const copy = Buffer.from(file);
  const format = copy.indexOf('fmt ') + 8;
  if (block !== undefined) copy.writeUInt16LE(block, format + 12);
  if (samples !== undefined) copy.writeUInt16LE(samples, format + 18);
  if (fact !== undefined) copy.writeUInt32LE(fact, copy.indexOf('fact') + 8);
  return copy;
}

const files = [
  ['adpcm_ima_wav', 1],
  ['adpcm_ima_wav', 2],
  ['adpcm_ms', 1],
  ['adpcm_ms', 2],
] as const;

test.each(files)('%s of %d channels: the headers of the blocks show their length if the fields are wrong', async (coding, channels) => {
  const whole = coded(coding, channels);
  const expected = await answer(whole, 'a.wav');
  expect(codesOf(expected)).toEqual([]);
  for (const block of [256, 512, 2_048, 4_096, 5_000, 1_000, 60_000]) {
    const found = await answer(changed(whole, { block }), 'a.wav');
    expect([block, codesOf(found).filter((code) => code !== 'F113' && code !== 'F118')]).toEqual([block, ['F397']]);
    expect([block, found.tracks[0]?.blockBytes, found.tracks[0]?.frames]).toEqual([block, 1_024, expected.tracks[0]?.frames]);
    expect(found.tracks[0]?.setup).toEqual(expected.tracks[0]?.setup);
  }
  // The count of samples was computed from the wrong length.
  const [header, each] = coding === 'adpcm_ms' ? [7, 2] : [4, 1];
  const made = await answer(changed(whole, { block: 1_000, samples: each + ((1_000 - header * channels) * 2) / channels }), 'a.wav');
  expect([codesOf(made), made.tracks[0]?.blockBytes, made.tracks[0]?.frames]).toEqual([['F397'], 1_024, expected.tracks[0]?.frames]);
  // The count of samples is wrong, the length is right.
  const few = await answer(changed(whole, { samples: 505 }), 'a.wav');
  expect([codesOf(few), few.tracks[0]?.blockBytes, few.tracks[0]?.frames]).toEqual([['F397'], 1_024, expected.tracks[0]?.frames]);
});

test('a count of the fact chunk that fits no reading is a note; one that other blocks would fit is not decoded silently', async () => {
  const whole = coded('adpcm_ima_wav', 1);
  // Both channels counted, or bytes of linear samples.
  expect(codesOf(await answer(changed(whole, { fact: 2 * 8_000 * seconds }), 'a.wav'))).toEqual(['F114']);
  const data = whole.indexOf('data') + 8;
  const sealed = Buffer.concat([whole.subarray(0, data), Buffer.from(randomBytes(whole.length - data, 5))]);
  expect(codesOf(await answer(changed(sealed, { block: 5_000 }), 'a.wav'))).toContain('F391');
  expect(codesOf(await answer(sealed, 'a.wav'))).not.toContain('F391');
});

test('a copy of wrong blocks is complete; if the bytes show none it is doubtful and the conversion ends with 3', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  const whole = coded('adpcm_ima_wav', 1);
  writeFileSync(rig.path('in/wrong.wav'), changed(whole, { block: 50_000 }));
  const good = await rig.json(['convert', 'in', '--out', 'copies', '--access', 'wav']);
  expect([good.code, good.summary.doubtful]).toEqual([0, 0]);
  const { stdout } = await rig.exec('soxi', ['-D', rig.path('copies/wrong.wav')], rig.folder);
  expect(Number(stdout)).toBeCloseTo(seconds, 1);
  // The blocks' headers are gone.
  const damaged = changed(whole, { block: 50_000 });
  for (let at = damaged.indexOf('data') + 8; at < damaged.length; at += 1_024) damaged.fill(0xff, at, at + 4);
  rmSync(rig.path('in/wrong.wav'));
  writeFileSync(rig.path('in/lost.wav'), damaged);
  const lost = await rig.json(['convert', 'in', '--out', 'others', '--access', 'wav']);
  expect([lost.code, lost.summary.doubtful]).toEqual([3, 1]);
});
