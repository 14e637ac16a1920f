import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { openMedium } from '../../../src/media/bytes/medium-bytes.ts';
import { decodeTrack } from '../../../src/media/decode/decode-track.ts';
import { createTurns } from '../../../src/media/decode/turns.ts';
import { canDecode } from '../../../src/media/decode/usable-codec.ts';
import { runFfmpegBatch } from '../../../src/media/ffmpeg/batch.ts';
import { createDecodeTogether } from '../../../src/media/ffmpeg/decode-together.ts';
import type { FfmpegRequest } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { processMedium } from '../../../src/media/process-medium.ts';
import type { MediaTools, MediumResult, MediumTask } from '../../../src/media/tools/types.ts';
import { bytesOf, never, realTools, speech, taskOf, temporary, trackOf } from '../medium-rig.ts';
import { bareLaunch, countingFfmpeg, ffmpegCoded, standIn } from '../programs.ts';

const tools = await realTools();
const { ffmpeg } = tools;
if (ffmpeg === null) throw new Error('these tests need FFmpeg');

/** A second of a voice, coded by FFmpeg; a different one per `part`. */
function coded(part: number, encoder: 'libmp3lame' | 'g723_1', container: 'mp3' | 'wav'): Buffer {
  const samples = speech(8_000, 12).subarray(part * 8_000, (part + 1) * 8_000);
  const bitrate = encoder === 'g723_1' ? '6300' : '32k';
  return ffmpegCoded(bytesOf(samples), '-c:a', encoder, '-b:a', bitrate, '-f', container);
}

const raw = ['-vn', '-f', 's16le', '-c:a', 'pcm_s16le', '-ar', '8000', '-ac', '1'];
const ask = (bytes: Uint8Array, format = 'mp3'): FfmpegRequest => ({ inputArgs: ['-f', format], coded: bytes, outputArgs: raw, likelyBytes: 0 });
/** FFmpeg's output for it by itself. */
const alone = ({ inputArgs, coded: bytes, outputArgs }: FfmpegRequest): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', ...inputArgs, '-i', '-', ...outputArgs, '-'], { input: bytes });

const calls = Array.from({ length: 8 }, (_, part) =>
  part % 2 === 0 ? { name: `${part}.mp3`, bytes: coded(part, 'libmp3lame', 'mp3') } : { name: `${part}.wav`, bytes: coded(part, 'g723_1', 'wav') },
);

test('one process gives for each stream the same as a process of its own, in their order', async () => {
  const asks = [
    ...calls.map(({ bytes, name }) => ask(bytes, name.endsWith('mp3') ? 'mp3' : 'wav')),
    ask(readFileSync('samples/formats/amr-nb.amr'), 'amr'),
  ];
  const made = await runFfmpegBatch(ffmpeg.launch, asks, 64e6, never);
  expect(made?.length).toBe(asks.length);
  for (const [index, one] of asks.entries()) expect(Buffer.from(made?.[index] ?? []).equals(alone(one)), `stream ${index}`).toBe(true);
});

test('if one of them cannot be decoded, causes a message or is too long, none gets a result', async () => {
  const [first] = calls;
  const good = ask(first?.bytes ?? new Uint8Array(0));
  const cut = readFileSync('samples/formats/mpeg-audio-last-frame-cut.mp3');
  for (const bad of [ask(new Uint8Array(5_000).fill(7), 'wav'), ask(cut, 'wav'), ask(new Uint8Array(0), 'amr')]) {
    expect(await runFfmpegBatch(ffmpeg.launch, [good, bad, good], 64e6, never)).toBeNull();
  }
  expect(await runFfmpegBatch(ffmpeg.launch, [good, good], 20_000, never)).toBeNull();
  expect(await runFfmpegBatch(ffmpeg.launch, [good, good], 64e6, never)).toHaveLength(2);
  expect(await runFfmpegBatch(bareLaunch('/nowhere/ffmpeg'), [good, good], 64e6, never)).toBeNull();
});

test('an abort ends the process and is thrown', async () => {
  using folder = temporary();
  const script = join(folder.path, 'hangs');
  writeFileSync(script, '#!/bin/sh\nexec sleep 600\n');
  chmodSync(script, 0o755);
  const abort = new AbortController();
  const run = runFfmpegBatch(bareLaunch(script), [ask(new Uint8Array(9)), ask(new Uint8Array(9))], 1e6, abort.signal);
  setTimeout(() => abort.abort(new Error('enough')), 50);
  await expect(run).rejects.toThrow('enough');
});

/** Runs the tasks in turns like a thread, and counts the starts of FFmpeg. */
async function byTurns(tasks: MediumTask[], folder: string): Promise<{ starts: number; digests: (string | null)[]; codes: string[][] }> {
  const { path, starts } = countingFfmpeg(folder, 'ffmpeg');
  const counted = { ...standIn(path), version: ffmpeg?.version ?? '', build: '' };
  const asked = createDecodeTogether(bareLaunch(path), never);
  const turns = createTurns(asked.flush);
  const own: MediaTools = { ...tools, ffmpeg: counted, together: (ask) => turns.without(asked.decode(ask)) };
  const results = new Map<MediumTask, MediumResult>();
  await Promise.all(tasks.map((task) => turns.run(async () => void results.set(task, await processMedium(task, own, never)))));
  return {
    starts: starts(),
    digests: tasks.map((task) => results.get(task)?.measurement?.pcmSha256 ?? null),
    codes: tasks.map((task) => results.get(task)?.findings.map(({ code }) => code) ?? []),
  };
}

const tasksOf = (files: readonly { name: string; bytes: Uint8Array }[], folder: string): MediumTask[] =>
  files.map(({ name, bytes }) => ({ ...taskOf(bytes, name, folder), originalBase: null, accessBase: null }));

/** Each by itself. */
async function apart(tasks: readonly MediumTask[]): Promise<Pick<Awaited<ReturnType<typeof byTurns>>, 'digests' | 'codes'>> {
  const digests: (string | null)[] = [];
  const codes: string[][] = [];
  for (const task of tasks) {
    const { measurement, findings } = await processMedium(task, tools, never);
    digests.push(measurement?.pcmSha256 ?? null);
    codes.push(findings.map(({ code }) => code));
  }
  return { digests, codes };
}

test('waiting calls are decoded in one process, and each gets its own samples', async () => {
  using folder = temporary();
  const { starts, ...found } = await byTurns(tasksOf(calls, folder.path), folder.path);
  expect(found).toEqual(await apart(tasksOf(calls, folder.path)));
  expect(new Set(found.digests).size).toBe(calls.length);
  // Except those of the second opinion on one in 256.
  expect(starts).toBeLessThanOrEqual(2);
});

test('a damaged call among them is reported by itself, and the others lose nothing', async () => {
  using folder = temporary();
  const damaged = Buffer.from(calls[2]?.bytes ?? []);
  damaged.fill(0x5a, 1_000, 1_600);
  const files = calls.map((call, index) => (index === 2 ? { ...call, bytes: damaged } : call));
  const { starts: _, ...found } = await byTurns(tasksOf(files, folder.path), folder.path);
  expect(found).toEqual(await apart(tasksOf(files, folder.path)));
  const whole = await apart(tasksOf(calls, folder.path));
  expect(found.codes.map((codes, index) => codes.join() !== whole.codes[index]?.join())).toEqual(calls.map((_call, index) => index === 2));
});

test('one call that FFmpeg cannot decode makes a pair be decoded separately, two make all', async () => {
  using folder = temporary();
  const { path, starts } = countingFfmpeg(folder.path, 'ffmpeg');
  const { decode, flush } = createDecodeTogether(bareLaunch(path), never);
  const good = calls.map(({ bytes, name }) => ask(bytes, name.endsWith('mp3') ? 'mp3' : 'wav'));
  const made = async (...bad: readonly number[]): Promise<(Buffer | null)[]> => {
    const asked = good.map((one, index) => decode(bad.includes(index) ? ask(new Uint8Array(0), 'amr') : one));
    flush();
    return (await Promise.all(asked)).map((bytes) => (bytes === null ? null : Buffer.from(bytes)));
  };
  const whole = good.map(alone);
  expect(await made(2)).toEqual(whole.map((bytes, index) => (index === 2 || index === 3 ? null : bytes)));
  // Eight, two halves, two quarters.
  expect(starts()).toBe(5);
  expect(await made(2, 6)).toEqual(whole.map(() => null));
  expect(starts()).toBe(5 + 3);
});

test('a long call is decoded by itself', async () => {
  using folder = temporary();
  const [one] = calls;
  const frames = Buffer.concat(Array.from({ length: 70 }, () => one?.bytes.subarray(0, 4_000) ?? new Uint8Array(0)));
  expect(frames.length).toBeGreaterThan(limits.smallRecordingBytes);
  const { starts } = await byTurns(tasksOf([...calls.slice(0, 2), { name: 'long.mp3', bytes: frames }], folder.path), folder.path);
  expect(starts).toBeGreaterThanOrEqual(2);
});

test('calls that are likely to be large together wait for no others', async () => {
  const { decode, flush } = createDecodeTogether(ffmpeg.launch, never);
  const [first, second, third] = calls.filter(({ name }) => name.endsWith('mp3')).map(({ bytes }) => ask(bytes));
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few calls');
  const half = { likelyBytes: limits.togetherLikelyBytes / 2 };
  // Only their size starts these.
  const made = await Promise.all([decode({ ...first, ...half }), decode({ ...second, ...half })]);
  expect(made.map((bytes) => Buffer.from(bytes ?? []))).toEqual([alone(first), alone(second)]);
  let ended = false;
  const last = decode({ ...third, ...half }).then((bytes) => {
    ended = true;
    return bytes;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(ended).toBe(false);
  flush();
  // By itself it has no turn.
  expect(await last).toBeNull();
});

test('if FFmpeg reports anything, only the tolerant result is used', async () => {
  // FFmpeg reports the last packet of such a stream as corrupt, and decodes all of it.
  const cut = ask(
    new Uint8Array(700).map((_, at) => 31 * at),
    'g726',
  );
  const one = { ...cut, inputArgs: ['-f', 'g726', '-code_size', '4', '-ar', '8000'] };
  expect(await runFfmpegBatch(ffmpeg.launch, [one, one], 64e6, never)).toBeNull();
  const made = await runFfmpegBatch(
    ffmpeg.launch,
    [1, 2].map(() => ({ ...one, heedless: true })),
    64e6,
    never,
  );
  expect(made?.map((bytes) => Buffer.from(bytes).equals(alone(one)))).toEqual([true, true]);
  expect(await runFfmpegBatch(ffmpeg.launch, [{ ...one, heedless: true }, one], 64e6, never)).toBeNull();
});

test.each(['adpcm_ms', 'g726'])('a second decoder is asked about doubtful calls of %s in one process', async (encoder) => {
  using folder = temporary();
  // Noise is doubtful, and every doubtful call is decoded twice.
  const noise = Array.from({ length: 5 }, (_, call) => {
    const samples = Int16Array.from({ length: 24_000 }, (_sample, at) => 9_000 * Math.sin((at + 1) ** 2 * (call + 1.3)));
    return { name: `${call}.wav`, bytes: ffmpegCoded(bytesOf(samples), '-c:a', encoder, '-f', 'wav') };
  });
  const { starts, ...found } = await byTurns(tasksOf(noise, folder.path), folder.path);
  expect(found).toEqual(await apart(tasksOf(noise, folder.path)));
  expect(found.codes.map((codes) => codes.includes('M126'))).toEqual(noise.map(() => true));
  expect(starts).toBe(1);
});

test('an abort reaches waiting calls', async () => {
  const abort = new AbortController();
  const { decode, flush } = createDecodeTogether(ffmpeg.launch, abort.signal);
  const asked = calls.slice(0, 2).map(({ bytes }) => decode(ask(bytes)));
  abort.abort(new Error('enough'));
  flush();
  for (const one of asked) await expect(one).rejects.toThrow('enough');
});

test('an abort in the middle of a shared result ends it at the next piece', async () => {
  const abort = new AbortController();
  const [mp3] = calls;
  const bytes = mp3?.bytes ?? new Uint8Array(0);
  const track = trackOf('mp3', bytes.length);
  const codec = canDecode(track, tools, 'place');
  if ('kind' in codec) throw new Error(codec.message);
  let pieces = 0;
  const sink = (): void => {
    if (++pieces === 1) abort.abort(new Error('enough'));
  };
  // The largest amount that a thread receives at once, for any call.
  const together = async (): Promise<Uint8Array> => new Uint8Array(1_000_000);
  const run = decodeTrack({ track, codec, bytes: openMedium({ kind: 'bytes', bytes }, 'x'), place: 'place', together }, sink, abort.signal);
  await expect(run).rejects.toThrow('enough');
  expect(pieces).toBe(1);
});
