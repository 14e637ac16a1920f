import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { everything } from '../faults/trials.ts';
import { bytesOf, speech, wav } from '../media/medium-rig.ts';
import { countingFfmpeg, ffmpegCoded } from '../media/programs.ts';
import { cli, createRig, type Rig } from './rig.ts';

const calls = 24;
let rig: Rig;
beforeAll(() => {
  rig = createRig();
  mkdirSync(rig.path('calls'));
  const samples = speech(8_000, calls);
  for (let call = 0; call < calls; call++) {
    const coded = ffmpegCoded(bytesOf(samples.subarray(call * 8_000, (call + 1) * 8_000)), ...'-c:a libmp3lame -b:a 32k -f mp3'.split(' '));
    writeFileSync(rig.path(`calls/${call}.mp3`), coded);
  }
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const counting = (name: string, before = ''): ReturnType<typeof countingFfmpeg> => countingFfmpeg(rig.folder, name, before);

/** Summary of a conversion. */
function copiesOf(out: string): string[] {
  const manifest = readFileSync(rig.path(out, 'manifest-sha256.txt'), 'utf8');
  return manifest.split('\n').filter((line) => line.endsWith('.opus'));
}

/** The copies of a conversion, with their digests. */
async function converted(out: string, ffmpeg: string, jobs: number): Promise<string[]> {
  const run = await rig.run(['convert', 'calls', '--out', out, '-j', String(jobs), '--quiet'], { env: { LONGPLAY_FFMPEG: ffmpeg } });
  expect([run.code, run.stderr]).toEqual([0, '']);
  return copiesOf(out);
}

test('short calls share a process, and the copies are the same with any number of threads, and with a process per call', async () => {
  const many = counting('many');
  const copies = await converted('one', many.path, 1);
  expect(copies).toHaveLength(calls);
  // Of 24 calls; each start also asks for the version, and one call in 256 is decoded twice.
  expect(many.starts()).toBeLessThan(calls / 2);
  for (const jobs of everything ? [2, 4] : [4]) expect(await converted(`with ${jobs}`, many.path, jobs)).toEqual(copies);

  const single = counting('single', 'case "$*" in *pipe:3*) exit 1;; esac');
  expect(await converted('apart', single.path, 2)).toEqual(copies);
  expect(single.starts()).toBeGreaterThan(calls);
});

test('a batch that dies in the middle loses no call', async () => {
  const copies = await converted('whole', counting('whole-lot').path, 2);
  const dying = counting('dying', 'case "$*" in *pipe:3*) timeout -s KILL 0.02 ffmpeg "$@"; exit 137;; esac');
  expect(await converted('in spite', dying.path, 2)).toEqual(copies);
});

test('without descriptors for so many pipes, each call of a batch is decoded by itself', async () => {
  const { path, starts } = counting('few-pipes');
  const shell = `ulimit -n 64; LONGPLAY_FFMPEG='${path}' exec '${process.execPath}' '${cli}' convert calls --out few -j 1 --quiet`;
  const run = await rig.exec('sh', ['-c', shell]);
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(copiesOf('few')).toEqual(await converted('enough', counting('any').path, 2));
  // Full batches alone would be fewer: a batch that the system refuses is retried in halves, and smaller ones may have enough descriptors.
  expect(starts()).toBeGreaterThan(Math.ceil(calls / limits.togetherMedia));
});

test('a verification that plays originals shares processes, and reports the same as with one process per call', async () => {
  // MP3 frames are independent: concatenated calls are a call. The first calls of a bag are read one by one, until their size is known.
  const made = 4 * calls;
  mkdirSync(rig.path('twice'));
  const mp3 = (call: number): Buffer => readFileSync(rig.path(`calls/${call % calls}.mp3`));
  for (let call = 0; call < made; call++)
    writeFileSync(rig.path(`twice/${call}.mp3`), Buffer.concat([mp3(call), mp3(call + 1 + Math.floor(call / calls))]));
  expect((await rig.run(['import', 'twice', '--into', 'archive', '--quiet'])).code).toBe(0);
  const verified = async (ffmpeg: string): Promise<string> => {
    const run = await rig.run(['verify', 'archive', '--play', '--originals'], { env: { LONGPLAY_FFMPEG: ffmpeg } });
    expect(run.code).toBe(0);
    return run.stdout;
  };
  const many = counting('many verified');
  const single = counting('single verified', 'case "$*" in *pipe:3*) exit 1;; esac');
  expect(await verified(many.path)).toBe(await verified(single.path));
  expect(many.starts()).toBeLessThan(made / 2);
  expect(single.starts()).toBeGreaterThan(made);
});

test('a verification that plays copies asks FFmpeg once for its version, and decodes all canaries of a codec in one process, also those about which FFmpeg prints a message', async () => {
  const { path, starts } = counting('few canaries');
  mkdirSync(rig.path('spoken'));
  writeFileSync(rig.path('spoken/1.wav'), wav(speech(8_000, 2), 8_000));
  expect((await rig.run(['import', 'spoken', '--into', 'played', '--quiet'])).code).toBe(0);
  const { lines } = await rig.json(['verify', 'played', '--play'], { LONGPLAY_FFMPEG: path });
  expect(lines.filter(({ type }) => type === 'verdict' || type === 'finding')).toEqual([]);
  expect(starts()).toBe(2);
});
