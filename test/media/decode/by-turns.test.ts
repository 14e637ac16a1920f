import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { createByTurns } from '../../../src/media/decode/by-turns.ts';
import type { FfmpegRequest } from '../../../src/media/ffmpeg/ffmpeg.ts';
import type { MediaTools } from '../../../src/media/tools/types.ts';
import { bytesOf, never, realTools, speech, temporary } from '../medium-rig.ts';
import { countingFfmpeg, standIn } from '../programs.ts';

const tools = await realTools();

/** FFmpeg is asked for the same samples as 32-bit ones. */
function ask(call: number): FfmpegRequest {
  const coded = bytesOf(speech(8_000, 1).subarray(100 * call, 100 * call + 800));
  const raw = ['-f', 's16le', '-ar', '8000', '-ac', '1'];
  return { inputArgs: raw, coded, outputArgs: ['-c:a', 'pcm_s32le', '-f', 's32le'], likelyBytes: 0 };
}

test('tasks share a process of FFmpeg, each gets its own samples, and one runs at a time', async () => {
  using folder = temporary();
  const { path, starts } = countingFfmpeg(folder.path, 'many');
  const byTurns = createByTurns({ ...tools, ffmpeg: standIn(path) }, never);
  const calls = 50;
  const got = new Map<number, Buffer | null>();
  let [working, most, open, mostOpen] = [0, 0, 0, 0];
  const step = async (): Promise<void> => {
    most = Math.max(most, ++working);
    await sleep(0);
    working--;
  };
  for (let call = 0; call < calls; call++)
    await byTurns.begin(async ({ together }) => {
      mostOpen = Math.max(mostOpen, ++open);
      await step();
      const made = (await together?.(ask(call))) ?? null;
      got.set(call, made === null ? null : Buffer.from(made));
      await step();
      open--;
    });
  await byTurns.end();
  for (let call = 0; call < calls; call++) {
    const wide = got.get(call);
    expect(wide?.length, `call ${call}`).toBe(3_200);
    const narrow = Buffer.from(Array.from({ length: 800 }, (_, at) => [...(wide?.subarray(4 * at + 2, 4 * at + 4) ?? [])]).flat());
    expect(narrow.equals(Buffer.from(ask(call).coded))).toBe(true);
  }
  expect([most, mostOpen, open]).toEqual([1, 2 * limits.togetherMedia, 0]);
  expect(starts()).toBe(Math.ceil(calls / limits.togetherMedia));
});

test('the first error is thrown when the next task is begun and at the end; earlier tasks are completed', async () => {
  const byTurns = createByTurns(tools, never);
  const ended: number[] = [];
  const one = (call: number) => async (own: MediaTools) => {
    await own.together?.(ask(call));
    if (call > 0) throw new Error(`of ${call}`);
    ended.push(call);
  };
  for (const call of [0, 1, 2]) await byTurns.begin(one(call));
  await expect(byTurns.end()).rejects.toThrow('of 1');
  await expect(byTurns.begin(one(3))).rejects.toThrow('of 1');
  expect(ended).toEqual([0]);
});

test('no task runs after disposal, even if the task itself failed', async () => {
  const ended: number[] = [];
  const task = async (): Promise<void> => {
    await using byTurns = createByTurns(tools, never);
    for (const call of [0, 1, 2])
      await byTurns.begin(async (own) => {
        await own.together?.(ask(call));
        await sleep(5);
        ended.push(call);
      });
    throw new Error('the task');
  };
  await expect(task()).rejects.toThrow('the task');
  expect(ended).toEqual([0, 1, 2]);
});

test('without FFmpeg no task waits', async () => {
  const byTurns = createByTurns({ ...tools, ffmpeg: null }, never);
  const seen: string[] = [];
  for (const name of 'ab')
    await byTurns.begin(async ({ together }) => {
      seen.push(`${name} ${together === undefined}`);
      await sleep(1);
      seen.push(`${name} ends`);
    });
  expect(seen).toEqual(['a true', 'a ends', 'b true', 'b ends']);
  await byTurns.end();
});
