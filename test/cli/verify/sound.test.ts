import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { verifyArchive } from '../../../src/verify/verify-archive.ts';
import { poolForTests } from '../in-process.ts';
import { createRig, type Rig } from '../rig.ts';
import { type MadeCall, makeSource, mulawWave, tone } from '../silent-source.ts';

const sounding = ({ day, number }: MadeCall): Uint8Array => mulawWave(Uint8Array.from([...tone, day, number]));
const header = mulawWave(new Uint8Array(0));
const silence = mulawWave(new Uint8Array(8_000).fill(0xff));

/** An archive of two calls with these files. */
async function archiveOf(rig: Rig, file: (call: MadeCall) => Uint8Array | null, ...more: readonly string[]): Promise<void> {
  const mapping = makeSource(rig.path('source'), 1, 2, file);
  const { code } = await rig.run(['import', 'source', '--mapping', mapping, '--into', 'archive', '--expect-audio', '0%', ...more]);
  expect(code).toBe(0);
}

test('an archive without any audio file has no audio to play: verify --play says so and ends with 0, and the watch does not mention sound', async () => {
  await using rig = createRig();
  await archiveOf(rig, () => null);
  const played = await rig.run(['verify', 'archive', '--play']);
  expect([played.code, played.stdout]).toEqual([0, expect.stringMatching(/^\d+ files in 2 bags, .*; no audio to play: OK\.\n$/)]);
  const watched = await rig.run(['watch', 'archive']);
  expect(watched.code).toBe(0);
  expect(watched.stdout).toMatch(/^Last success: .* no faults; there was no audio to play\.\n/);
});

test.each([
  ['headers alone', header, 0],
  ['digital silence', silence, 2],
])(
  'an archive whose audio files are %s is not OK when all is played, as an archive and as a bag, and not a success for the watch; damage is 4 and nothing else',
  async (_, file, seconds) => {
    await using rig = createRig();
    await archiveOf(rig, () => file);
    const plain = await rig.run(['verify', 'archive']);
    expect([plain.code, plain.stderr]).toEqual([0, expect.not.stringContaining('V212')]);
    for (const args of [['--play'], ['--play', '--originals']]) {
      const played = await rig.json(['verify', 'archive', ...args, '--junit', 'junit.xml']);
      expect([played.code, played.summary.errors]).toEqual([3, 0]);
      const verdicts = played.lines
        .filter(({ type }) => type === 'verdict')
        .map(({ code, verdict, path, message }) => ({ code, verdict, path, message }));
      expect(verdicts).toEqual([
        {
          code: 'V212',
          verdict: 'unplayable',
          path: 'bags',
          message: expect.stringContaining('2 audio files in 2 recordings, and none gave any audio ('),
        },
      ]);
      expect(String(verdicts[0]?.message)).toContain(`(${seconds * args.length} s of silence decoded)`);
      expect(readFileSync(rig.path('junit.xml'), 'utf8')).toContain('unplayable V212 bags');
    }
    const text = await rig.run(['verify', 'archive', '--play']);
    expect(text.stdout).toContain('no fault, and NO SOUND: 2 audio files in 2 recordings, and none gave any (V212).');
    const watched = await rig.json(['watch', 'archive']);
    expect(watched.code).toBe(5);
    expect(watched.lines.filter(({ type }) => type === 'finding').map(({ code }) => code)).toEqual(['V213']);
    const names = readdirSync(rig.path('archive/bags'), { recursive: true }).map(String);
    const [bag = ''] = names.filter((name) => name.endsWith('bagit.txt')).map(dirname);
    const alone = await rig.run(['verify', rig.path('archive/bags', bag), '--play']);
    expect([alone.code, alone.stdout]).toEqual([3, expect.stringContaining('unplayable V212 ')]);
    appendFileSync(rig.path('archive/bags', names.find((name) => name.endsWith('original-1.wav')) ?? ''), 'x');
    const damaged = await rig.run(['verify', 'archive', '--play']);
    expect([damaged.code, damaged.stdout]).toEqual([4, expect.not.stringContaining('V212')]);
  },
);

test('one call with sound among silent ones suffices', async () => {
  await using rig = createRig();
  await archiveOf(rig, (call) => (call.number === 0 ? header : sounding(call)));
  const played = await rig.run(['verify', 'archive', '--play']);
  expect([played.code, played.stdout]).toEqual([0, expect.stringMatching(/; 0\.1 s of audio decoded: OK\.\n$/)]);
  const watched = await rig.run(['watch', 'archive']);
  expect([watched.code, watched.stdout]).toEqual([0, expect.stringMatching(/^Last success: .* no faults; 0\.1 s of audio decoded\.\n/)]);
});

test('a verification that decodes nothing shows no audio in its progress, one that decodes does', async () => {
  await using rig = createRig();
  await archiveOf(rig, sounding);
  const signal = new AbortController().signal;
  const pool = poolForTests(1);
  try {
    const told = async (play: 'none' | 'copies'): Promise<{ readonly told: number; readonly audioMs: number }> => {
      const events = verifyArchive(rig.path('archive'), { pool, play, now: () => new Date().toISOString() }, signal);
      let most = 0;
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done === true) return { told: most, audioMs: Math.round(next.value.audioMs) };
        if (next.value.kind === 'progress') most = Math.max(most, Math.round(next.value.decodedMs));
      }
    };
    // Two copies of 402 samples of 8,000 Hz.
    expect(await told('none')).toEqual({ told: 0, audioMs: 101 });
    expect(await told('copies')).toEqual({ told: 101, audioMs: 101 });
  } finally {
    await pool.close();
  }
});
