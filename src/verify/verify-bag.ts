import { type BagRules, checkBag } from '../archive/bag-check.ts';
import type { FileToHash, HashAnswer, Hasher } from '../archive/hash-file.ts';
import type { EntryDigest } from '../catalog/catalog-entry.ts';
import type { Verdict } from '../core/verdict.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { batches, unpackAnswers } from './check-batch.ts';
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

const nothing: Omit<BagProgress, 'kind' | 'entries'> = { files: 0, recordings: 0, bytes: 0, audioMs: 0 };

/** What one bag is checked with. */
export interface VerifyBagTools {
  readonly pool: WorkerPool;
  /** Decode every access copy in full. */
  readonly play: boolean;
  readonly rules: BagRules;
  /** Asks more of each file than its manifests do, and takes the answers on their way. */
  readonly hashing?: (hash: Hasher) => Hasher;
}

/** A batch on its way. */
interface Running {
  readonly batch: readonly FileToHash[];
  readonly run: Promise<CheckResult>;
}

/**
 * Checks a bag with all worker threads: BagIt as `checkBag` does, and in the same read what longplay knows of its own recordings.
 * @param place how verdicts name the bag.
 */
export async function* verifyBag(path: string, place: string, tools: VerifyBagTools, signal: AbortSignal): AsyncGenerator<Verdict | BagProgress> {
  const inside: Verdict[] = [];
  const said = new Set<string>();
  const entries: EntryDigest[] = [];
  let read = nothing;
  async function* take({ batch, run }: Running): AsyncGenerator<HashAnswer> {
    const result = await run;
    inside.push(...result.verdicts);
    entries.push(...result.entries);
    read = {
      files: read.files + batch.length,
      recordings: read.recordings + result.recordings,
      bytes: read.bytes + result.bytes,
      audioMs: read.audioMs + result.audioMs,
    };
    yield* unpackAnswers(batch, result.answers);
  }
  const hash: Hasher = async function* (files, stop) {
    // Twice as many tasks as threads: none waits while the main thread fetches the next files.
    const running: Running[] = [];
    for (const batch of batches(files)) {
      stop.throwIfAborted();
      const task: CheckTask = {
        kind: 'check',
        bag: path,
        place,
        names: batch.map((file) => file.name),
        algorithms: batch[0]?.algorithms ?? [],
        play: tools.play,
      };
      const run = tools.pool.run<CheckResult>(task);
      // Awaited in order below; until then a failure must not count as unhandled.
      run.catch(() => undefined);
      running.push({ batch, run });
      if (running.length < tools.pool.size * 2) continue;
      const first = running.shift();
      if (first !== undefined) yield* take(first);
    }
    for (const one of running) yield* take(one);
  };
  for await (const verdict of checkBag(path, { hash: tools.hashing?.(hash) ?? hash, place, rules: tools.rules }, signal)) {
    said.add(sayingOf(verdict));
    yield verdict;
    if (read.files > 0) yield progress();
  }
  // What the manifests tell already is not told again by recording.json: one loss, one line.
  for (const verdict of inside) if (!said.has(sayingOf(verdict))) yield verdict;
  yield progress();

  function progress(): BagProgress {
    const made: BagProgress = { kind: 'read', ...read, entries: entries.splice(0) };
    read = nothing;
    return made;
  }
}

function sayingOf({ verdict, path }: Verdict): string {
  return `${verdict} ${path}`;
}
