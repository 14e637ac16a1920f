import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runFfmpegBatch } from '../../../src/media/ffmpeg/batch.ts';
import { findFfmpeg, runFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { fluentLane } from '../../../src/media/ffmpeg/fluent.ts';
import { launchesOf } from '../../../src/media/ffmpeg/launch.ts';
import { type FfmpegLane, spawnLane } from '../../../src/media/ffmpeg/spawn.ts';
import { bareLaunch, countingFfmpeg } from '../programs.ts';

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'longplay-confined-'));
const spy = join(folder, 'spy');
const compiler = spawnSync('cc', ['--version']).error === undefined;
const server = createServer((socket) => socket.destroy());
let port = 0;

/** A restriction, what it prevents, and whether this machine supports it: tested directly, not through longplay. */
const walls = [
  {
    said: 'no files but its libraries',
    bars: ['read', 'write'],
    here: can('setpriv', '--no-new-privs', '--landlock-access', 'fs', '--landlock-rule', 'path-beneath:execute,read-file:/', '--', '/usr/bin/true'),
  },
  { said: 'no network', bars: ['connect'], here: can('unshare', '--user', '--net', '--ipc', '--uts', '/usr/bin/true') },
  { said: '4 GiB of memory', bars: ['memory', 'time'], here: can('prlimit', '--data=4294967296', '/usr/bin/true') },
];
const wallsHere = walls.filter(({ here }) => here).map(({ said }) => said);

function can(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}

beforeAll(async () => {
  if (compiler) execFileSync('cc', ['-o', spy, fileURLToPath(new URL('spy.c', import.meta.url))]);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const pieces = async function* () {
  yield new Uint8Array(9);
};

/** What the spy could do when it ran in the launcher. */
async function letDo(launch: ReturnType<typeof bareLaunch>, lane: FfmpegLane): Promise<{ readonly let: string[]; readonly wrote: string }> {
  let wrote = '';
  const place = join(folder, `written-${port}`);
  rmSync(place, { force: true });
  const job = {
    input: pieces(),
    inputArgs: ['-f', place],
    outputArgs: [],
    output: (bytes: Uint8Array): void => {
      wrote += Buffer.from(bytes).toString();
    },
  };
  const { stderr } = await runFfmpeg(launch, job, never, lane);
  const words = stderr.split(/\s+/).filter((word) => word !== '');
  expect(words.pop()).toBe('tried');
  expect(existsSync(place)).toBe(words.includes('write'));
  return { let: words, wrote };
}

describe.skipIf(!compiler)('a program in the place of FFmpeg that does what no decoder needs', () => {
  test.each([
    ['fluent-ffmpeg', fluentLane()],
    ['a process of its own', spawnLane],
  ])('can do none of it when started by %s, and all of it by itself', async (_name, lane) => {
    if (lane === null) throw new Error('fluent-ffmpeg is not installed');
    const found = await findFfmpeg(spy);
    if (found === null) throw new Error('the spy was not found');
    expect(found.launch.confined).toEqual(wallsHere);
    const barred = ['environment', ...walls.flatMap(({ bars, here }) => (here ? bars : []))];
    const all = ['environment', 'read', 'write', 'connect', 'memory', 'time'];
    expect(await letDo(found.launch, lane)).toEqual({ let: all.filter((one) => !barred.includes(one)), wrote: 'sound' });
    expect((await letDo(bareLaunch(spy), lane)).let).toEqual(all);
  });

  test('is equally confined if several streams share it', async () => {
    const found = await findFfmpeg(spy);
    if (found === null) throw new Error('the spy was not found');
    const place = join(folder, `batch-${port}`);
    const ask = { inputArgs: ['-f', place], coded: new Uint8Array(9), outputArgs: [], likelyBytes: 0, heedless: true };
    await runFfmpegBatch(found.launch, [ask, ask], 1e6, never);
    expect(existsSync(place)).toBe(walls[0]?.here !== true);
    await runFfmpegBatch(bareLaunch(spy), [ask, ask], 1e6, never);
    expect(existsSync(place)).toBe(true);
  });
});

test('is first tried with the most restrictions, and those that the machine refuses are omitted', async () => {
  const found = await findFfmpeg();
  if (found === null) throw new Error('no FFmpeg');
  const ways = launchesOf(found.path);
  expect(ways.map(({ confined }) => confined.length)).toEqual([3, 2, 2, 1, 2, 1, 1, 0]);
  expect(new Set(ways.map(({ confined }) => confined.join())).size).toBe(ways.length);
  const works = ways.filter(
    ({ program, before, env }) => spawnSync(program, [...before, '-version'], env === null ? {} : { env: { ...env } }).status === 0,
  );
  expect(found.launch).toEqual(works[0]);
  expect(found.launch.confined).toEqual(wallsHere);
});

test.skipIf(!compiler)('loses only the limits if the caller has a lower limit', () => {
  const ways = launchesOf(spy);
  // Root may raise a limit, unless it lacks that capability.
  const asOthers = process.geteuid?.() === 0 ? ['setpriv', '--inh-caps=-sys_resource', '--bounding-set=-sys_resource'] : [];
  const lower = (program: string, before: readonly string[]): number | null => {
    const [first = '', ...rest] = [...asOthers, 'prlimit', `--data=${2 ** 30}`, program, ...before, '-version'];
    return spawnSync(first, rest).status;
  };
  const works = ways.filter(({ program, before }) => lower(program, before) === 0);
  expect(works[0]?.confined).toEqual(wallsHere.filter((said) => said !== '4 GiB of memory'));
});

test.skipIf(!compiler)('a program that exceeds its processor time is ended because of its input, not because of the machine', async () => {
  const [way] = launchesOf(spy, { memoryBytes: 2 ** 32, cpuSeconds: 1 }).filter(({ confined }) => confined.join() === '4 GiB of memory');
  if (way === undefined) throw new Error('no such way');
  const job = { input: pieces(), inputArgs: ['-f', 'spin'], outputArgs: [], output: () => {} };
  await expect(runFfmpeg(way, job, never, spawnLane)).rejects.toMatchObject({ name: 'FfmpegError', crashed: true });
});

test('a script counts as a launcher of its own, and is started unchanged', async () => {
  const { path, starts } = countingFfmpeg(folder, 'script');
  expect((await findFfmpeg(path))?.launch).toEqual(bareLaunch(path));
  expect(starts()).toBe(1);
});
