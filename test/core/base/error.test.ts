import { openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { isFileError, kindOfTrouble, LongplayError, systemCode } from '../../../src/core/base/error.ts';
import { WorkerCrash } from '../../../src/media/workers/worker-pool.ts';
import { createRig } from '../../cli/rig.ts';

const rig = createRig();
afterAll(() => rig[Symbol.asyncDispose]());

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('an error of the system is a fault of the machine, with its code', () => {
  symlinkSync(rig.path('round'), rig.path('round'));
  const refused = [
    ['ENOENT', () => openSync(rig.path('absent'), 'r')],
    ['ELOOP', () => openSync(rig.path('round'), 'r')],
    ['EISDIR', () => readFileSync(rig.folder)],
    ['ENAMETOOLONG', () => openSync(rig.path('x'.repeat(300)), 'r')],
  ] as const;
  for (const [code, work] of refused) {
    const error = thrown(work);
    expect([code, systemCode(error), kindOfTrouble(error)]).toEqual([code, code, 'machine']);
  }
});

test('an error that Node.js has no name for is also a fault of the machine', () => {
  // As libuv reports ENOKEY, 126 (errno(3)).
  const error = Object.assign(new Error('Unknown system error -126: Unknown system error -126, open'), {
    ...{ code: 'Unknown system error -126', errno: -126, syscall: 'open' },
  });
  expect([systemCode(error), kindOfTrouble(error)]).toEqual(['E126', 'machine']);
});

test('a lack of memory is a fault of the machine, in this thread and in another', async () => {
  expect(kindOfTrouble(thrown(() => new ArrayBuffer(Number.MAX_SAFE_INTEGER)))).toBe('machine');
  const greedy = new Worker('const all = []; for (;;) all.push(new Array(1000).fill(Math.random()))', {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  const error = await new Promise((done) => greedy.once('error', done));
  expect([kindOfTrouble(error), kindOfTrouble(new WorkerCrash('it ended', error))]).toEqual(['machine', 'machine']);
});

test('a library that does not load is a fault of the machine', () => {
  const file = join(rig.folder, 'no-library.node');
  writeFileSync(file, 'no library');
  expect(kindOfTrouble(thrown(() => process.dlopen({ exports: {} }, file)))).toBe('machine');
});

test('a thread that ended for another reason, and other thrown values, are bugs; an abort is not', () => {
  for (const error of [
    new WorkerCrash('worker thread ended with code 1'),
    new WorkerCrash('x', new TypeError('y')),
    new TypeError('y'),
    'text',
    new RangeError('Invalid array length'),
  ])
    expect(kindOfTrouble(error)).toBe('bug');
  expect(kindOfTrouble(new DOMException('stopped', 'AbortError'))).toBe('stopped');
  expect(kindOfTrouble(new LongplayError('incomplete', 'A107', 'no', 'room'))).toBe('told');
});

test('only codes about what exists at a path concern the file', () => {
  for (const code of ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']) expect([code, isFileError(code)]).toEqual([code, true]);
  for (const code of ['EIO', 'EACCES', 'EMFILE', 'ENOMEM', 'ESTALE', 'ENOTCONN', 'E126']) expect([code, isFileError(code)]).toEqual([code, false]);
});
