import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bagItRules } from '../archive/bag-check.ts';
import type { BagFolder } from '../archive/layout.ts';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../catalog/check-catalog.ts';
import { LongplayError } from '../core/error.ts';
import type { Finding } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';
import { toolName } from '../core/version.ts';
import { faultsText } from '../history/faults.ts';
import { createReadingHistory, type ReadingHistory } from '../history/reading-history.ts';
import type { LogDetail, LogEntry } from '../log/log-entry.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { createBudget } from './budget.ts';
import { catalogVerdict, checkBags } from './check-bags.ts';
import { checkDecoders, createDecoderMemory, type Decoding } from './check-decoders.ts';
import { errorVerdict } from './check-log.ts';
import type { DueState } from './due-state.ts';
import { enterVerification, type VerificationEntries } from './enter-verification.ts';
import { type LandingWatch, watchLandings } from './landing-watch.ts';
import { type AroundTools, lookAround, type Surroundings } from './look-around.ts';
import { openForChecking } from './open-for-checking.ts';
import type { PlayLevel } from './play-recording.ts';
import { allBags, dueBags, type RunPlan, type Schedule, standingOf } from './run-plan.ts';
import { scheduleFindings } from './schedule-findings.ts';
import { type BagProgress, verifyBag } from './verify-bag.ts';
import { bagResult, type Counts, count, noCounts, outcomeDetail, type VerifyOutcome } from './verify-counts.ts';

/** What a verification works with and how far it goes. */
export interface VerifyTools extends AroundTools {
  readonly pool: WorkerPool;
  readonly play: PlayLevel;
  /** All digests of every bag; else SHA-256 alone where a bag has been read before. */
  readonly deep?: boolean;
  /** What decodes here; absent: its canaries are not looked at. */
  readonly decoding?: Decoding;
  /** Only what is due, and as much as the budget allows; absent: everything. */
  readonly schedule?: Schedule;
  /** ISO time of now. */
  readonly now: () => string;
  /** Folder for temporary files; the system's by default. */
  readonly temporary?: string;
}

/** How far a verification is, or what it found. */
export type VerifyEvent =
  | Verdict
  | Finding
  | {
      readonly kind: 'progress';
      /** The bag that was read, as paths of verdicts begin. */
      readonly bag: string;
      readonly done: number;
      readonly total: number;
      readonly files: number;
      readonly bytes: number;
      readonly audioMs: number;
    };

/** How a scheduled verification leaves the archive. */
export interface ScheduledOutcome extends VerifyOutcome {
  /** Null: no schedule was asked for. */
  readonly due: DueState | null;
}

/** True where the path is a bag by itself and no archive. */
export function isBag(path: string): boolean {
  return !existsSync(join(path, 'longplay.json')) && (existsSync(join(path, 'bagit.txt')) || existsSync(join(path, 'data')));
}

/** Checks one bag of anybody's, wherever it lies. */
export async function* verifyOneBag(
  path: string,
  tools: Pick<VerifyTools, 'pool' | 'play' | 'temporary'>,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const counts = noCounts();
  const folder = resolve(path);
  // As it comes: what there is to say of a bag of anybody's may have no end.
  for await (const event of verifyBag(folder, basename(folder), { ...tools, rules: bagItRules }, signal))
    yield countEvent(counts, basename(folder), event, 1);
  counts.bags = 1;
  counts.bagsWell = counts.errors === 0 ? 1 : 0;
  yield progressOf(counts, basename(folder), 1);
  return { ...counts, due: null };
}

/**
 * Checks an archive: the log and what it says should be there, the files around the bags, the catalog, and its bags, all of them or what is
 * due. All that is wrong is named in one run. What was read is entered in the log.
 * @throws LongplayError A102 where the archive is unreachable: nothing can be said about it then; W151 where a schedule has no memory
 */
export async function* verifyArchive(dir: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const { schedule } = tools;
  const archive = await openForChecking(dir);
  const counts = noCounts();
  const history = createReadingHistory(() => Date.parse(tools.now()));
  const memory = createDecoderMemory();
  const onEntry = (entry: LogEntry): void => {
    history.add(entry);
    memory.take(entry);
  };
  const around = await lookAround(archive, tools, onEntry, signal);
  const say = (verdict: Verdict): Verdict => {
    count(counts, verdict);
    return verdict;
  };
  for (const verdict of [...around.verdicts, ...around.lost.map(({ verdict }) => verdict)]) yield say(verdict);
  await using entries = await enterVerification(archive, around.log.closed, tools.keys, tools.now);
  const { reason } = entries;
  if (reason !== null && schedule !== undefined) throw withoutMemory(archive.dir, reason.message);
  if (reason !== null)
    yield say({ ...errorVerdict('unverifiable', reason.code, 'log', `this verification is not entered: ${reason.message}`), severity: 'warning' });
  const run = { run: randomUUID(), replica: null };
  const plan = planOf(around, history, tools);
  const { decoding } = tools;
  const depth = { digests: tools.deep === true ? 'all' : 'sha256', tool: toolName, decoders: decoding?.decoders ?? null };
  await entries.add('verification-started', { ...run, ...plan.detail, ...depth });
  await entries.flush();
  const faultsAround = counts.errors;
  let complete = false;
  try {
    if (decoding !== undefined && plan.detail.play !== 'none')
      for await (const verdict of checkDecoders(archive, decoding, memory.last(), { pool: tools.pool, entries, run: run.run }, signal))
        yield say(verdict);
    for (const { bag } of around.lost) await entries.add('bag-verified', { ...run, bag, ...lostBag });
    const landings = watchLandings(archive, tools.keys ?? null, around.landed);
    yield* checkCatalogAndBags(archive.dir, landings, plan, tools, counts, { entries, run }, signal);
    complete = true;
  } finally {
    // Also of a run that is stopped: what it read is read.
    await entries.add('verification-finished', { ...run, ...outcomeDetail(counts), around: faultsAround, complete });
    await entries.flush();
  }
  if (schedule === undefined) return { ...counts, due: null };
  const { findings, state } = await archiveStanding(dir, tools, schedule, signal);
  yield* findings;
  return { ...counts, due: state };
}

/** How an archive stands against a schedule, from its log alone. @throws LongplayError A102 */
export async function archiveStanding(
  dir: string,
  tools: AroundTools & Pick<VerifyTools, 'now'>,
  schedule: Schedule,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly state: DueState }> {
  const archive = await openForChecking(dir);
  const history = createReadingHistory(() => Date.parse(tools.now()));
  const around = await lookAround(archive, tools, (entry) => history.add(entry), signal);
  const all = [
    ...scheduledBags(around),
    ...around.lost.map(({ bag }) => ({ name: bag, folder: `bags/${bag}`, path: join(archive.dir, 'bags', bag) })),
  ];
  const standing = standingOf(archive.dir, all, history, schedule);
  return { findings: scheduleFindings(standing), state: standing.state };
}

/** A bag that was deleted on purpose and is still there is in nobody's period. */
function scheduledBags({ bags, landed }: Surroundings): BagFolder[] {
  return bags.filter(({ name }) => landed.get(name)?.deleted !== true);
}

function planOf(around: Surroundings, history: ReadingHistory, { schedule, play, deep = false }: VerifyTools): RunPlan {
  if (schedule === undefined) return allBags(around.bags, history, { play, deep });
  const budget = createBudget(schedule.budget, () => performance.now());
  return dueBags(scheduledBags(around), history, schedule, deep, budget);
}

function withoutMemory(dir: string, reason: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'W151',
    `a schedule remembers what it read in the log of ${dir}, and cannot: ${reason}`,
    'mend that, then run again; without --every everything is read and nothing is remembered',
  );
}

const lostBag: LogDetail = {
  files: 0,
  recordings: 0,
  bytes: 0,
  audioMs: 0,
  verdict: 'faults',
  faults: faultsText(new Map([['missing', 1]])),
  digests: 'all',
  played: 'none',
  strata: '',
};

/** How a run enters what it reads. */
interface Entering {
  readonly entries: VerificationEntries;
  readonly run: { readonly run: string; readonly replica: string | null };
}

async function* checkCatalogAndBags(
  dir: string,
  landings: LandingWatch,
  plan: RunPlan,
  { pool, temporary }: VerifyTools,
  counts: Counts,
  { entries, run }: Entering,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  // A lock tells of a run at work or of one that was killed: such a catalog may be in any state, and is brought in line by the next run.
  const catalogFile = join(dir, 'catalog.sqlite');
  const unfinished = isCatalogOpen(catalogFile) || existsSync(join(dir, '.lock'));
  const catalog: CatalogCheck = unfinished ? noCatalog : checkCatalog(catalogFile);
  try {
    const said = [
      ...(unfinished && existsSync(catalogFile) ? [catalogUnfinished] : []),
      ...(catalog.problems[0] === undefined ? [] : [catalogVerdict(catalog.problems)]),
    ];
    for (const verdict of said) {
      count(counts, verdict);
      yield verdict;
    }
    for await (const { bag, play, digests, events } of checkBags(
      () => plan.next(),
      { pool, landings, catalog, ...(temporary === undefined ? {} : { temporary }) },
      signal,
    )) {
      const result = bagResult(events);
      plan.checked(bag.name, result);
      await entries.add('bag-verified', { ...run, bag: bag.name, ...result, digests, played: play });
      yield* countBag(counts, bag.folder, events, plan.total());
    }
  } finally {
    catalog.close();
  }
}

const catalogUnfinished: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run is at work on it, or was stopped before it was closed'),
  severity: 'warning',
};

function* countBag(counts: Counts, bag: string, events: Iterable<Verdict | BagProgress>, total: number): Generator<VerifyEvent> {
  const before = counts.errors;
  for (const event of events) {
    const told = countEvent(counts, bag, event, total);
    if (told.kind === 'verdict') yield told;
  }
  counts.bags++;
  if (counts.errors === before) counts.bagsWell++;
  yield progressOf(counts, bag, total);
}

function countEvent(counts: Counts, bag: string, event: Verdict | BagProgress, total: number): VerifyEvent {
  if (event.kind === 'verdict') {
    count(counts, event);
    return event;
  }
  counts.files += event.files;
  counts.recordings += event.recordings;
  counts.bytes += event.bytes;
  counts.audioMs += event.audioMs;
  counts.untried += event.untried;
  return progressOf(counts, bag, total);
}

function progressOf({ bags, files, bytes, audioMs }: Counts, bag: string, total: number): VerifyEvent {
  return { kind: 'progress', bag, done: bags, total, files, bytes, audioMs };
}
