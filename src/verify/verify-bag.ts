import { type BagRules, checkBag } from '../archive/bag-check.ts';
import type { Hasher } from '../archive/file-batch.ts';
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

/** Files of one task: the way to a thread and back must not count, and where copies are decoded each takes long. */
const readFiles = 1_024;
const playedFiles = 128;

const nothing: Omit<BagProgress, 'kind' | 'entries'> = { files: 0, recordings: 0, bytes: 0, audioMs: 0 };

/** What one bag is checked with, and how far. */
export interface VerifyBagTools {
  readonly pool: WorkerPool;
  /** Decode every access copy in full. */
  readonly play: boolean;
  readonly rules: BagRules;
  /** `sha256`: of payload that digest alone, where the bag has it; all of them by default. Nothing else is left out. */
  readonly digests?: 'sha256' | 'all';
  /** Folder for temporary files. */
  readonly temporary?: string;
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
  const hash: Hasher<CheckResult> = {
    // Twice as many tasks as threads: none waits while the main thread fetches the next files.
    atOnce: tools.pool.size * 2,
    batchFiles: tools.play ? playedFiles : readFiles,
    digest: (batch) => {
      const task: CheckTask = { ...batch, kind: 'check', place, play: tools.play };
      return tools.pool.run<CheckResult>(task);
    },
    take: (result) => {
      inside.push(...result.verdicts);
      entries.push(...result.entries);
      read = {
        files: read.files + result.files,
        recordings: read.recordings + result.recordings,
        bytes: read.bytes + result.bytes,
        audioMs: read.audioMs + result.audioMs,
      };
    },
  };
  const { rules, digests = 'all', temporary } = tools;
  const options = { hash, place, rules, digests, ...(temporary === undefined ? {} : { temporary }) };
  for await (const verdict of checkBag(path, options, signal)) {
    if (verdict !== null) {
      said.add(sayingOf(verdict));
      yield verdict;
    } else if (read.files > 0) yield progress();
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
