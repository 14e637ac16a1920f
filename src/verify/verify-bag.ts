import { type BagRules, checkBag } from '../archive/bag-check.ts';
import type { FileToHash, HashAnswer, Hasher } from '../archive/hash-file.ts';
import type { EntryDigest } from '../catalog/catalog-entry.ts';
import type { Verdict } from '../core/verdict.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { baggingYear } from './bagging-year.ts';
import { batches, unpackAnswers } from './check-batch.ts';
import type { CheckResult, CheckTask } from './check-task.ts';
import type { PlayLevel } from './play-recording.ts';
import { createNotes } from './played-verdicts.ts';
import { runChecked } from './run-checked.ts';
import { createStrataTally, type PlayedStratum } from './strata.ts';

/** What has been read since the last time it was said. */
export interface BagProgress {
  readonly kind: 'read';
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  /** Sound of copies; where it was played, of all that was decoded. */
  readonly audioMs: number;
  /** What the catalog should say of the recordings. */
  readonly entries: readonly EntryDigest[];
  /** What was played, by stratum; `encodeStrata` makes a text of it. */
  readonly strata: readonly PlayedStratum[];
  /** Recordings that should have been played and could not be tried: a program, a password or a file is missing. */
  readonly untried: number;
}

const nothing = { files: 0, recordings: 0, bytes: 0, audioMs: 0, untried: 0 };

/** A batch on its way. */
interface Running {
  readonly batch: readonly FileToHash[];
  readonly run: Promise<CheckResult>;
}

/**
 * Checks a bag with all worker threads: BagIt as `checkBag` does, and in the same read what longplay knows of its own recordings.
 * @param place how verdicts name the bag.
 */
export async function* verifyBag(
  path: string,
  place: string,
  tools: { readonly pool: WorkerPool; readonly play: PlayLevel; readonly rules: BagRules },
  signal: AbortSignal,
): AsyncGenerator<Verdict | BagProgress> {
  const { pool, play } = tools;
  const importYear = play === 'none' ? null : baggingYear(path);
  const inside: Verdict[] = [];
  const said = new Set<string>();
  const entries: EntryDigest[] = [];
  const notes = createNotes();
  let strata = createStrataTally();
  let read = nothing;
  async function* take({ batch, run }: Running): AsyncGenerator<HashAnswer> {
    const result = await run;
    inside.push(...result.verdicts);
    entries.push(...result.entries);
    notes.add(result.notes);
    for (const stratum of result.strata) strata.add(stratum, stratum);
    read = {
      files: read.files + batch.length,
      recordings: read.recordings + result.recordings,
      bytes: read.bytes + result.bytes,
      audioMs: read.audioMs + result.audioMs,
      untried: read.untried + result.untried,
    };
    yield* unpackAnswers(batch, result.answers);
  }
  const hash: Hasher = async function* (files, stop) {
    // Twice as many tasks as threads: none waits while the main thread fetches the next files.
    const running: Running[] = [];
    for (const batch of batches(files, play)) {
      stop.throwIfAborted();
      const names = batch.map((file) => file.name);
      const task: CheckTask = { kind: 'check', bag: path, place, names, algorithms: batch[0]?.algorithms ?? [], play, importYear };
      const run = runChecked(pool, task);
      // Awaited in order below; until then a failure must not count as unhandled.
      run.catch(() => undefined);
      running.push({ batch, run });
      if (running.length < pool.size * 2) continue;
      const first = running.shift();
      if (first !== undefined) yield* take(first);
    }
    for (const one of running) yield* take(one);
  };
  for await (const verdict of checkBag(path, { hash, place, rules: tools.rules }, signal)) {
    said.add(sayingOf(verdict));
    yield verdict;
    if (read.files > 0) yield progress();
  }
  // What the manifests tell already is not told again by recording.json: one loss, one line.
  for (const verdict of inside) if (!said.has(sayingOf(verdict))) yield verdict;
  yield* notes.verdicts(place);
  yield progress();

  function progress(): BagProgress {
    const made: BagProgress = { kind: 'read', ...read, entries: entries.splice(0), strata: strata.list() };
    read = nothing;
    strata = createStrataTally();
    return made;
  }
}

function sayingOf({ verdict, path }: Verdict): string {
  return `${verdict} ${path}`;
}
