import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pack, randomBytes, text, voice } from '../formats/wave/builder.ts';
import { createRig, type Rig, root } from './rig.ts';

const speech = voice(16_000);

/** A folder of files whose names say nothing, or too much. */
function makeCalls(rig: Rig): void {
  mkdirSync(rig.path('calls/2009'), { recursive: true });
  writeFileSync(rig.path('calls/2009/0001.dat'), pack(speech, 'alaw'));
  writeFileSync(rig.path('calls/2009/0002.dat'), pack(speech, 'alaw'));
  writeFileSync(rig.path('calls/notes.txt'), 'no sound');
}

function identified(
  lines: readonly Record<string, unknown>[],
): { path: string; confidence: string; basis: string; tracks: Record<string, unknown>[] }[] {
  // The shape that `identify` yields.
  return lines.filter((line) => line.type === 'identified' || line.of === 'identified').map((line) => (line.value ?? line) as never);
}

function codes(lines: readonly Record<string, unknown>[]): unknown[] {
  return lines.filter((line) => line.type === 'finding').map((line) => line.code);
}

test('a declaration decides the format of files whose path it matches, and the first match wins', async () => {
  await using rig = createRig();
  makeCalls(rig);
  const { lines } = await rig.json(['identify', 'calls', '--declare', '2009/*.dat=alaw,8000,1', '--declare', '*.dat=mulaw']);
  const [first] = identified(lines);
  expect(first).toMatchObject({ confidence: 'hint', tracks: [{ codec: 'alaw', sampleRateHz: 8000, channels: 1, frames: 16_000 }] });
  expect(first?.basis).toContain('declared by the user: 2009/*.dat');
  expect(codes(lines)).not.toContain('F346');
});

test('bytes that contradict a declaration are reported with numbers, and the declaration is followed', async () => {
  await using rig = createRig();
  makeCalls(rig);
  writeFileSync(rig.path('calls/cipher.dat'), randomBytes(20_000, 3));
  writeFileSync(rig.path('calls/words.dat'), text('no sound at all, '.repeat(100)));
  const { lines } = await rig.json(['identify', 'calls', '--declare', '*.dat=mulaw']);
  expect(identified(lines).flatMap(({ tracks }) => tracks.map(({ codec }) => codec))).toEqual(['mulaw', 'mulaw', 'mulaw', 'mulaw']);
  expect(codes(lines).sort()).toEqual(['F346', 'F346', 'F347', 'F347']);
  const told = lines.find(({ code }) => code === 'F346');
  expect(told?.message).toMatch(/declared as G\.711 mu-law; .* A-law.*0\.\d\d/);
});

test('a container keeps its spans under a declaration, which replaces the coding in its header', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  writeFileSync(rig.path('calls/a.wav'), readFileSync(join(root, 'samples/formats/wave-alaw.wav')));
  const { lines } = await rig.json(['identify', 'calls', '--declare', '*.wav=mulaw,8000,1']);
  const [only] = identified(lines);
  expect(only).toMatchObject({ format: 'riff-wave', tracks: [{ codec: 'mulaw', frames: 2000 }] });
  expect(codes(lines)).toContain('F346');
});

test('declared files are converted, surveyed and imported by worker threads, and the medium states who decided', async () => {
  await using rig = createRig();
  makeCalls(rig);
  const declare = ['--declare', '*.dat=alaw,8000,1'];
  const converted = await rig.json(['convert', 'calls', '--out', 'copies', '--access', 'wav', ...declare]);
  expect([converted.code, converted.summary]).toMatchObject([0, { converted: 2, notConverted: 0, skipped: 1 }]);
  // sox reads the coded bytes itself: its samples must be those of the copy.
  await rig.exec('sox', ['-t', 'al', '-r', '8000', '-c', '1', 'calls/2009/0001.dat', '-t', 's16', 'judge.raw']);
  const samples = readFileSync(rig.path('judge.raw'));
  expect(samples.length).toBe(32_000);
  expect(Buffer.compare(readFileSync(rig.path('copies/2009/0001.wav')).subarray(-32_000), samples)).toBe(0);
  const surveyed = await rig.json(['survey', 'calls', ...declare]);
  expect(surveyed.summary.audio).toMatchObject([{ codec: 'alaw', files: 2, audioMs: 4000 }]);
  const imported = await rig.json(['import', 'calls', '--into', 'archive', ...declare]);
  expect([imported.code, imported.summary]).toMatchObject([0, { imported: 2, notPlayable: 0 }]);
  const shown = await rig.exec('grep', [
    '-rh',
    '"basis": "declared by the user: \\*.dat is G.711 A-law, 8000 Hz, 1 channel"',
    '--include=recording.json',
    'archive/bags',
  ]);
  expect(shown.stdout.trim().split('\n')).toHaveLength(2);
});

const mistakes: readonly (readonly [args: readonly string[], ...says: readonly RegExp[]])[] = [
  [['--declare', '*.dat'], /U205 .*'\*\.dat'/, /oki-adpcm|GLOB=codec/],
  [['--declare', '=mulaw'], /U205/],
  [['--declare', '*.dat=mulaw,8000,1,7'], /U205/],
  [['--declare', '*.dat=mulw'], /U206 .*no codec 'mulw'/, /did you mean mulaw\?/, /pcm-s16le/],
  [['--declare', '*.dat=unknown'], /U206 .*there is no decoder for/],
  [['--declare', '*.dat=ima-adpcm'], /U206 .*block size/],
  [['--declare', `${'{a,b}'.repeat(9)}=mulaw`], /U207 .*256/],
  [['--declare', '*.dat=mulaw,fast'], /U208 .*'fast' cannot be the rate/, /192000/],
  [['--declare', '*.dat=mulaw,8000,0'], /U208 .*channels/],
];

test.each(mistakes.map(([args, ...says]) => ({ args, says })))('$args exits with 2 and lists the valid values', async ({ args, says }) => {
  await using rig = createRig();
  makeCalls(rig);
  for (const command of [
    ['identify', 'calls'],
    ['convert', 'calls', '--out', 'copies'],
    ['survey', 'calls'],
    ['import', 'calls', '--into', 'archive'],
  ]) {
    const { code, stdout, stderr } = await rig.run([...command, ...args]);
    expect([command[0], code, stdout]).toEqual([command[0], 2, '']);
    for (const words of says) expect(stderr).toMatch(words);
  }
});
