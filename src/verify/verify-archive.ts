import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makingOf } from '../archive/bag/info.ts';
import { standingBags } from '../archive/bag/landing.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { temporaryFolder } from '../archive/files/temporary-folder.ts';
import { beingSealed } from '../archive/layout.ts';
import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { progressIntervalMs, ticking } from '../core/base/progress-ticks.ts';
import { toolName } from '../core/base/version.ts';
import { withResult } from '../core/base/with-result.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { FindingCode } from '../core/findings/finding-table.ts';
import { createBagCopies } from '../core/model/bag-copies.ts';
import { errorVerdict, type Verdict } from '../core/model/verdict.ts';
import type { LogDetail, LogEntry } from '../log/entries/log-entry.ts';
import { createKnownErasures, type KnownErasures } from '../log/erasure/known-erasures.ts';
import { createLossRegister, pagesFound, pageTexts } from '../log/erasure/lost-pages.ts';
import { higher } from '../log/history/decoding.ts';
import { createErasureDebts, sealingDebts } from '../log/history/erasure-debts.ts';
import { faultsText } from '../log/history/faults.ts';
import { bagGone, createReadingHistory, type ReadingHistory } from '../log/history/reading-history.ts';
import { readableErasureMarks } from '../log/keys/erasure-marks.ts';
import { rememberedKeyring, rememberPlace } from '../log/keys/known-places.ts';
import type { LogTools } from '../log/log.ts';
import { createPageCollector, type NamedPages } from '../log/needed-pages.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { type KeyringLists, readLists } from '../sealing/keyring/lists.ts';
import { absentPages, noteLostPages, presentPages } from '../sealing/keyring/lost-pages.ts';
import { areKeysOpen, openKeys } from '../sealing/open-keys.ts';
import type { CatalogCheck } from '../store/catalog/check-catalog.ts';
import { createBagsWork } from './bags/bags-work.ts';
import { catalogKeyFor, unlockIfSealed } from './bags/catalog-key.ts';
import { checkBags, type ExaminedBefore } from './bags/check-bags.ts';
import { countFiles } from './bags/count-files.ts';
import type { LoggedErasures } from './bags/erased-recordings.ts';
import { createExaminationMemory } from './bags/examinations.ts';
import { examinedBefore, isLogTrusted } from './bags/examined-before.ts';
import { isNoFault, type LandingWatch, watchLandings } from './bags/landing-watch.ts';
import { notCompared, openCatalogForCheck } from './bags/open-catalog.ts';
import type { BagProgress } from './bags/verify-bag.ts';
import { bagResult, type Counts, count, createFaultyCalls, isMute, muteVerdict, noCounts, outcomeDetail } from './bags/verify-counts.ts';
import { unfinishedSealing } from './checks/clear-files.ts';
import { type CheckedArchive, openForChecking } from './checks/open-for-checking.ts';
import { checkSurroundings, type Surroundings, type SurroundingsTools } from './checks/surroundings.ts';
import { checkViewer, createViewerMemory } from './checks/viewer.ts';
import { decodeSample, type SampleOutcome, type SampleRequest } from './draw-sample.ts';
import { enterVerification, type VerificationEntries } from './enter-verification.ts';
import { createFaultyBags, type FaultyBags } from './faulty-bags.ts';
import { goneBags } from './gone-bags.ts';
import { checkDecoders, compareChanged, createDecoderMemory, type Decoding } from './play/check-decoders.ts';
import type { PlayLevel } from './play/play-recording.ts';
import { createBudget } from './schedule/budget.ts';
import type { DueState } from './schedule/due-state.ts';
import { allBags, dueBags, type RunPlan, type Schedule, standingOf } from './schedule/run-plan.ts';
import { scheduleFindings } from './schedule/schedule-findings.ts';
import { checkListedAround, checkSealedAround } from './sealed/check-sealed.ts';
import { countEvent, progressOf, type ScheduledOutcome, type VerifyEvent, workingOf } from './verify-events.ts';
import type { BagTools } from './verify-one-bag.ts';

/** Tools and extent of a verification. */
export interface VerifyTools extends SurroundingsTools, BagTools {
  /**
   * True: all digests of every bag, and all documents and copies. Else a bag that has been read before is compared by SHA-256 alone, and is examined again only
   * if its bytes or the checks differ from those of the earlier examination (`ExaminedBefore`).
   */
  readonly deep?: boolean;
  /** Limits the run to due bags, within the budget; absent: everything is verified. */
  readonly schedule?: Schedule;
  /** Number of random recordings of the whole archive to decode in addition; absent: none. */
  readonly sample?: SampleRequest;
  /**
   * Folder of the keyring, and whether the user named it; if not, a folder that this machine has seen with the archive also serves. Absent: no keyring is
   * searched for.
   */
  readonly keyring?: { readonly folder: string; readonly isNamed: boolean };
  /** Returns the current time as ISO text. */
  readonly now: () => string;
  /** The user who runs the verification; absent: none. */
  readonly actor?: LogTools['actor'];
}

/**
 * Verifies an archive: the log, everything that the log says should exist, the files around the bags, the catalog, and all or the due bags. Reports all
 * problems in one run. Enters in the log what was read. One function: the steps of a run, in order.
 * @throws LongplayError A102 if the archive is unreachable and nothing can be said about it; W151 if a schedule cannot be recorded and there is no other error
 */
export async function* verifyArchive(dir: string, tools: VerifyTools, signal: AbortSignal): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const { schedule } = tools;
  const archive = await openForRun(dir, tools);
  const counts = noCounts();
  const history = createReadingHistory(() => Date.parse(tools.now()));
  const memory = createDecoderMemory();
  const viewer = createViewerMemory();
  const examinations = createExaminationMemory();
  const copies = createBagCopies();
  const faulty = createFaultyBags(copies);
  const erasures = createKnownErasures(archive.id);
  const losses = createLossRegister();
  const pages = createPageCollector();
  const onEntry = (entry: LogEntry): void => {
    history.add(entry);
    for (const one of [copies, memory, viewer, erasures, losses, pages, examinations]) one.take(entry);
  };
  const depthAround = schedule === undefined ? 'bytes' : 'sizes';
  const around = await checkSurroundings(archive, { ...tools, depth: depthAround }, onEntry, signal);
  const say = (verdict: Verdict): Verdict => {
    count(counts, verdict);
    return verdict;
  };
  for (const verdict of verdictsAround(around)) yield say(verdict);
  const there = new Set(around.bags.map(({ name }) => name));
  for await (const verdict of checkViewer(archive, viewer, there, depthAround, signal)) yield say(verdict);
  yield* unfinishedSealing(archive);
  yield* sealingDebts(erasures);
  for (const at of ['log', 'around'] as const) yield { kind: 'looked', at };
  const plan = planOf(around, history, tools);
  const plays = higher(plan.plays, tools.sample?.play ?? 'none');
  // Amendments that are still open name files of bags that are sealed by now.
  if (archive.isBeingSealed && plays !== 'none') throw beingSealed(archive.dir);
  // Opened before anything is entered: if SQLite is missing, no verification is begun.
  const seen = tools.deep === true || !isLogTrusted(around) ? null : examinations.catalog();
  const opening = await catalogKeyFor(archive, plays);
  const catalog = await openCatalogForCheck(archive, {
    temporary: tools.temporary ?? temporaryFolder(),
    standing: bagsOfLog(around),
    ...opening,
    seen,
  });
  const describes = opening.key !== null && catalog.contents !== null;
  using _closing = { [Symbol.dispose]: () => catalog.close() };
  await using entries = await enterVerification(archive, around.log.closed, tools);
  const { reason } = entries;
  if (reason !== null && schedule !== undefined) {
    const refusal = withoutMemory(archive.dir, reason.message);
    // Other errors take precedence.
    if (counts.errors === counts.unreachable) throw refusal;
    yield say(unentered('W151', refusal.message));
    const { findings, state } = await archiveStanding(dir, tools, schedule, signal);
    yield* findings;
    return { ...counts, due: state, ...faulty.outcome() };
  }
  if (reason !== null) yield say(unentered(reason.code, `this verification is not entered in the log: ${reason.message}`));
  const lostPages = new Set(archive.id === null ? [] : losses.acknowledged(archive.id).keys());
  const lists = plan.plays === 'none' ? await listsFor(archive, tools, signal) : null;
  const run = { run: randomUUID(), replica: null };
  const decoding = await decodingFor(tools, plays);
  const depth = { digests: tools.deep === true ? 'all' : 'sha256', tool: toolName, decoders: decoding?.decoders ?? null };
  const drawn: LogDetail = tools.sample === undefined ? {} : { sample: tools.sample.size };
  await entries.add('verification-started', { ...run, ...plan.detail, ...depth, ...drawn });
  await entries.flush();
  let faultsAround = counts.errors;
  let complete = false;
  let sample: SampleOutcome | null = null;
  let comparison: NonNullable<ScheduledOutcome['erasures']> = 'unchecked';
  let uncompared = 0;
  try {
    for (const verdict of catalog.verdicts) yield say(verdict);
    if (catalog.left !== null) yield catalog.left;
    if (catalog.contents !== null || catalog.problems.length > 0) yield { kind: 'looked', at: 'catalog' };
    const playing: Playing = { archive, catalog, memory, entries, run: run.run, say };
    if (decoding !== null) yield* checkDecoding(playing, decoding, plays, tools.pool, signal);
    if (tools.sample !== undefined)
      sample = yield* sayAll(
        decodeSample({ archive, contents: catalog.contents, lostPages }, tools.sample, { entries, run }, tools.pool, signal),
        say,
      );
    for (const { bag } of around.lost) faulty.take(bag, {});
    for (const { bag } of around.lost) await entries.add('bag-verified', { ...run, bag, ...lostBag });
    for (const bag of await goneBags(archive.dir, around, history)) await entries.add(bagGone, { ...run, bag });
    const landings = watchLandings(archive, tools.keys ?? null, around.last);
    const read = new Set<string>();
    const logged = await loggedErasures(archive, erasures, tools);
    if (logged === null)
      yield say(
        unentered(
          'E106',
          'this machine lacks the secret of the erasure ledger: whether erased recordings are there again, or have their entries, is not checked',
        ),
      );
    uncompared = yield* checkEachBag(
      {
        archive,
        landings,
        catalog,
        erasures: logged,
        examined: examinedBefore(examinations, around, describes),
        lostPages,
        describes,
        catalogKey: opening.key,
        ...(lists === null ? {} : { lists }),
      },
      noting(plan, read, faulty),
      tools,
      { entries, run, counts },
      signal,
    );
    if (uncompared > 0 && describes) yield notCompared('the keyring does not open all of their documents, or they are being erased', uncompared);
    if (logged !== null) comparison = plan.plays !== 'none' ? 'opened' : lists === null ? 'unchecked' : 'listed';
    const beside = { counts, memory: tools.keys ?? null, lists, lostPages };
    if (schedule === undefined && (plan.plays !== 'none' || lists !== null)) yield* checkAround(archive, beside, signal);
    if (plan.plays !== 'none') for await (const verdict of endLosses(lostPages, pages.pages(archive), entries)) yield say(verdict);
    const unread = schedule === undefined ? [] : scheduledBags(around).filter(({ name }) => !read.has(name));
    for await (const verdict of countFiles(unread, signal)) {
      yield say(verdict);
      faultsAround++;
    }
    complete = true;
    if (schedule === undefined && plan.plays !== 'none' && isMute(counts)) yield muteVerdict('bags', counts);
  } finally {
    // An interrupted run is entered as well: what it read counts as read.
    const isCompared = complete && schedule === undefined && counts.errors === 0 && counts.untried === 0;
    const compared = isCompared && uncompared === 0 && catalog.isEachCompared() ? catalog.sha256() : null;
    const result = { ...outcomeDetail(counts, plan.plays !== 'none'), ...(compared === null ? {} : { catalogSha256: compared }) };
    await entries.add('verification-finished', { ...run, ...result, around: faultsAround, complete });
    await entries.flush();
  }
  await rememberSeen(archive, around, tools);
  const told = { ...faulty.outcome(), ...(sample === null ? {} : { sample }), ...(archive.page === null ? {} : { erasures: comparison }) };
  if (schedule === undefined) return { ...counts, due: null, ...told };
  const { findings, state } = await archiveStanding(dir, tools, schedule, signal);
  yield* findings;
  return { ...counts, due: state, ...told };
}

/**
 * Yields the state of an archive relative to a schedule, from its log alone, and problems that can be found without reading a bag: problems of the log, stray
 * files around the bags, and missing bags.
 * @throws LongplayError A102
 */
export async function* archiveStatus(
  dir: string,
  tools: SurroundingsTools & Pick<VerifyTools, 'now'>,
  schedule: Schedule,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent, ScheduledOutcome> {
  const counts = noCounts();
  const { verdicts, findings, state, owed } = await archiveStanding(dir, tools, schedule, signal);
  yield* owed;
  for (const verdict of verdicts) {
    count(counts, verdict);
    yield verdict;
  }
  yield* findings;
  return { ...counts, due: state, named: [], replicas: [] };
}

/** State of an archive relative to a schedule. */
interface Standing {
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly state: DueState;
  /** What is still in clear of an archive that was to be sealed. */
  readonly owed: readonly Finding[];
}

async function archiveStanding(
  dir: string,
  tools: SurroundingsTools & Pick<VerifyTools, 'now'>,
  schedule: Schedule,
  signal: AbortSignal,
): Promise<Standing> {
  const archive = await openForChecking(dir);
  const history = createReadingHistory(() => Date.parse(tools.now()));
  const debts = createErasureDebts();
  const take = (entry: LogEntry): void => {
    history.add(entry);
    debts.take(entry);
  };
  const around = await checkSurroundings(archive, tools, take, signal);
  const away = [...around.lost.map(({ bag }) => bag), ...around.hidden];
  const all = [...scheduledBags(around), ...away.map((bag) => ({ name: bag, folder: `bags/${bag}`, path: join(archive.dir, 'bags', bag) }))];
  const standing = standingOf(archive.dir, all, history, schedule);
  const owed = [...unfinishedSealing(archive), ...sealingDebts({ debts: debts.of })];
  return { verdicts: verdictsAround(around), findings: scheduleFindings(standing), state: standing.state, owed };
}

function verdictsAround({ verdicts, lost }: Surroundings): Verdict[] {
  return [...verdicts, ...lost.map(({ verdict }) => verdict)];
}

/** Returns the bags that stand or were announced according to the log; null if damaged lines may have named others. */
function bagsOfLog({ log, last }: Surroundings): ReadonlySet<string> | null {
  return log.whole && last.whole ? new Set([...standingBags({ bags: last.landed }), ...last.announced.keys()]) : null;
}

/** Returns the bags that the schedule covers. A deleted bag that still exists has no period. */
function scheduledBags({ bags, last }: Surroundings): BagFolder[] {
  return bags.filter(({ name }) => last.landed.get(name)?.deleted !== true);
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
    `a schedule records what it read in the log of ${dir}, which is not possible: ${reason}`,
    'fix that, then run again; without --every everything is read and nothing is recorded',
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

/** Returns the warning that a run is not entered in the log. */
function unentered(code: FindingCode, message: string): Verdict {
  return { ...errorVerdict('unverifiable', code, 'log', message), severity: 'warning' };
}

/**
 * Enters the pages whose loss was acknowledged and that the keyring has again: the acknowledgement no longer covers them. First brings the keyring's own note in
 * line with the log: it misses these pages, and none that is lost for good or that nothing needs any more.
 */
async function* endLosses(lostPages: ReadonlySet<string>, { needed, unneeded }: NamedPages, entries: VerificationEntries): AsyncGenerator<Verdict> {
  const session = areKeysOpen() ? openKeys().session : null;
  if (session === null) return;
  const found = presentPages(session, lostPages);
  const away = new Set([...lostPages].filter((page) => !found.includes(page)));
  let next = `from here on a loss of ${found.length === 1 ? 'it' : 'them'} is reported`;
  let isNoted = true;
  try {
    await noteLostPages(session, [...away, ...absentPages(session, unneeded)], [...found, ...needed.keys()]);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    isNoted = false;
    next = `the acknowledgement stays, because the keyring cannot be written: ${error.message}`;
  }
  if (found.length === 0) return;
  if (isNoted) for (const pages of pageTexts(found)) await entries.add(pagesFound, { pages });
  const message = agree`the keyring has ${found.length} page[s] again whose loss was acknowledged: ${next}`;
  yield { ...errorVerdict('unverifiable', 'K133', 'log', message), severity: 'warning' };
}

/** Tools for checking decoders. */
interface Playing {
  readonly archive: CheckedArchive;
  readonly catalog: CatalogCheck;
  readonly memory: ReturnType<typeof createDecoderMemory>;
  readonly entries: VerificationEntries;
  readonly run: string;
  readonly say: (verdict: Verdict) => Verdict;
}

/**
 * Opens everything that is sealed around the bags of a sealed archive or, without keys, compares the lists of its keyring with the log. A file whose stored
 * bytes differ was reported before.
 * @param lists lists of the keyring; null: the keyring is open
 */
async function* checkAround(
  archive: CheckedArchive,
  {
    counts,
    memory,
    lists,
    lostPages,
  }: { readonly counts: Counts; readonly memory: string | null; readonly lists: KeyringLists | null; readonly lostPages: ReadonlySet<string> },
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  const { dir, id, page } = archive;
  if (page === null || id === null || lists?.isEmpty === true) return;
  const found = await inspectLog({ dir, id }, memory, signal);
  const sealed = { dir, page, lostPages, entries: () => readEntries({ dir, id }, found, signal) };
  if (lists !== null) {
    for await (const verdict of checkListedAround(sealed, lists, signal)) {
      count(counts, verdict);
      yield verdict;
    }
    return;
  }
  const taken = withResult(checkSealedAround(sealed, signal));
  for await (const verdict of taken) {
    count(counts, verdict);
    yield verdict;
  }
  const { reports, details, cases, closed, lost } = taken.result();
  counts.openedReports += reports;
  counts.openedDetails += details;
  counts.openedCases += cases;
  counts.closed += closed;
  counts.itemsLost += lost;
}

/** Checks the decoders with known samples, and changed decoders with recordings of the archive. */
async function* checkDecoding(
  { archive, catalog, memory, entries, run, say }: Playing,
  decoding: Decoding,
  plays: PlayLevel,
  pool: WorkerPool,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  const canaries = yield* sayAll(checkDecoders(decoding, plays, catalog.contents, pool, signal), say);
  await entries.add('canaries-checked', { run, ...canaries });
  const changed = { from: memory.last(), to: decoding };
  const compared = yield* sayAll(compareChanged(archive, changed, catalog.contents, { pool, seed: run }, signal), say);
  if (compared !== null) await entries.add('decoders-compared', { run, ...compared });
}

/** Remembers an archive's path and its number of bags. Only a state that was correct is remembered, because later runs expect it. */
async function rememberSeen({ dir, id }: CheckedArchive, around: Surroundings, { keys }: VerifyTools): Promise<void> {
  const isWrong = verdictsAround(around).some(({ code, severity }) => severity === 'error' && /^[AL]/.test(code));
  if (keys !== undefined && id !== null && !isWrong) await rememberPlace(keys, dir, { id, bags: around.last.landed.size });
}

/** What a run needs to log its results. */
interface Entering {
  readonly counts: Counts;
  readonly entries: VerificationEntries;
  readonly run: { readonly run: string; readonly replica: string | null };
}

/** Checks the bags of a plan. @returns the number of bags without faults that were not compared with the catalog, because not all of their documents could be read */
async function* checkEachBag(
  {
    archive,
    catalogKey,
    ...known
  }: {
    readonly archive: CheckedArchive;
    readonly landings: LandingWatch;
    readonly catalog: CatalogCheck;
    readonly erasures: LoggedErasures;
    readonly lostPages: ReadonlySet<string>;
    readonly examined: ExaminedBefore;
    readonly describes: boolean;
    readonly catalogKey: Uint8Array | null;
    readonly lists?: KeyringLists;
  },
  plan: RunPlan,
  { pool, temporary }: VerifyTools,
  { entries, run, counts }: Entering,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent, number> {
  const plays = plan.plays !== 'none';
  const audio = plays ? (known.catalog.contents?.audioMs() ?? null) : null;
  const work = createBagsWork({
    lanes: pool.size,
    total: () => plan.total(),
    plays,
    audio: plan.plays === 'all' && audio !== null ? twice(audio) : audio,
  });
  const stop = new AbortController();
  using _stop = { [Symbol.dispose]: () => stop.abort() };
  void work.measure(plan.bags ?? [], AbortSignal.any([signal, stop.signal]));
  const opens = plays && (await unlockIfSealed(archive));
  const faultyCalls = createFaultyCalls();
  const tools = { pool, work, ...known, opens, ...(temporary === undefined ? {} : { temporary }) };
  let uncompared = 0;
  for await (const checked of ticking(
    checkBags(() => plan.next(), tools, signal),
    progressIntervalMs,
  )) {
    if (checked === null) {
      yield workingOf(counts, plan.total(), work);
      continue;
    }
    const { bag, play, digests, events, isCompared } = checked;
    if (!isCompared && events.every(isNoFault)) uncompared++;
    const isSealed = makingOf(bag.path) !== null;
    const result = bagResult(events, play === 'none' || !isSealed, isSealed ? (catalogKey ?? undefined) : catalogKey);
    plan.checked(bag.name, result);
    Object.assign(counts, faultyCalls.take(events));
    await entries.add('bag-verified', { ...run, bag: bag.name, ...result, digests, played: play });
    yield* countBag(counts, bag.folder, events, plan.total());
  }
  return uncompared;
}

/** Wraps a plan; `read` collects the names of checked bags, `faulty` their faults. */
function noting(plan: RunPlan, read: Set<string>, faulty: FaultyBags): RunPlan {
  const checked: RunPlan['checked'] = (bag, result) => {
    read.add(bag);
    if (result.verdict === 'faults') faulty.take(bag, result);
    plan.checked(bag, result);
  };
  return { ...plan, checked };
}

/** Doubles the audio durations, because originals are decoded in addition to the copies. */
function twice(audio: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...audio].map(([bag, ms]) => [bag, 2 * ms]));
}

/** Opens an archive, with its keyring if a sample is to be drawn from its catalog and decoded. */
async function openForRun(dir: string, { sample }: VerifyTools): Promise<CheckedArchive> {
  const archive = await openForChecking(dir);
  if (sample !== undefined) await unlockIfSealed(archive);
  return archive;
}

/** Returns the lookups of erased recordings in the log; null if this machine lacks the secret of the ledger. */
async function loggedErasures({ id }: CheckedArchive, known: KnownErasures, { keys }: VerifyTools): Promise<LoggedErasures> {
  const none = (): null => null;
  const { erased, intended, files, intendedFiles, lifts } = known;
  const hasFiles = files.size + intendedFiles.size > 0;
  if (erased.size + intended.size + lifts.size === 0 && !hasFiles) return { erased: none, intended: none, lifted: () => false, files: null };
  if (keys === undefined || id === null) return null;
  const marks = await readableErasureMarks(keys, id, known);
  if (marks === null) return null;
  return {
    erased: (recordingId) => erased.get(marks.of(recordingId)) ?? null,
    intended: (recordingId) => intended.get(marks.of(recordingId)) ?? null,
    lifted: (recordingId) => lifts.has(marks.of(recordingId)),
    files: hasFiles
      ? {
          erased: (recordingId, file) => files.get(marks.ofFile(recordingId, file)) ?? null,
          intended: (recordingId, file) => intendedFiles.get(marks.ofFile(recordingId, file)) ?? null,
        }
      : null,
  };
}

/** Reads the lists of a sealed archive's keyring; returns null if its folder is not found or cannot be read. */
async function listsFor({ dir, id, page }: CheckedArchive, { keyring, keys }: VerifyTools, signal: AbortSignal): Promise<KeyringLists | null> {
  if (keyring === undefined || page === null || id === null) return null;
  const found = readLists(keyring.folder, page, signal);
  if (found !== null || keyring.isNamed || keys === undefined) return found;
  const seen = await rememberedKeyring(keys, dir, id);
  return seen === null ? null : readLists(seen, page, signal);
}

async function decodingFor({ decoding }: Pick<VerifyTools, 'decoding'>, play: PlayLevel): Promise<Decoding | null> {
  return play === 'none' || decoding === undefined ? null : await decoding();
}

/** Passes verdicts to `say`. @returns the generator's result */
async function* sayAll<Result>(verdicts: AsyncGenerator<Verdict, Result>, say: (verdict: Verdict) => Verdict): AsyncGenerator<Verdict, Result> {
  const taken = withResult(verdicts);
  for await (const event of taken) yield say(event);
  return taken.result();
}

function* countBag(counts: Counts, bag: string, events: Iterable<Verdict | BagProgress>, total: number): Generator<VerifyEvent> {
  const before = counts.errors;
  let isTaken = false;
  for (const event of events) {
    isTaken ||= event.kind === 'read' && event.taken !== undefined;
    const told = countEvent(counts, bag, event, total);
    if (told.kind === 'verdict') yield told;
  }
  counts.bags++;
  if (counts.errors === before) counts.bagsWell++;
  if (isTaken) counts.examinedBefore++;
  yield progressOf(counts, bag, total);
}
