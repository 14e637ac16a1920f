import { lstatSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type LandingHistory, type Landings, landingOf, sameLanding } from '../../archive/bag/landing.ts';
import { type RenewedManifests, stageManifests } from '../../archive/bag/renew-manifests.ts';
import { walkBag } from '../../archive/bag/walk.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { draftPlace, sweepDrafts } from '../../archive/draft-place.ts';
import { acquireLock } from '../../archive/files/lock.ts';
import { temporaryFolder } from '../../archive/files/temporary-folder.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { progressIntervalMs, ticking } from '../../core/base/progress-ticks.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import { type ArchiveLog, type LogTools, openLog } from '../../log/log.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import { type BagsWork, createBagsWork } from '../bags/bags-work.ts';
import { type BudgetLimits, createBudget } from '../schedule/budget.ts';
import { type BagReading, readBag } from './bag.ts';
import { algorithmsFor, type Candidate, cannotChange, obstacle, survey, toDo, unwritable } from './candidates.ts';
import { rehashLog } from './log.ts';
import { type Counts, counted, errorsIn, noCounts, type RehashEvent, type RehashOutcome } from './outcome.ts';

/** The digest to add, and the limits of the run. */
export interface RehashRequest {
  /** Id of the algorithm. */
  readonly algorithm: string;
  /** Limits of this run. A bag that has been begun is finished. */
  readonly budget: BudgetLimits;
}

/** Tools of a rehash. */
export interface RehashTools {
  readonly pool: WorkerPool;
  /** Returns the current time as ISO text. */
  readonly now: () => string;
  /** Folder of this machine's keys and of its memory of logs. */
  readonly keys: string;
  /** The user who runs the rehash. */
  readonly actor?: LogTools['actor'];
  /** Folder for temporary files; the system's by default. */
  readonly temporary?: string;
  /** Returns the elapsed time of this run. */
  readonly elapsedMs: () => number;
}

/**
 * Adds a digest to all bags of an archive that lack it, and to its log. Reads each bag once: if every old digest agrees and nothing is missing, writes new tag
 * files and records the new landing in the log. After an interruption at any point, the next run continues.
 * @throws LongplayError incomplete: locked, unreachable, no space
 */
export async function* rehashArchive(
  dir: string,
  request: RehashRequest,
  tools: RehashTools,
  signal: AbortSignal,
): AsyncGenerator<RehashEvent, RehashOutcome> {
  const archive = await openArchive(dir);
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const stage = join(archive.dir, 'jobs', 'rehash');
  using _stage = { [Symbol.dispose]: () => rmSync(stage, { recursive: true, force: true }) };
  await using _apart = { [Symbol.asyncDispose]: () => sweepDrafts(archive, (owner) => owner === stageOwner) };
  for (const found of log.findings) yield found;
  const { landings, bags, missing } = await survey(archive, tools.keys, signal);
  const counts = { ...noCounts, bags: bags.length + missing.length };
  for (const verdict of missing) yield counted(counts, verdict);
  const todo = toDo(bags, request.algorithm, counts);
  const toRead = todo.filter((candidate) => obstacle(candidate) === null && unwritable(candidate, request.algorithm) === null);
  const bagsWork = createBagsWork({ lanes: tools.pool.size, total: () => toRead.length, plays: false, audio: null });
  void bagsWork.measure(
    toRead.map(({ bag }) => bag),
    signal,
  );
  let done = 0;
  for await (const event of ticking(
    rehashBags(todo, { archive, request, tools, landings, log, stage, counts, bagsWork }, signal),
    progressIntervalMs,
  )) {
    if (event?.kind === 'progress') done = event.done;
    yield event ?? { kind: 'progress', done, total: todo.length, bytes: Math.max(counts.bytes, bagsWork.done().bytes), work: bagsWork.work() };
  }
  yield* rehashLog({ archive, log, keys: tools.keys }, request.algorithm, counts, signal);
  return counts;
}

/** Yields what a rehash would do. Takes no lock and writes nothing. */
export async function* planRehash(
  dir: string,
  request: RehashRequest,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<RehashEvent, RehashOutcome> {
  const archive = await openArchive(dir);
  const { bags, missing, digests } = await survey(archive, keys, signal);
  const counts = { ...noCounts, bags: bags.length + missing.length };
  for (const verdict of missing) yield counted(counts, verdict);
  for (const candidate of toDo(bags, request.algorithm, counts)) {
    const found = obstacle(candidate) ?? unwritable(candidate, request.algorithm);
    if (found !== null) yield refused(counts, found);
    else counts.left++;
  }
  return { ...counts, logEntries: digests.coveredSize(request.algorithm) };
}

function refused(counts: Counts, found: Finding): Finding {
  counts.refused++;
  return counted(counts, found);
}

/** Owner of the staged tag files outside `jobs/`. */
const stageOwner = 'rehash';

interface Work {
  readonly archive: Archive;
  readonly request: RehashRequest;
  readonly tools: RehashTools;
  readonly landings: Landings;
  readonly log: ArchiveLog;
  readonly stage: string;
  readonly counts: Counts;
  readonly bagsWork: BagsWork;
}

/** Bags in progress: one bag is read while the tag files of the previous one are written. */
const bagsAhead = 2;

async function* rehashBags(todo: readonly Candidate[], work: Work, signal: AbortSignal): AsyncGenerator<RehashEvent> {
  const { counts, tools, request, bagsWork } = work;
  const budget = createBudget(request.budget, tools.elapsedMs);
  const running: { readonly bag: BagFolder; readonly reading: Promise<BagReading> }[] = [];
  const rest = [...todo];
  let done = 0;
  try {
    for (;;) {
      while (running.length < bagsAhead) {
        const [candidate] = rest;
        if (candidate === undefined) break;
        const { bag, history } = candidate;
        const found = obstacle(candidate) ?? unwritable(candidate, request.algorithm);
        const [algorithm] = algorithmsFor(candidate, request.algorithm);
        if (found !== null || history === null || algorithm === undefined) {
          rest.shift();
          if (found !== null) yield refused(counts, found);
          continue;
        }
        if (!budget.begin()) break;
        // A bag counts before it is read, because the next one begins meanwhile.
        if (request.budget.bytes !== null) budget.spent(await bytesIn(bag, tools.temporary ?? temporaryFolder(), signal));
        rest.shift();
        const count = bagsWork.bag(bag.name, bag.path, false);
        const reading = readBag(bag, history, algorithm, { ...tools, count }, signal).finally(() => count.end());
        // Awaited in order below; until then a rejection must not count as unhandled.
        reading.catch(() => undefined);
        running.push({ bag, reading });
      }
      const first = running.shift();
      if (first === undefined) break;
      yield* rehashBag(first.bag, await first.reading, work, signal);
      yield { kind: 'progress', done: ++done, total: todo.length, bytes: Math.max(counts.bytes, bagsWork.done().bytes) };
    }
    counts.left = rest.length;
  } finally {
    // No thread may read an archive whose lock has been released.
    await Promise.allSettled(running.map(({ reading }) => reading));
  }
}

async function bytesIn(bag: BagFolder, temporary: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for (const items of walkBag(bag.path, '', null, temporary)) {
    for (const item of items) if (item.kind === 'file') bytes += sizeOf(join(bag.path, item.path));
    await turn();
    signal.throwIfAborted();
  }
  return bytes;
}

function sizeOf(file: string): number {
  try {
    return lstatSync(file).size;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    // The bag's check reports the error.
    return 0;
  }
}

/** Adds to a bag the digests it lacks: first by the algorithm for which it was read, then by any other. */
async function* rehashBag(bag: BagFolder, first: BagReading, work: Work, signal: AbortSignal): AsyncGenerator<RehashEvent> {
  const { counts, landings, request, tools } = work;
  let reading = first;
  for (;;) {
    const history = landings.bags.get(bag.name) ?? null;
    const [algorithm] = algorithmsFor({ bag, history }, request.algorithm);
    if (history === null || algorithm === undefined) break;
    counts.files += reading.files;
    counts.bytes += reading.bytes;
    for (const verdict of reading.verdicts) yield counted(counts, verdict);
    if (reading.renewed === null) {
      const faults = reading.verdicts.reduce((sum, verdict) => sum + errorsIn(verdict), 0);
      // Its faults are counted separately.
      counts.refused++;
      yield finding('H104', bag.folder, `has ${faults === 1 ? 'a fault, named' : agree`${faults} fault[s], named`} above; nothing in it was changed`);
      return;
    }
    const refusal = await putInPlace({ bag, history, renewed: reading.renewed }, algorithm, work, signal);
    if (refusal !== null) {
      yield refused(counts, refusal);
      return;
    }
    yield { kind: 'rehashed', bag: bag.name, algorithm, files: reading.files, bytes: reading.bytes };
    const after = landings.bags.get(bag.name) ?? null;
    const [next] = algorithmsFor({ bag, history: after }, request.algorithm);
    if (after === null || next === undefined) break;
    reading = await readBag(bag, after, next, tools, signal);
  }
  counts.rehashed++;
}

/** A bag with manifests that have an additional digest. */
interface RenewedBag {
  readonly bag: BagFolder;
  readonly history: LandingHistory;
  readonly renewed: RenewedManifests;
}

/**
 * Announces the new files in the log, places them, and enters their landing. After a stop between any two steps, the log explains the files on disk, and the
 * next run makes the same files and continues.
 * @returns why the system does not permit changes of the bag (other bags continue); null if the bag was changed
 */
async function putInPlace(
  { bag, history, renewed }: RenewedBag,
  algorithm: string,
  { archive, landings, log, stage }: Work,
  signal: AbortSignal,
): Promise<Finding | null> {
  const folder = draftPlace(archive, join(bag.path, 'manifest'), stage, stageOwner);
  const staged = await stageManifests(join(folder, basename(bag.name)), renewed);
  signal.throwIfAborted();
  const enter = async (type: EntryType): Promise<void> => {
    const detail = { bag: bag.name, algorithm, ...renewed.landing };
    await log.append(type, detail);
    landings.take({ type, detail });
  };
  const known = history.intended.some((one) => one.algorithm === algorithm && sameLanding(one.landing, landingOf(renewed.landing)));
  if (!known) await enter('rehash-intended');
  try {
    await staged.place(bag.path);
  } catch (error) {
    if (!(error instanceof LongplayError) || error.kind !== 'incomplete') throw error;
    return cannotChange(bag, algorithm, error.message);
  }
  await enter('bag-rehashed');
  return null;
}
