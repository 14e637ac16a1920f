import { dirname } from 'node:path';
import { type BagRules, checkBag } from '../archive/bag-check.ts';
import type { FileToHash, HashAnswer, Hasher } from '../archive/hash-file.ts';
import type { EntryDigest } from '../catalog/catalog-entry.ts';
import type { Verdict } from '../core/verdict.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import type { CheckResult, CheckTask } from './check-task.ts';

/** What has been read since the last time it was said. */
export interface BagProgress {
  readonly kind: 'read';
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  readonly audioMs: number;
  /** What the catalog should say of the recordings. */
  readonly entries: readonly EntryDigest[];
}

const nothing: Omit<BagProgress, 'kind'> = { files: 0, recordings: 0, bytes: 0, audioMs: 0, entries: [] };

/** A batch is large enough to make the way to a worker not count, and small enough to share a bag between all. */
const batchFiles = 128;
const batchBytes = 16 * 1024 * 1024;

/**
 * Checks a bag with all worker threads: BagIt as `checkBag` does, and in the same read what longplay knows of its own recordings.
 * @param place how verdicts name the bag.
 */
export async function* verifyBag(
  path: string,
  place: string,
  tools: { readonly pool: WorkerPool; readonly play: boolean; readonly rules: BagRules },
  signal: AbortSignal,
): AsyncGenerator<Verdict | BagProgress> {
  const inside: Verdict[] = [];
  const said = new Set<string>();
  let read = nothing;
  const take = (result: CheckResult): readonly HashAnswer[] => {
    inside.push(...result.verdicts);
    read = {
      files: read.files + result.answers.length,
      recordings: read.recordings + result.recordings,
      bytes: read.bytes + result.bytes,
      audioMs: read.audioMs + result.audioMs,
      entries: [...read.entries, ...result.entries],
    };
    return result.answers;
  };
  const hash: Hasher = async function* (files, stop) {
    // Twice as many tasks as threads: none waits while the main thread fetches the next files.
    const running: Promise<CheckResult>[] = [];
    for (const batch of batches(files)) {
      stop.throwIfAborted();
      const task: CheckTask = { kind: 'check', bag: path, place, files: batch, play: tools.play };
      const run = tools.pool.run<CheckResult>(task);
      // Awaited in order below; until then a failure must not count as unhandled.
      run.catch(() => undefined);
      running.push(run);
      if (running.length < tools.pool.size * 2) continue;
      const first = running.shift();
      if (first !== undefined) yield* take(await first);
    }
    for (const run of running) yield* take(await run);
  };
  for await (const verdict of checkBag(path, { hash, place, rules: tools.rules }, signal)) {
    said.add(sayingOf(verdict));
    yield verdict;
    if (read.files > 0) yield progress();
  }
  // What the manifests tell already is not told again by recording.json: one loss, one line.
  for (const verdict of inside) if (!said.has(sayingOf(verdict))) yield verdict;
  yield progress();

  function progress(): BagProgress {
    const made: BagProgress = { kind: 'read', ...read };
    read = nothing;
    return made;
  }
}

/** Files in batches that never part a folder, so that a recording is looked at as a whole. */
function* batches(files: Iterable<FileToHash>): Generator<FileToHash[]> {
  let batch: FileToHash[] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batch.at(-1);
    const full = batch.length >= batchFiles || bytes >= batchBytes;
    if (last !== undefined && full && (dirname(last.name) !== dirname(file.name) || batch.length >= batchFiles * 8)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

function sayingOf({ verdict, path }: Verdict): string {
  return `${verdict} ${path}`;
}
