import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Meter } from '../../src/core/base/meter.ts';
import type { Canary, JudgedCanary } from '../../src/media/canaries.ts';
import type { WorkerPool, WorkerTask } from '../../src/media/workers/worker-pool.ts';
import type { CanaryTask } from '../../src/verify/checks/canaries.ts';

// Every run that plays decodes canaries for seconds, with programs and libraries that do not change during the suite.

/** Arguments of `run` of a pool besides the task. */
type RunTail = [bytes?: number, meter?: Meter, tellTime?: (threadMs: number) => void];

/** Results known to this process, by canary and settings. */
const known = new Map<string, Promise<JudgedCanary>>();

/** Returns the file of a result, which all processes of one run of the suite share (test/global-setup.ts). */
function fileOf(name: string): string {
  const { TESTS_CANARIES: folder } = process.env;
  if (folder === undefined) throw new Error('the set-up of the tests names no folder for canaries');
  return join(folder, createHash('sha256').update(name).digest('hex'));
}

function stored(name: string): JudgedCanary | null {
  const file = fileOf(name);
  // Written below.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JudgedCanary) : null;
}

function store(name: string, judged: JudgedCanary): void {
  const file = fileOf(name);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(judged));
  renameSync(draft, file);
}

function isCanaryTask(task: WorkerTask): task is CanaryTask {
  return task.kind === 'canaries';
}

/**
 * Returns threads that decode a canary only if no other run of the suite with the same settings has.
 * @param settings what determines the result: programs and libraries, by name
 */
export function withCanariesOnce(pool: WorkerPool, settings: object): WorkerPool {
  const nameOf = (task: CanaryTask, canary: Canary): string => JSON.stringify([task.samples, canary, settings]);
  const judged = async (task: CanaryTask, more: RunTail): Promise<unknown> => {
    const names = task.canaries.map((canary) => nameOf(task, canary));
    for (const name of names) {
      const before = known.has(name) ? null : stored(name);
      if (before !== null) known.set(name, Promise.resolve(before));
    }
    const untried = task.canaries.filter((_, at) => !known.has(names[at] ?? ''));
    const rest: CanaryTask = { ...task, canaries: untried };
    const made: Promise<readonly JudgedCanary[]> = untried.length === 0 ? Promise.resolve([]) : pool.run<JudgedCanary[]>(rest, ...more);
    for (const [at, canary] of untried.entries()) {
      const name = nameOf(task, canary);
      const one = made.then((all) => {
        const result = all[at];
        if (result === undefined) throw new Error('fewer results than canaries');
        // A decoder that the system killed may produce its samples next time.
        if (result.troubled) known.delete(name);
        else store(name, result);
        return result;
      });
      known.set(name, one);
      one.catch(() => known.delete(name));
    }
    return await Promise.all(names.map((name) => known.get(name) ?? Promise.reject(new Error('no result of a canary'))));
  };
  return {
    ...pool,
    run: <Result>(task: WorkerTask, ...more: RunTail): Promise<Result> =>
      // The same task, so the same type of answer.
      isCanaryTask(task) ? (judged(task, more) as Promise<Result>) : pool.run<Result>(task, ...more),
  };
}
