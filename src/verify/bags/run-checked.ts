import { dirname, join } from 'node:path';
import type { WrongFile } from '../../archive/files/file-batch.ts';
import { faultText } from '../../core/base/error.ts';
import type { Meter } from '../../core/base/meter.ts';
import { errorVerdict } from '../../core/model/verdict.ts';
import { createStrataTally } from '../../log/history/strata.ts';
import { isFaultOfTask, WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { CheckResult, CheckTask } from '../play/check-task.ts';

/**
 * Bytes that a file counts as: opening a file takes longer than digesting this number of bytes. With this weight a full batch is a long task, and a few files
 * are a short one.
 */
const bytesPerFile = 1_024;

/**
 * Runs a check. If threads crash or a bug occurs, identifies and reports the recording that causes it, and still digests all files: one recording must not keep
 * the others from being verified.
 * @param meter receives the thread's progress; absent: not needed
 */
export async function runChecked(pool: WorkerPool, task: CheckTask, meter?: Meter): Promise<CheckResult> {
  try {
    return await pool.run<CheckResult>(task, task.names.length * bytesPerFile, meter);
  } catch (error) {
    if (!isFaultOfTask(error) || task.play === 'none') throw error;
    if (task.whole !== undefined) return await unplayed(pool, task, error);
    const folders = inFolders(task.names);
    const width = task.listed.length / task.names.length;
    const results: CheckResult[] = [];
    let at = 0;
    for (const names of folders) {
      // This recording has just crashed twice when it was checked alone.
      const part = { ...task, names, listed: task.listed.slice(at * width, (at + names.length) * width) };
      const result = folders.length === 1 ? await unplayed(pool, task, error) : await runChecked(pool, part);
      results.push(result);
      at += names.length;
      // The remaining files are requested again together with the files that follow.
      if (result.files < names.length) break;
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

async function unplayed(pool: WorkerPool, task: CheckTask, error: unknown): Promise<CheckResult> {
  const silent: CheckTask = { ...task, play: 'none' };
  const result = await pool.run<CheckResult>(silent);
  const path = `${task.place}/${dirname(task.whole === undefined ? (task.names[0] ?? '') : join(task.whole.folder, 'recording.json'))}`;
  const how = error instanceof WorkerCrash ? `two threads crashed while decoding it (${error.message})` : `decoding it failed: ${faultText(error)}`;
  // An exhausted memory or a bug says nothing about the recording.
  const verdict = errorVerdict('unreachable', 'V208', path, `${how}; it counts as not tried`);
  return { ...result, verdicts: [...result.verdicts, verdict], audioMs: 0, soundMs: 0, untried: result.recordings };
}

/** Joins the answers of parts into one. */
function joined(results: readonly CheckResult[]): CheckResult {
  const strata = createStrataTally();
  for (const stratum of results.flatMap((result) => result.strata)) strata.add(stratum, stratum);
  const sum = (
    member:
      | 'files'
      | 'bytes'
      | 'audioMs'
      | 'recordings'
      | 'untried'
      | 'unopened'
      | 'amendmentsUnopened'
      | 'described'
      | 'erased'
      | 'erasedFiles'
      | 'media'
      | 'sounding'
      | 'soundMs',
  ): number => results.reduce((total, result) => total + result[member], 0);
  const wrong: WrongFile[] = [];
  let before = 0;
  for (const result of results) {
    for (const file of result.wrong) wrong.push({ ...file, index: before + file.index });
    before += result.files;
  }
  const parts = results.flatMap((result) => result.parts ?? []);
  return {
    files: sum('files'),
    wrong,
    ...(results.some(({ further }) => further !== undefined) ? { further: results.map(({ further = '' }) => further).join('') } : {}),
    verdicts: results.flatMap((result) => result.verdicts),
    entries: results.flatMap((result) => result.entries),
    notes: results.flatMap((result) => result.notes),
    strata: strata.list(),
    bytes: sum('bytes'),
    audioMs: sum('audioMs'),
    recordings: sum('recordings'),
    untried: sum('untried'),
    unopened: sum('unopened'),
    amendmentsUnopened: sum('amendmentsUnopened'),
    described: sum('described'),
    erased: sum('erased'),
    erasedFiles: sum('erasedFiles'),
    media: sum('media'),
    sounding: sum('sounding'),
    soundMs: sum('soundMs'),
    isBound: results.some((result) => result.isBound),
    ...(parts.length === 0 ? {} : { parts }),
  };
}
