import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FfmpegError, type FfmpegJob, findFfmpeg, runFfmpeg as runBy } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { fluentLane } from '../../../src/media/ffmpeg/fluent.ts';
import { spawnLane } from '../../../src/media/ffmpeg/spawn.ts';
import { bareLaunch } from '../programs.ts';

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'longplay-ffmpeg-'));
let ffmpeg = '';

beforeAll(async () => {
  ffmpeg = (await findFfmpeg())?.path ?? '';
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in FFmpeg's place; answers the probes of fluent-ffmpeg, then runs the script. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nfor a; do case "$a" in -formats|-encoders) exec ${ffmpeg} "$@";; esac; done\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function* pieces(...all: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* all;
}

/** Endless silence. */
async function* endless(): AsyncIterable<Uint8Array> {
  const bytes = new Uint8Array(65_536);
  for (;;) yield bytes;
}

const rawMulaw = ['-f', 'mulaw', '-ar', '8000', '-ac', '1'];
const rawPcm = ['-map', '0:a:0', '-f', 's16le', '-c:a', 'pcm_s16le'];

function children(): string {
  return execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('pipe:0') || line.includes(folder))
    .join('\n');
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

test('FFmpeg on PATH is found with an absolute path and a bare version number', async () => {
  const found = await findFfmpeg();
  expect(found?.path).toMatch(/^\//);
  expect(found?.version).toMatch(/^\d+\.\d+/);
});

test('a path that is not FFmpeg gives null, whether absent or another program', async () => {
  expect(await findFfmpeg(join(folder, 'absent'))).toBeNull();
  expect(await findFfmpeg('/bin/true')).toBeNull();
});

describe.each([
  ['by fluent-ffmpeg', fluentLane()],
  ['by a process of its own', spawnLane],
])('%s', (_name, lane) => {
  const runFfmpeg = (path: string, job: FfmpegJob, signal: AbortSignal) => {
    if (lane === null) throw new Error('fluent-ffmpeg is not installed');
    return runBy(bareLaunch(path), job, signal, lane);
  };

  test('every byte is passed on, in any pieces, although each piece is overwritten after the next is requested', async () => {
    const coded = Uint8Array.from({ length: 500_000 }, (_, index) => (index * 31) & 0xff);
    async function* reused(): AsyncIterable<Uint8Array> {
      const buffer = new Uint8Array(7_001);
      for (let at = 0; at < coded.length; at += buffer.length) {
        const part = coded.subarray(at, at + buffer.length);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
        buffer.fill(0);
      }
    }
    const run = async (input: AsyncIterable<Uint8Array>): Promise<Buffer> => {
      const out: Buffer[] = [];
      const job = { input, inputArgs: rawMulaw, outputArgs: rawPcm, output: async (bytes: Uint8Array) => void out.push(Buffer.from(bytes)) };
      expect(await runFfmpeg(ffmpeg, job, never)).toEqual({ stderr: '', endSeconds: null, packets: null });
      return Buffer.concat(out);
    };
    const [whole, cut] = [await run(pieces(coded)), await run(reused())];
    expect(whole.length).toBe(1_000_000);
    expect(cut.equals(whole)).toBe(true);
  });

  test("invalid input is an FfmpegError with FFmpeg's message", async () => {
    const job = { input: pieces(new Uint8Array(1000)), inputArgs: ['-f', 'wav'], outputArgs: rawPcm, output: () => {} };
    const error = await failure(runFfmpeg(ffmpeg, job, never));
    expect(error).toBeInstanceOf(FfmpegError);
    expect((error as FfmpegError).message).toMatch(/^FFmpeg ended with code \d+$/);
    expect((error as FfmpegError).stderr).toContain('Invalid data found');
  });

  test('a format that this FFmpeg lacks is an FfmpegError, and does not hang', async () => {
    const job = { input: pieces(new Uint8Array(10)), inputArgs: ['-f', 'no-such-format'], outputArgs: rawPcm, output: () => {} };
    expect(await failure(runFfmpeg(ffmpeg, job, never))).toMatchObject({
      name: 'FfmpegError',
      stderr: expect.stringContaining("Unknown input format: 'no-such-format'"),
    });
  });

  test('an abort ends the process and gives the reason of the signal, before the start and in the middle', async () => {
    for (const late of [false, true]) {
      const abort = new AbortController();
      const reason = new Error('stop');
      const job = {
        input: endless(),
        inputArgs: rawMulaw,
        outputArgs: rawPcm,
        output: () => {
          if (late) abort.abort(reason);
        },
      };
      const work = failure(runFfmpeg(ffmpeg, job, abort.signal));
      if (!late) abort.abort(reason);
      expect(await work).toBe(reason);
      expect(children()).toBe('');
    }
  });

  test('an error of the input or of the output is passed on unchanged, and the process is ended', async () => {
    const ours = new Error('disk');
    async function* broken(): AsyncIterable<Uint8Array> {
      yield new Uint8Array(100_000);
      throw ours;
    }
    const full = async (): Promise<void> => Promise.reject(ours);
    expect(await failure(runFfmpeg(ffmpeg, { input: broken(), inputArgs: rawMulaw, outputArgs: rawPcm, output: () => {} }, never))).toBe(ours);
    expect(await failure(runFfmpeg(ffmpeg, { input: endless(), inputArgs: rawMulaw, outputArgs: rawPcm, output: full }, never))).toBe(ours);
    expect(children()).toBe('');
  });

  test('the input is closed when FFmpeg ends before it has read everything', async () => {
    let closed = false;
    async function* input(): AsyncIterable<Uint8Array> {
      try {
        yield* endless();
      } finally {
        closed = true;
      }
    }
    const taken: number[] = [];
    const job = {
      input: input(),
      inputArgs: rawMulaw,
      outputArgs: ['-t', '1', ...rawPcm],
      output: (bytes: Uint8Array) => void taken.push(bytes.length),
    };
    await runFfmpeg(ffmpeg, job, never);
    expect(taken.reduce((sum, length) => sum + length, 0)).toBe(16_000);
    await new Promise((done) => setImmediate(done));
    expect(closed).toBe(true);
  });

  test('a program that vanished after the probes is a LongplayError that says to run again', async () => {
    const path = program('vanishes', 'exit 0');
    const job = (): Parameters<typeof runFfmpeg>[1] => ({ input: pieces(), inputArgs: rawMulaw, outputArgs: rawPcm, output: () => {} });
    await runFfmpeg(path, job(), never);
    rmSync(path);
    expect(await failure(runFfmpeg(path, job(), never))).toMatchObject({ name: 'LongplayError', kind: 'incomplete', code: 'M100' });
  });

  test.each(['KILL', 'TERM', 'HUP', 'XCPU'])(
    'a process that something else ends by SIG%s is a fault of the machine, not of the input',
    async (name) => {
      const path = program(`ended by ${name}`, `kill -${name} $$`);
      const error = await failure(runFfmpeg(path, { input: endless(), inputArgs: rawMulaw, outputArgs: rawPcm, output: () => {} }, never));
      expect(error).toMatchObject({ code: 'M161', kind: 'incomplete', message: expect.stringContaining(`FFmpeg was ended by SIG${name}`) });
    },
  );

  test.each(['SEGV', 'ABRT', 'BUS', 'ILL', 'FPE'])('a process that crashes by SIG%s is an FfmpegError that says so', async (name) => {
    const path = program(`crashed by ${name}`, `kill -${name} $$`);
    const error = await failure(runFfmpeg(path, { input: endless(), inputArgs: rawMulaw, outputArgs: rawPcm, output: () => {} }, never));
    expect(error).toMatchObject({ name: 'FfmpegError', crashed: true, message: `FFmpeg was ended by SIG${name}` });
  });

  test('a log of any length is shortened to its first and last lines', async () => {
    const path = program('talks', 'i=0; while [ $i -lt 500 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 3');
    const error = await failure(runFfmpeg(path, { input: pieces(), inputArgs: rawMulaw, outputArgs: rawPcm, output: () => {} }, never));
    const lines = (error as FfmpegError).stderr.split('\n');
    expect([lines.length, lines[0], lines[40], lines[80]]).toEqual([81, 'line 0', '(420 lines left out)', 'line 499']);
  });
});
