import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { createWorkerPool, sendError, WorkerCrash } from '../../../src/media/workers/worker-pool.ts';
import { builtModule } from '../../built.ts';

/** A worker that follows instructions, including native crashes: `process.abort` would end the whole process, so the worker exits. */
const script = `
import { appendFileSync, existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
const pause = new Int32Array(new SharedArrayBuffer(4));
const waiting = [];
if (workerData !== null) appendFileSync(workerData.started, 'a thread\\n');
parentPort.on('message', async (request) => {
  if (request === null) return;
  if (request === 'hurry') {
    for (const one of waiting.splice(0)) {
      appendFileSync(one.task.note, 'hurried\\n');
      parentPort.postMessage({ id: one.id, waits: false });
      parentPort.postMessage({ id: one.id, ok: true, result: one.task.value });
    }
    return;
  }
  const { id, task } = request;
  if (task.note !== undefined) appendFileSync(task.note, task.word + '\\n');
  if (task.kind === 'waits') {
    waiting.push({ id, task });
    parentPort.postMessage({ id, waits: true });
    if (waiting.length < task.many) return;
    for (const one of waiting.splice(0).reverse()) {
      parentPort.postMessage({ id: one.id, waits: false });
      if (one.task.dies) process.exit(7);
      parentPort.postMessage({ id: one.id, ok: true, result: one.task.value });
    }
    return;
  }
  if (task.kind === 'die') process.exit(7);
  if (task.kind === 'fail') parentPort.postMessage({ id, ok: false, error: task.error });
  else if (task.kind === 'hang') setInterval(() => {}, 1000);
  else if (task.kind === 'until') {
    while (!existsSync(task.file)) Atomics.wait(pause, 0, 0, 5);
    parentPort.postMessage({ id, ok: true, result: 'long' });
  }
  else parentPort.postMessage({ id, ok: true, result: task.value * 2 });
});
`;

let folder: string;
let url: URL;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-pool-'));
  writeFileSync(join(folder, 'worker.mjs'), script);
  url = pathToFileURL(join(folder, 'worker.mjs'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;

test('every task gets its own answer, with any number of threads', async () => {
  for (const size of [1, 3]) {
    const pool = createWorkerPool(url, size, null, never);
    const values = Array.from({ length: 20 }, (_, at) => at);
    expect(await Promise.all(values.map((value) => pool.run<number>({ kind: 'double', value } as { kind: string })))).toEqual(
      values.map((value) => value * 2),
    );
    await pool.close();
  }
});

test('a thread that is started before there is work takes the work, and few short tasks start no other', async () => {
  const started = join(folder, 'started');
  writeFileSync(started, '');
  const threads = (): number => readFileSync(started, 'utf8').split('\n').length - 1;
  const pool = createWorkerPool(url, 2, { started }, never);
  pool.start();
  while (threads() < 1) await turn();
  const tasks = [1, 2, 3, 4].map((value) => pool.run<number>({ kind: 'double', value } as { kind: string }));
  expect(await Promise.all(tasks)).toEqual([2, 4, 6, 8]);
  expect(threads()).toBe(1);
  await pool.close();
});

test.each([
  ['a long task', 2, 1_000_000],
  ['many short tasks', 18, 0],
  ['a task that has waited for long', 3, 0],
])('%s after one that takes long has a thread of its own', async (_, many, bytes) => {
  const pool = createWorkerPool(url, 2, null, never);
  const file = join(folder, `end of ${many}`);
  const until = pool.run({ kind: 'until', file } as { kind: string });
  // Only another thread can answer: the first is busy until the file exists.
  const others = Array.from({ length: many - 1 }, (_one, value) => pool.run<number>({ kind: 'double', value } as { kind: string }, bytes));
  expect(await Promise.all(others)).toEqual(others.map((_one, value) => value * 2));
  writeFileSync(file, '');
  expect(await until).toBe('long');
  await pool.close();
});

test('the start-up function runs once in each thread, and its failure is attributed to no task', async () => {
  const error = sendError(new Error('not now'));
  for (const kind of ['double', 'fail']) {
    const note = join(folder, `first-${kind}`);
    const pool = createWorkerPool(url, 2, null, never);
    const first = { kind, value: 1, error, note, word: 'first' };
    pool.startAll(first);
    const tasks = [1, 2, 3, 4, 5].map((value) => pool.run<number>({ kind: 'double', value } as { kind: string }));
    expect(await Promise.all(tasks)).toEqual([2, 4, 6, 8, 10]);
    while (readFileSync(note, 'utf8') !== 'first\nfirst\n') await turn();
    await pool.close();
  }
});

test('a task’s share of its thread’s time is reported before its answer, and the shares do not exceed the elapsed time', async () => {
  const pool = createWorkerPool(url, 1, null, never);
  const began = performance.now();
  const times: number[] = [];
  const note = join(folder, 'shares');
  const run = async (task: object): Promise<number> => {
    let told = -1;
    await pool.run(task as { kind: string }, 0, undefined, (threadMs) => {
      told = threadMs;
    });
    times.push(told);
    return told;
  };
  await Promise.all([1, 2, 3, 4].map((value) => run({ kind: 'waits', many: 4, value, note, word: 'waits' })));
  await Promise.all([1, 2, 3].map((value) => run({ kind: 'double', value })));
  const passed = performance.now() - began;
  expect(times.every((ms) => ms > 0)).toBe(true);
  expect(times.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(passed);
  await pool.close();
});

test('an error keeps its kind, code, hint and cause between threads', async () => {
  const pool = createWorkerPool(url, 1, null, never);
  const error = sendError(new LongplayError('incomplete', 'M111', 'no space', 'make room', new Error('ENOSPC: write')));
  const caught = await pool.run({ kind: 'fail', error } as { kind: string }).catch((thrown: unknown) => thrown);
  expect(caught).toBeInstanceOf(LongplayError);
  expect(caught).toMatchObject({ kind: 'incomplete', code: 'M111', message: 'no space', hint: 'make room' });
  const bug = await pool.run({ kind: 'fail', error: sendError(new TypeError('oops')) } as { kind: string }).catch((thrown: unknown) => thrown);
  expect(bug).not.toBeInstanceOf(LongplayError);
  expect(bug).toMatchObject({ name: 'TypeError', message: 'oops' });
  await pool.close();
});

test('a task that kills its thread is retried once, then only that task fails; its neighbours are done', async () => {
  const note = join(folder, 'note');
  const pool = createWorkerPool(url, 2, null, never);
  const [dead, ...rest] = await Promise.allSettled([
    pool.run({ kind: 'die', note, word: 'tried' } as { kind: string }),
    ...[1, 2, 3, 4].map((value) => pool.run<number>({ kind: 'double', value } as { kind: string })),
  ]);
  expect(dead).toMatchObject({ status: 'rejected', reason: expect.any(WorkerCrash) });
  expect(rest).toEqual([2, 4, 6, 8].map((value) => ({ status: 'fulfilled', value })));
  expect(readFileSync(note, 'utf8')).toBe('tried\ntried\n');
  await pool.close();
});

test('tasks queued after a short one are done once, even if that task kills its thread', async () => {
  const note = join(folder, 'ready');
  const pool = createWorkerPool(url, 2, null, never);
  const tasks = Array.from({ length: 60 }, (_, at) => ({ kind: at % 20 === 19 ? 'die' : 'double', value: at, note, word: String(at) }));
  const ends = await Promise.allSettled(tasks.map((task) => pool.run<number>(task)));
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.name))).toEqual(
    tasks.map(({ kind, value }) => (kind === 'die' ? 'WorkerCrash' : value * 2)),
  );
  // Only the deadly ones were tried twice.
  const words = readFileSync(note, 'utf8').trim().split('\n').map(Number);
  expect(words.sort((a, b) => a - b)).toEqual(tasks.flatMap(({ kind, value }) => (kind === 'die' ? [value, value] : [value])));
  await pool.close();
});

test('an abort ends running and waiting tasks, with its reason, although a thread does not respond', async () => {
  const abort = new AbortController();
  const pool = createWorkerPool(url, 1, null, abort.signal, 50);
  const runs = [pool.run({ kind: 'hang' }), pool.run({ kind: 'hang' })];
  const ends = Promise.allSettled(runs);
  abort.abort(new Error('enough'));
  expect(await ends).toMatchObject([{ reason: { message: 'enough' } }, { reason: { message: 'enough' } }]);
  await expect(pool.run({ kind: 'hang' })).rejects.toThrow('enough');
});

const waiting = (value: number, many: number, dies = false): { kind: string } => ({ kind: 'waits', value, many, dies }) as { kind: string };

test('a thread takes others while its tasks wait, in any order of completion', async () => {
  const pool = createWorkerPool(url, 1, null, never);
  // None would ever end if the thread had to wait for the first.
  const all = Array.from({ length: 12 }, (_, value) => pool.run<number>(waiting(value, 12)));
  expect(await Promise.all(all)).toEqual(Array.from({ length: 12 }, (_, value) => value));
  await pool.close();
});

test('a resumed task that kills its thread fails, and those that wait with it are done all the same', async () => {
  const pool = createWorkerPool(url, 1, null, never);
  // First all three wait, then the two that are left.
  const all = [waiting(0, 2), waiting(1, 3, true), waiting(2, 3)].map((task) => pool.run<number>(task));
  const ends = await Promise.allSettled(all);
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.name))).toEqual([0, 'WorkerCrash', 2]);
  await pool.close();
});

test('a process whose pool is closed while a thread has tasks continues until the thread has ended', async () => {
  writeFileSync(
    join(folder, 'late.mjs'),
    `import { parentPort } from 'node:worker_threads';
    const held = [];
    parentPort.on('message', (request) => {
      // All answers at once: the first is what the pool waits for, the others come while the thread is being ended.
      if (request === null) for (const { id } of held) parentPort.postMessage({ id, ok: true, result: null });
      else if (request.task.kind === 'held') held.push(request);
      else parentPort.postMessage({ id: request.id, ok: true, result: null });
    });`,
  );
  writeFileSync(
    join(folder, 'closes.mjs'),
    `import { createWorkerPool } from ${JSON.stringify(builtModule('src/media/workers/worker-pool.ts'))};
    const pool = createWorkerPool(new URL('late.mjs', import.meta.url), 1, null, new AbortController().signal, 60_000);
    // Until the thread has been quick, so that a second task lies ready behind the first.
    for (let quick = 0, ms = 0; quick < 50 || ms > 10; quick++) {
      const began = performance.now();
      await pool.run({ kind: 'quick' });
      ms = performance.now() - began;
    }
    const held = [pool.run({ kind: 'held' }), pool.run({ kind: 'held' })];
    await pool.close();
    // On a busy machine the thread may end before the pool has read its late answers.
    await Promise.allSettled(held);
    console.log('ended');`,
  );
  expect(await promisify(execFile)(process.execPath, [join(folder, 'closes.mjs')])).toEqual({ stdout: 'ended\n', stderr: '' });
});

test('threads are told to hurry once every task has begun, and not before', async () => {
  const pool = createWorkerPool(url, 2, null, never);
  const note = join(folder, 'hurry');
  // Normally a hundred would have to wait together to continue.
  const waits = [1, 2, 3].map((value) => pool.run<number>({ ...waiting(value, 100), note, word: 'waits' } as { kind: string }));
  const works = Array.from({ length: 30 }, (_, value) => pool.run<number>({ kind: 'double', value, note, word: 'works' } as { kind: string }));
  expect(await Promise.all(works)).toEqual(works.map((_, value) => 2 * value));
  await Promise.all(waits);
  const words = readFileSync(note, 'utf8').trim().split('\n');
  expect(words.filter((word) => word === 'hurried').length).toBeGreaterThan(0);
  // One may be in progress in each thread.
  expect(words.slice(0, words.indexOf('hurried')).filter((word) => word === 'works').length).toBeGreaterThanOrEqual(28);
  await pool.close();
});

test('nothing is queued after a long task while another thread is free', async () => {
  const pool = createWorkerPool(url, 2, null, never);
  const double = (value: number): Promise<number> => pool.run<number>({ kind: 'double', value } as { kind: string }, 1);
  // Both threads have been fast, so that more may be queued in them.
  await Promise.all(Array.from({ length: 20 }, (_, value) => double(value)));
  const file = join(folder, 'go on');
  const long = pool.run<string>({ kind: 'until', file } as { kind: string }, 1e9);
  // Were one of them after the long one, which continues only when they are done, neither would end.
  expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, 6, 8]);
  writeFileSync(file, '');
  expect(await long).toBe('long');
  await pool.close();
});

test('a long task is queued after no other: the first free thread takes it', async () => {
  const pool = createWorkerPool(url, 2, null, never);
  const double = (value: number, bytes: number): Promise<number> => pool.run<number>({ kind: 'double', value } as { kind: string }, bytes);
  await Promise.all(Array.from({ length: 20 }, (_, value) => double(value, 1)));
  const files = ['one', 'other'].map((name) => join(folder, `free ${name}`));
  const [one, other] = files.map((file) => pool.run<string>({ kind: 'until', file } as { kind: string }, 1));
  const long = double(4, 1e9);
  // After the one that continues last it would never end.
  writeFileSync(files[1] ?? '', '');
  expect(await long).toBe(8);
  writeFileSync(files[0] ?? '', '');
  expect(await Promise.all([one, other])).toEqual(['long', 'long']);
  await pool.close();
});

test('the longest of the waiting tasks is begun first, the others in their order', async () => {
  const pool = createWorkerPool(url, 1, null, never);
  const note = join(folder, 'order');
  const file = join(folder, 'begin');
  const first = pool.run({ kind: 'until', file } as { kind: string }, 1e9);
  const sizes = [7, 2e5, 3, 4e5, 1, 2e5];
  const all = sizes.map((bytes, at) => pool.run({ kind: 'double', value: at, note, word: String(at) } as { kind: string }, bytes));
  writeFileSync(file, '');
  await Promise.all([first, ...all]);
  expect(readFileSync(note, 'utf8').trim().split('\n').map(Number)).toEqual([3, 1, 5, 0, 2, 4]);
  await pool.close();
});
