import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joinSides } from '../../src/media/join-sides.ts';
import type { JoinTask, MediumTask } from '../../src/media/tools/types.ts';
import { bytesOf, never, realTools, speech, taskOf, temporary, usual, wav, woven } from './medium-rig.ts';

const tools = await realTools();

function joined(folder: string, a: MediumTask, b: MediumTask, access = usual): JoinTask {
  return { sides: [a, b], accessBase: join(folder, 'access-joined'), access };
}

const side = (samples: Int16Array, name: string, folder: string, rateHz = 8_000): MediumTask => taskOf(wav(samples, rateHz), name, folder);
const ffmpeg = (input: Uint8Array, ...args: string[]): Buffer => execFileSync('ffmpeg', ['-v', 'error', ...args], { input, maxBuffer: 1e8 });
const mp3 = (samples: Int16Array): Buffer =>
  ffmpeg(bytesOf(samples), '-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'pipe:0', '-f', 'mp3', 'pipe:1');

test('two sides become one stereo copy, in on channel 0 and out on channel 1, as sox reads it', async () => {
  using folder = temporary();
  const sides = [speech(8_000, 2), speech(8_000, 2, 5)] as const;
  const task = joined(folder.path, side(sides[0], 'in.wav', folder.path), side(sides[1], 'out.wav', folder.path), { ...usual, format: 'wav' });
  const { access, reason, findings } = await joinSides(task, tools, never);
  expect(access).toMatchObject({ path: 'access-joined.wav', channels: 2, samples: 16_000, comparison: { passed: true } });
  expect([reason, findings]).toEqual([null, []]);
  expect(folder.list()).toEqual(['access-joined.wav']);
  const raw = execFileSync('sox', [join(folder.path, 'access-joined.wav'), '-t', 's16', '-'], { maxBuffer: 1e8 });
  expect(raw.equals(bytesOf(woven(...sides)))).toBe(true);
});

test('sides that only FFmpeg decodes, of any length, are joined; the difference is a finding', async () => {
  using folder = temporary();
  const sides = [mp3(speech(8_000, 40)), mp3(speech(8_000, 3, 2))] as const;
  const [a, b] = sides.map((bytes) => ffmpeg(bytes, '-i', 'pipe:0', '-f', 's16le', 'pipe:1').length / 2);
  const tasks = [taskOf(sides[0], 'in.mp3', folder.path), taskOf(sides[1], 'out.mp3', folder.path)] as const;
  const { access, reason, findings } = await joinSides(joined(folder.path, ...tasks), tools, never);
  expect(access).toMatchObject({ path: 'access-joined.opus', channels: 2, samples: a, comparison: { passed: true } });
  expect(reason).toBeNull();
  expect(findings).toEqual([{ kind: 'finding', code: 'M115', place: 'calls/in.mp3', message: `one side has ${a} samples, the other ${b}` }]);
});

test('sides that do not fit are reported with the reason, and nothing is written', async () => {
  using folder = temporary();
  const mono = side(speech(8_000, 1), 'in.wav', folder.path);
  const cases: [MediumTask, string][] = [
    [side(speech(16_000, 1), 'out.wav', folder.path, 16_000), 'one side has 8000 Hz, the other 16000 Hz'],
    [taskOf(wav(woven(speech(8_000, 1), speech(8_000, 1)), 8_000, 2), 'out.wav', folder.path), 'calls/out.wav: 2 channels'],
    [taskOf(Buffer.from('?'.repeat(100)), 'out.dat', folder.path), 'calls/out.dat: unknown format'],
    [taskOf(wav(new Int16Array(0), 8_000), 'out.wav', folder.path), 'calls/out.wav: no samples'],
  ];
  for (const [other, reason] of cases) {
    const findings = [{ kind: 'finding', code: 'M123', place: 'calls/in.wav', message: reason }];
    expect(await joinSides(joined(folder.path, mono, other), tools, never)).toEqual({ access: null, reason, findings });
  }
  expect(folder.list()).toEqual([]);
});

test('an abort ends both sides and deletes the partial copy', async () => {
  using folder = temporary();
  const abort = new AbortController();
  const tasks = [taskOf(mp3(speech(8_000, 60)), 'in.mp3', folder.path), taskOf(mp3(speech(8_000, 60)), 'out.mp3', folder.path)] as const;
  const work = joinSides(joined(folder.path, ...tasks), tools, abort.signal);
  setImmediate(() => abort.abort(new Error('stop')));
  await expect(work).rejects.toThrow('stop');
  expect(folder.list()).toEqual([]);
  const running = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  expect(running.split('\n').filter((line) => line.includes('pipe:0'))).toEqual([]);
});
