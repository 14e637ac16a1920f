import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { bagItRules, longplayBagRules } from '../archive/bag-check.ts';
import { type BagFolder, listBags } from '../archive/layout.ts';
import { type CatalogCheck, checkCatalog, isCatalogOpen, noCatalog } from '../catalog/check-catalog.ts';
import { LongplayError } from '../core/error.ts';
import type { Verdict } from '../core/verdict.ts';
import { toolName } from '../core/version.ts';
import type { LogDetail } from '../log/log-entry.ts';
import type { WorkerPool } from '../media/worker-pool.ts';
import { checkAround } from './check-around.ts';
import { checkLanding, checkLog, errorVerdict, type Landing, type LogReading } from './check-log.ts';
import { enterVerification, type VerificationEntries } from './enter-verification.ts';
import { type CheckedArchive, openForChecking } from './open-for-checking.ts';
import { type BagProgress, verifyBag } from './verify-bag.ts';
import { bagResult, type Counts, count, faultsText, noCounts, outcomeDetail, type VerifyOutcome } from './verify-counts.ts';

/** What a verification works with and how far it goes. */
export interface VerifyTools {
  readonly pool: WorkerPool;
  /** Decode every access copy in full. */
  readonly play: boolean;
  /** Bags that unfinished jobs of the archive planned; asked for only where a bag is not in the log. */
  readonly plannedBags?: () => ReadonlySet<string>;
  /** Folder of this machine's keys and memory of logs; absent: nothing is entered in the log. */
  readonly keys?: string;
  /** ISO time of now. */
  readonly now: () => string;
}

/** How far a verification is, or what it found. */
export type VerifyEvent =
  | Verdict
  | {
      readonly kind: 'progress';
      readonly done: number;
      readonly total: number;
      readonly files: number;
      readonly bytes: number;
      readonly audioMs: number;
    };

/** True where the path is a bag by itself and no archive. */
export function isBag(path: string): boolean {
  return !existsSync(join(path, 'longplay.json')) && (existsSync(join(path, 'bagit.txt')) || existsSync(join(path, 'data')));
}

/** Checks one bag of anybody's, wherever it lies. */
export async function* verifyOneBag(path: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, VerifyOutcome> {
  const counts = noCounts();
  const folder = resolve(path);
  yield* countBag(counts, await collect(verifyBag(folder, basename(folder), { ...tools, rules: bagItRules }, signal)), 1);
  return counts;
}

/**
 * Checks everything in an archive: each bag, what the log says should be there, the files around the bags, the catalog. All that is
 * wrong is named in one run.
 * @throws LongplayError A102 where the archive is unreachable: nothing can be said about it then.
 */
export async function* verifyArchive(dir: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, VerifyOutcome> {
  const archive = await openForChecking(dir);
  const counts = noCounts();
  const say = (verdict: Verdict): Verdict => {
    count(counts, verdict);
    return verdict;
  };
  // The log before the bags: an import that is running lands a bag first and enters it then.
  const log = await checkLog(archive, tools.keys ?? null, signal);
  const bags: BagFolder[] = [];
  const emptied = new Set<string>();
  for await (const bag of listBags(archive)) {
    if (isEmpty(bag.path)) emptied.add(bag.name);
    // A folder without anything in it that nobody landed is a stranger like any other.
    if (!emptied.has(bag.name) || !log.landed.has(bag.name)) bags.push(bag);
  }
  if (bags.length === 0 && log.landed.size > 0 && readdirSync(join(archive.dir, 'bags')).length === 0)
    throw bagsUnreachable(archive.dir, log.landed.size);
  for (const verdict of log.verdicts) yield say(verdict);
  if (archive.trouble !== null && !log.verdicts.some(({ path }) => path === markerName)) {
    // Not altered, as the log knows it: then it is of a later version in earnest.
    if (archive.trouble.code === 'A103') throw archive.trouble;
    yield say(errorVerdict(archive.trouble.code === 'A100' ? 'missing' : 'corrupt', 'V105', markerName, archive.trouble.message));
  }
  for await (const verdict of checkAround(archive)) yield say(verdict);
  await using entries = await enterVerification(archive, log.closed, tools.keys, tools.now);
  const { reason } = entries;
  if (reason !== null)
    yield say({ ...errorVerdict('unverifiable', reason.code, 'log', `this verification is not entered: ${reason.message}`), severity: 'warning' });
  const run = { run: randomUUID(), replica: null };
  await entries.add('verification-started', { ...run, ...scopeOf(tools) });
  await entries.flush();
  const faultsAround = counts.errors;
  let complete = false;
  try {
    yield* verifyBags(archive, tools, counts, { log, bags, emptied, entries, run }, signal);
    complete = true;
    return counts;
  } finally {
    // Also of a run that is stopped: what it read is read.
    await entries.add('verification-finished', { ...run, ...outcomeDetail(counts), around: faultsAround, complete });
    await entries.flush();
  }
}

/** What a run knows before it looks into the bags. */
interface Around {
  readonly log: LogReading;
  readonly bags: readonly BagFolder[];
  /** Names of bags whose folder is empty. */
  readonly emptied: ReadonlySet<string>;
  readonly entries: VerificationEntries;
  readonly run: { readonly run: string; readonly replica: string | null };
}

function scopeOf({ play }: VerifyTools): LogDetail {
  return {
    scope: 'all',
    everyMs: null,
    playEveryMs: null,
    budget: null,
    play: play ? 'copies' : 'none',
    digests: 'all',
    tool: toolName,
  };
}

async function* verifyBags(
  archive: CheckedArchive,
  tools: VerifyTools,
  counts: Counts,
  around: Around,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  const { log, bags, emptied, entries, run } = around;
  const say = (verdict: Verdict): Verdict => {
    count(counts, verdict);
    return verdict;
  };
  const present = new Set(bags.map((bag) => bag.name));
  for (const name of log.landed.keys()) {
    if (present.has(name)) continue;
    const state = emptied.has(name) ? 'its folder is empty' : 'is not there';
    yield say(errorVerdict('missing', 'V101', `bags/${name}`, `was landed according to the log and ${state}`));
    const nothing = { files: 0, recordings: 0, bytes: 0, audioMs: 0 };
    await entries.add('bag-verified', {
      ...run,
      bag: name,
      ...nothing,
      verdict: 'faults',
      faults: faultsText(['missing']),
      digests: 'all',
      played: 'none',
    });
  }
  const landed = bags.every((bag) => log.landed.has(bag.name)) ? log.landed : (await checkLog(archive, tools.keys ?? null, signal)).landed;
  for (const bag of bags) if (!landed.has(bag.name)) yield say(unlogged(bag, log.whole, tools));
  // A lock tells of a run at work or of one that was killed: such a catalog may be in any state, and is brought in line by the next run.
  const catalogFile = join(archive.dir, 'catalog.sqlite');
  const unfinished = isCatalogOpen(catalogFile) || existsSync(join(archive.dir, '.lock'));
  const catalog = unfinished ? noCatalog : checkCatalog(catalogFile);
  try {
    if (unfinished && existsSync(catalogFile)) yield say(catalogUnfinished);
    if (catalog.problems[0] !== undefined) yield say(catalogVerdict(catalog.problems));
    yield* checkBags(
      bags.filter((bag) => !emptied.has(bag.name)),
      landed,
      catalog,
      tools,
      counts,
      async (bag, events) => {
        const { verdict, ...found } = bagResult(events);
        await entries.add('bag-verified', { ...run, bag, ...found, verdict, digests: 'all', played: tools.play ? 'copies' : 'none' });
      },
      signal,
    );
  } finally {
    catalog.close();
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    // The check of the bag tells what is the matter.
    return false;
  }
}

const markerName = 'longplay.json';

function bagsUnreachable(dir: string, landed: number): LongplayError {
  return new LongplayError(
    'incomplete',
    'A102',
    `archive unreachable: ${dir}/bags is empty, and the log names ${landed === 1 ? 'a bag' : `${landed} bags`} that landed there`,
    'check whether the disk with the bags is mounted, then run again; if it is, bring the bags back from another copy',
  );
}

const catalogUnfinished: Verdict = {
  ...errorVerdict('unverifiable', 'V109', 'catalog.sqlite', 'was not checked: a run is at work on it, or was stopped before it was closed'),
  severity: 'warning',
};

/** A bag that the log does not name: put there by somebody, or its line is one of those that are damaged, or its import was stopped. */
function unlogged(bag: BagFolder, logIsWhole: boolean, tools: VerifyTools): Verdict {
  if (tools.plannedBags?.().has(bag.name) === true) {
    const message = 'has landed and is not in the log yet: its import is running, or was stopped; then run it again';
    return { ...errorVerdict('unverifiable', 'V107', bag.folder, message), severity: 'warning' };
  }
  return logIsWhole
    ? errorVerdict('unexpected', 'V102', bag.folder, 'is not in the log: no import of this archive made it')
    : errorVerdict('unverifiable', 'V108', bag.folder, 'is not in the log, whose lines are damaged: whether an import made it cannot be told');
}

async function* checkBags(
  bags: readonly BagFolder[],
  landed: ReadonlyMap<string, Landing>,
  catalog: CatalogCheck,
  tools: VerifyTools,
  counts: Counts,
  enter: (bag: string, events: readonly (Verdict | BagProgress)[]) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  // The next bag is listed and its manifests are read while the threads are busy with this one.
  const running: { readonly bag: BagFolder; readonly events: Promise<(Verdict | BagProgress)[]> }[] = [];
  const next = bags.values();
  for (;;) {
    while (running.length < bagsAhead) {
      const bag = next.next();
      if (bag.done === true) break;
      const events = collect(verifyBag(bag.value.path, bag.value.folder, { ...tools, rules: longplayBagRules }, signal));
      // Awaited in order below; until then a failure must not count as unhandled.
      events.catch(() => undefined);
      running.push({ bag: bag.value, events });
    }
    const first = running.shift();
    if (first === undefined) return;
    const { name } = first.bag;
    const events = [...checkLanding(first.bag, landed.get(name) ?? new Map()), ...(await first.events)];
    const sound = !events.some((event) => event.kind === 'verdict' && event.severity === 'error');
    // What a damaged document says is no measure of the catalog.
    if (sound) events.push(...catalogVerdicts(catalog, name, events));
    await enter(name, events);
    yield* countBag(counts, events, bags.length);
  }
}

function catalogVerdicts(catalog: CatalogCheck, bag: string, events: readonly (Verdict | BagProgress)[]): Verdict[] {
  const entries = events.flatMap((event) => (event.kind === 'read' ? event.entries : []));
  const problems = catalog.compare(bag, entries);
  return problems.length === 0 ? [] : [catalogVerdict(problems)];
}

function catalogVerdict([first = '', ...more]: readonly string[]): Verdict {
  const others = more.length > 0 ? ` (and ${more.length} more faults)` : '';
  return errorVerdict('corrupt', 'V106', 'catalog.sqlite', `${first}${others}; no recording is lost: longplay catalog rebuild makes it anew`);
}

/** Bags under way at once. */
const bagsAhead = 3;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function* countBag(counts: Counts, events: Iterable<Verdict | BagProgress>, total: number): Generator<VerifyEvent> {
  let wrong = 0;
  for (const event of events) {
    if (event.kind === 'verdict') {
      count(counts, event);
      if (event.severity === 'error') wrong++;
      yield event;
      continue;
    }
    counts.files += event.files;
    counts.recordings += event.recordings;
    counts.bytes += event.bytes;
    counts.audioMs += event.audioMs;
  }
  counts.bags++;
  if (wrong === 0) counts.bagsWell++;
  yield { kind: 'progress', done: counts.bags, total, files: counts.files, bytes: counts.bytes, audioMs: counts.audioMs };
}
