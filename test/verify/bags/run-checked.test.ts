import { expect, test } from 'vitest';
import { WorkerCrash, type WorkerPool, type WorkerTask } from '../../../src/media/workers/worker-pool.ts';
import { runChecked } from '../../../src/verify/bags/run-checked.ts';
import type { CheckResult, CheckTask } from '../../../src/verify/play/check-task.ts';

const id = (of: number): string => `0000000${of}-0000-8000-8000-000000000000`;
const names = [1, 2, 3].flatMap((of) => ['access-1.opus', 'recording.json'].map((name) => `data/${id(of)}/${name}`));
/** The number of each file, repeated to the length of a digest. */
const listed = names.map((name) => name.slice(12, 13).repeat(64)).join('');
const task: CheckTask = { kind: 'check', bag: '/bag', place: 'bags/2019/b', names, algorithms: ['sha256'], listed, play: 'all', importYear: null };

/** A pool whose threads die at the given files; all other files have a digit as their result. */
function poolDyingOf(isDeadly: (task: CheckTask) => boolean): WorkerPool & { readonly asked: CheckTask[] } {
  const asked: CheckTask[] = [];
  const run = async (given: WorkerTask): Promise<CheckResult> => {
    // Only checks are asked for here.
    const check = given as CheckTask;
    asked.push(check);
    if (isDeadly(check)) throw new WorkerCrash('worker thread ended with code 134');
    const right = check.names.map((name) => name.slice(12, 13).repeat(64)).join('');
    const recordings = check.names.filter((name) => name.endsWith('.json')).length;
    return {
      files: check.names.length,
      // The second of each batch is unreadable; if other digests are listed than the batch's own, the first is wrong too.
      wrong: [...(check.listed === right ? [] : [{ index: 0, error: 'EDIFFERS' }]), { index: 1, error: check.names[1]?.slice(12, 13) ?? '' }],
      verdicts: [],
      bytes: 7 * check.names.length,
      audioMs: check.play === 'none' ? 5 : 1_000 * recordings,
      recordings,
      entries: check.names.map((id) => ({ id, sha256: '' })),
      strata: check.play === 'none' ? [] : [{ codec: 'gsm', importer: 'x', year: '2019', played: recordings, failed: 0, otherwise: 0 }],
      untried: 0,
      unopened: 0,
      amendmentsUnopened: 0,
      described: 0,
      erased: 0,
      erasedFiles: 0,
      isBound: false,
      media: recordings,
      sounding: recordings,
      soundMs: check.play === 'none' ? 0 : 1_000 * recordings,
      notes: [],
      ...(check.further === undefined ? {} : { further: right }),
    };
  };
  // The same result as from the task's handler.
  return { size: 2, asked, start: () => {}, startAll: () => {}, run: run as WorkerPool['run'], close: async () => {} };
}

test('of a batch that kills threads the responsible recording is reported, and all others are played and digested', async () => {
  const deadly = (check: CheckTask): boolean => check.play !== 'none' && check.names.some((name) => name.includes(id(2)));
  const result = await runChecked(poolDyingOf(deadly), { ...task, further: ['sha256'] });
  expect(result.verdicts).toEqual([
    {
      kind: 'verdict',
      verdict: 'unreachable',
      code: 'V208',
      severity: 'error',
      path: `bags/2019/b/data/${id(2)}`,
      message: expect.stringContaining('worker thread ended with code 134'),
    },
  ]);
  // As if nothing had happened: one answer per file, in order.
  expect(result.files).toBe(6);
  expect(result.wrong).toEqual([
    { index: 1, error: '1' },
    { index: 3, error: '2' },
    { index: 5, error: '3' },
  ]);
  expect(result.further).toBe(listed);
  expect(result).toMatchObject({ bytes: 42, recordings: 3, untried: 1, audioMs: 2_000 });
  expect(result.strata).toEqual([{ codec: 'gsm', importer: 'x', year: '2019', played: 2, failed: 0, otherwise: 0 }]);
  expect(result.entries.map(({ id }) => id)).toEqual(names);
});

test('threads that die while only reading are not attributed to sound', async () => {
  const pool = poolDyingOf(() => true);
  await expect(runChecked(pool, { ...task, play: 'none' })).rejects.toThrow(WorkerCrash);
  expect(pool.asked).toHaveLength(1);
  await expect(runChecked(pool, task)).rejects.toThrow(WorkerCrash);
});

test('any other failure is passed on', async () => {
  const pool = { ...poolDyingOf(() => false), run: () => Promise.reject(new Error('aborted')) };
  await expect(runChecked(pool, task)).rejects.toThrow('aborted');
});
