import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { soundPlan } from '../../../src/cases/mask/masked-sound.ts';
import { writeMuted } from '../../../src/cases/mask/muted-copy.ts';
import type { PartyRole } from '../../../src/core/model/recording.ts';

const roles = (...all: PartyRole[]) => all.map((role, index) => ({ index, role }));

test.each<[number, PartyRole[], PartyRole[], string]>([
  [2, ['caller', 'callee'], ['caller'], 'mute 0'],
  [2, ['caller', 'callee'], ['callee'], 'mute 1'],
  [2, ['caller', 'callee'], ['caller', 'callee'], 'hand-out'],
  [3, ['caller', 'callee', 'caller'], ['caller'], 'mute 0 2'],
  // The channels are of unknown parties, or none is known to be the person's.
  [2, [], ['caller'], 'others are heard'],
  [2, ['caller', 'unknown'], ['caller'], 'others are heard'],
  [2, ['agent', 'customer'], ['caller'], 'others are heard'],
  [2, ['caller', 'callee'], [], 'others are heard'],
  [1, [], ['caller'], 'others are heard'],
  // A file of one side.
  [1, ['caller'], ['caller'], 'hand-out'],
  [1, ['callee'], ['caller'], 'leave-out'],
  [1, ['callee'], [], 'others are heard'],
  // The recorder was meant to record both sides separately, and wrote one channel: it contains both.
  [1, ['caller', 'callee'], ['caller'], 'others are heard'],
  [1, ['caller', 'callee'], ['callee'], 'others are heard'],
  [2, ['caller', 'callee', 'supervisor'], ['caller'], 'others are heard'],
])('%i channels of %j, of a person who is %j: %s', (channels, on, own, expected) => {
  const plan = soundPlan(channels, roles(...on), new Set(own));
  const said = plan.do === 'mute' ? `mute ${[...plan.kept].join(' ')}` : plan.do === 'hand-out' && plan.othersHeard ? 'others are heard' : plan.do;
  expect(said).toBe(expected);
});

test.each([
  ['pcm_s16le', 's16le'],
  ['pcm_f32le', 'f32le'],
])('a muted WAV copy of %s has silence in one channel, the same samples in the other, and nothing after them', async (codec, raw) => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-muted-'));
  try {
    const ffmpeg = (...args: string[]): Buffer => {
      const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...args], { maxBuffer: 64 * 1024 * 1024 });
      expect([status, stderr.toString()]).toEqual([0, '']);
      return stdout;
    };
    const [from, to] = [join(folder, 'whole.wav'), join(folder, 'muted.wav')];
    const tones = [
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440:sample_rate=8000:duration=10',
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=1200:sample_rate=8000:duration=10',
    ];
    // Its tags contain a name.
    ffmpeg(...tones, '-filter_complex', 'amerge=inputs=2', '-metadata', 'title=Bo Ek', '-c:a', codec, from);
    const copy = { format: 'wav', sampleRateHz: 8_000, channels: 2, samples: 80_000 } as const;
    const none = (): never => {
      throw new Error('nothing is decoded');
    };
    expect(await writeMuted({ from, to, copy, kept: new Set([1]) }, none, AbortSignal.timeout(10_000))).toBe(true);
    expect(readFileSync(to).includes('Bo Ek')).toBe(false);
    const samplesOf = (file: string): Buffer => ffmpeg('-i', file, '-f', raw, '-c:a', `pcm_${raw}`, '-');
    const [whole, muted] = [samplesOf(from), samplesOf(to)];
    expect(muted.length).toBe(whole.length);
    const bytes = raw === 's16le' ? 2 : 4;
    for (let at = 0; at < muted.length; at++) if (Math.floor((at % (2 * bytes)) / bytes) === 0) whole[at] = 0;
    expect(muted.equals(whole)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
