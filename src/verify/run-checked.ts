import { dirname } from 'node:path';
import { WorkerCrash, type WorkerPool } from '../media/worker-pool.ts';
import { errorVerdict } from './check-log.ts';
import type { CheckResult, CheckTask } from './check-task.ts';
import { createStrataTally } from './strata.ts';

/**
 * Runs a check. Where threads die under it, the recording that kills them is looked for and named, and everything is digested all the
 * same: one recording must not keep the others from being verified.
 */
export async function runChecked(pool: WorkerPool, task: CheckTask): Promise<CheckResult> {
  try {
    return await pool.run<CheckResult>(task);
  } catch (error) {
    if (!(error instanceof WorkerCrash) || task.play === 'none') throw error;
    const folders = inFolders(task.names);
    const results: CheckResult[] = [];
    for (const names of folders) {
      // Alone it has just died twice.
      results.push(folders.length === 1 ? await unplayed(pool, task, error) : await runChecked(pool, { ...task, names }));
    }
    return joined(results);
  }
}

function inFolders(names: readonly string[]): string[][] {
  const folders: string[][] = [];
  let last: string | null = null;
  for (const name of names) {
    if (dirname(name) !== last) folders.push([]);
    last = dirname(name);
    folders.at(-1)?.push(name);
  }
  return folders;
}

async function unplayed(pool: WorkerPool, task: CheckTask, crash: WorkerCrash): Promise<CheckResult> {
  const silent: CheckTask = { ...task, play: 'none' };
  const result = await pool.run<CheckResult>(silent);
  const path = `${task.place}/${dirname(task.names[0] ?? '')}`;
  const verdict = errorVerdict('unplayable', 'V208', path, `two threads died while they played it (${crash.message}); it counts as not tried`);
  return { ...result, verdicts: [...result.verdicts, verdict], audioMs: 0, untried: result.recordings };
}

/** The answers of parts, as one of the whole. */
function joined(results: readonly CheckResult[]): CheckResult {
  const strata = createStrataTally();
  for (const stratum of results.flatMap((result) => result.strata)) strata.add(stratum, stratum);
  const sum = (member: 'bytes' | 'audioMs' | 'recordings' | 'untried'): number => results.reduce((total, result) => total + result[member], 0);
  const errors = new Map<number, string>();
  let at = 0;
  for (const { answers } of results) {
    for (const [index, code] of answers.errors) errors.set(at + index, code);
    at += answers.sizes.length;
  }
  return {
    answers: {
      sizes: Float64Array.from(results.flatMap(({ answers }) => [...answers.sizes])),
      digests: results.map(({ answers }) => answers.digests).join(''),
      errors,
    },
    verdicts: results.flatMap((result) => result.verdicts),
    entries: results.flatMap((result) => result.entries),
    notes: results.flatMap((result) => result.notes),
    strata: strata.list(),
    bytes: sum('bytes'),
    audioMs: sum('audioMs'),
    recordings: sum('recordings'),
    untried: sum('untried'),
  };
}
