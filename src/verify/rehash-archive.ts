import { lstatSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { addedDigest } from '../archive/added-digests.ts';
import { walkBag } from '../archive/bag-walk.ts';
import { digestAlgorithm } from '../archive/hash-file.ts';
import { createLandings, type LandingHistory, type Landings, landingOf, sameLanding } from '../archive/landing.ts';
import { type Archive, type BagFolder, listBags, openArchive } from '../archive/layout.ts';
import { acquireLock } from '../archive/lock.ts';
import { type RenewedManifests, stageManifests } from '../archive/renew-manifests.ts';
import { systemCode } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { byCodePoint } from '../core/order.ts';
import { tellEveryMs, ticking } from '../core/ticking.ts';
import { errorVerdict, type Verdict } from '../core/verdict.ts';
import type { EntryType } from '../log/entry-types.ts';
import { type ArchiveLog, openLog } from '../log/log.ts';
import { checkLogDigests } from '../log/log-digests.ts';
import { readLog } from '../log/read-log.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { type BagsWork, createBagsWork } from './bags-work.ts';
import { type BudgetLimits, createBudget } from './budget.ts';
import { noHistory } from './check-landing.ts';
import { bagsUnreachable } from './look-around.ts';
import { type BagReading, readBag } from './rehash-bag.ts';
import { rehashLog } from './rehash-log.ts';
import { type Counts, counted, errorsIn, noCounts, type RehashEvent, type RehashOutcome } from './rehash-outcome.ts';

/** What is to be added, and how far to go. */
export interface RehashRequest {
  /** Id of the algorithm. */
  readonly algorithm: string;
  /** What this run may use; a bag that is begun is finished. */
  readonly budget: BudgetLimits;
}

/** What a rehash works with. */
export interface RehashTools {
  readonly pool: WorkerPool;
  /** ISO time of now. */
  readonly now: () => string;
  /** Folder of this machine's keys and memory of logs. */
  readonly keys: string;
  /** Folder for temporary files; the system's by default. */
  readonly temporary?: string;
  /** Of this run. */
  readonly elapsedMs: () => number;
}

/** A bag in the making of its new digest; `history` null: the log does not name it. */
interface Candidate {
  readonly bag: BagFolder;
  readonly history: LandingHistory | null;
}

/**
 * Adds a digest to all bags of an archive that lack it, and to its log. Each bag is read once: where every old digest agrees and nothing
 * is missing, its tag files are renewed and the log says what it lands as from then on. Stopped anywhere, the next run goes on.
 * @throws LongplayError incomplete: locked, unreachable, no space.
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
  for (const found of log.findings) yield found;
  const { landings, bags, missing } = await survey(archive, tools.keys, signal);
  const counts = { ...noCounts, bags: bags.length + missing.length };
  for (const verdict of missing) yield counted(counts, verdict);
  const todo = bags.filter((candidate) => obstacle(candidate) !== null || algorithmsFor(candidate, request.algorithm).length > 0);
  counts.hadIt = bags.length - todo.length;
  const toRead = todo.filter((candidate) => obstacle(candidate) === null);
  const bagsWork = createBagsWork({ lanes: tools.pool.size, total: () => toRead.length, plays: false, audio: null });
  void bagsWork.measure(
    toRead.map(({ bag }) => bag),
    signal,
  );
  let done = 0;
  for await (const event of ticking(rehashBags(todo, { request, tools, landings, log, stage, counts, bagsWork }, signal), tellEveryMs)) {
    if (event?.kind === 'progress') done = event.done;
    yield event ?? { kind: 'progress', done, total: todo.length, bytes: Math.max(counts.bytes, bagsWork.done().bytes), work: bagsWork.work() };
  }
  yield* rehashLog(archive, log, request.algorithm, tools.keys, counts, signal);
  return counts;
}

/** What a rehash would do. Takes no lock and writes nothing. */
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
  for (const candidate of bags) {
    const found = obstacle(candidate);
    if (found !== null) yield refused(counts, found);
    else if (algorithmsFor(candidate, request.algorithm).length === 0) counts.hadIt++;
    else counts.left++;
  }
  return { ...counts, logEntries: digests.coveredSize(request.algorithm) };
}

function refused(counts: Counts, found: Finding): Finding {
  counts.refused++;
  return counted(counts, found);
}

/** The log as it is, and the bags: those that are there, with what it says of them, and those that are not. */
async function survey(
  archive: Archive,
  keys: string,
  signal: AbortSignal,
): Promise<{
  readonly landings: Landings;
  readonly bags: readonly Candidate[];
  readonly missing: readonly Verdict[];
  readonly digests: ReturnType<typeof checkLogDigests>;
}> {
  const landings = createLandings();
  const digests = checkLogDigests();
  for await (const item of readLog(archive, signal, keys)) {
    if (item.kind === 'finding') continue;
    landings.take(item);
    digests.take(item);
  }
  const bags: Candidate[] = [];
  for await (const bag of listBags(archive)) bags.push({ bag, history: landings.bags.get(bag.name) ?? null });
  const present = new Set(bags.map(({ bag }) => bag.name));
  const absent = [...landings.bags]
    .filter(([name, { deleted }]) => !present.has(name) && !deleted)
    .map(([name]) => name)
    .sort(byCodePoint);
  if (bags.length === 0 && absent.length > 0) throw bagsUnreachable(archive.dir, absent.length);
  const missing = absent.map((name) => errorVerdict('missing', 'V101', `bags/${name}`, 'was landed according to the log and is not there'));
  return { landings, bags, missing, digests };
}

/** Why nothing can be added to a bag, or null: it must be known as it landed, and what was begun with it must be finished first. */
function obstacle({ bag, history }: Candidate): Finding | null {
  if (history === null) return finding('H105', bag.folder, 'is not in the log: no import of this archive made it, or that import was stopped');
  const unknown = history.intended.find(({ algorithm }) => addedDigest(algorithm) === null);
  const quoted = (algorithm: string): string => JSON.stringify(algorithm.slice(0, 40));
  if (unknown !== undefined)
    return finding('H106', bag.folder, `its rehash to ${quoted(unknown.algorithm)} is unfinished, and cannot be finished here; ${elsewhere}`);
  // Its tag manifest by that digest would have to list the new manifest, and nobody here could write it.
  const foreign = [...history.current.values()].find(({ algorithm }) => digestAlgorithm(algorithm) === null);
  return foreign === undefined
    ? null
    : finding('H106', bag.folder, `it has the digest ${quoted(foreign.algorithm)}, which cannot be computed here; ${elsewhere}`);
}

/** The next step where a digest is not known here. */
const elsewhere = 'nothing in it was changed; rehash with the longplay or the Node.js that has it';

/** What a bag still has to get: first what an earlier run began, then what is asked for. */
function algorithmsFor({ history }: Candidate, wanted: string): string[] {
  const { current, intended } = history ?? noHistory;
  const has = new Set([...current.values()].map(({ algorithm }) => algorithm));
  return [...new Set([...intended.map(({ algorithm }) => algorithm), wanted])].filter((algorithm) => !has.has(algorithm));
}

interface Work {
  readonly request: RehashRequest;
  readonly tools: RehashTools;
  readonly landings: Landings;
  readonly log: ArchiveLog;
  readonly stage: string;
  readonly counts: Counts;
  readonly bagsWork: BagsWork;
}

/** One bag is read while the tag files of the one before are written. */
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
        const found = obstacle(candidate);
        const [algorithm] = algorithmsFor(candidate, request.algorithm);
        if (found !== null || history === null || algorithm === undefined) {
          rest.shift();
          if (found !== null) yield refused(counts, found);
          continue;
        }
        if (!budget.begin()) break;
        // Before it is read: the next one is begun meanwhile.
        if (request.budget.bytes !== null) budget.spent(await bytesIn(bag, tools.temporary ?? tmpdir(), signal));
        rest.shift();
        const count = bagsWork.bag(bag.name, bag.path, false);
        const reading = readBag(bag, history, algorithm, { ...tools, count }, signal).finally(() => count.end());
        // Awaited in order below; until then a failure must not count as unhandled.
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
    // No thread is to read in an archive whose lock is given back.
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
    // The check of the bag tells what is the matter.
    return 0;
  }
}

/** A bag that was read gets what it lacks: the algorithm it was read for, then any other. */
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
      // Its faults are counted one by one.
      counts.refused++;
      yield finding('H104', bag.folder, `has ${faults === 1 ? 'a fault, named' : `${faults} faults, named`} above; nothing in it was changed`);
      return;
    }
    await putInPlace(bag, history, algorithm, reading.renewed, work, signal);
    yield { kind: 'rehashed', bag: bag.name, algorithm, files: reading.files, bytes: reading.bytes };
    const after = landings.bags.get(bag.name) ?? null;
    const [next] = algorithmsFor({ bag, history: after }, request.algorithm);
    if (after === null || next === undefined) break;
    reading = await readBag(bag, after, next, tools, signal);
  }
  counts.rehashed++;
}

/** Announced, put in place, entered: stopped between any two of these, the log explains what lies there, and the next run makes the same files and goes on. */
async function putInPlace(
  bag: BagFolder,
  history: LandingHistory,
  algorithm: string,
  renewed: RenewedManifests,
  { landings, log, stage }: Work,
  signal: AbortSignal,
): Promise<void> {
  const staged = await stageManifests(join(stage, basename(bag.name)), renewed);
  signal.throwIfAborted();
  const enter = async (type: EntryType): Promise<void> => {
    const detail = { bag: bag.name, algorithm, ...renewed.landing };
    await log.append(type, detail);
    landings.take({ type, detail });
  };
  const known = history.intended.some((one) => one.algorithm === algorithm && sameLanding(one.landing, landingOf(renewed.landing)));
  if (!known) await enter('rehash-intended');
  await staged.place(bag.path);
  await enter('bag-rehashed');
}
