import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLandings, type Landings } from '../archive/bag/landing.ts';
import type { FormatRegister } from '../archive/bag/originals.ts';
import { bagsUnreachable, isBare } from '../archive/bag-folders.ts';
import { readViewerList, viewerFolder, viewerListText } from '../archive/documents/viewer-list.ts';
import { eraseOwner, sweepDrafts } from '../archive/draft-place.ts';
import { acquireLock } from '../archive/files/lock.ts';
import { type Archive, openArchive } from '../archive/layout.ts';
import { deletedAmong, returnedFinding } from '../cases/store/case-state.ts';
import { caseIds } from '../cases/store/store.ts';
import { LongplayError } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { finding } from '../core/findings/finding.ts';
import { readErasures } from '../log/erasure/erased-recordings.ts';
import { erasureExecuted, type KnownErasure, type KnownErasures } from '../log/erasure/known-erasures.ts';
import { createLossRegister } from '../log/erasure/lost-pages.ts';
import { debtFindings } from '../log/history/erasure-debts.ts';
import { ledgerDigest } from '../log/keys/erasure-ledger.ts';
import { openErasureMarks } from '../log/keys/erasure-marks.ts';
import { openLog } from '../log/log.ts';
import { createCaseHistories } from '../log/read/case-digests.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { entriesWithoutEnd, wholeEntries } from '../pipeline/notes/forget-details.ts';
import { bagsListing, syncCatalog } from '../pipeline/open/catalog-sync.ts';
import { rewriteViewer, viewerWritten } from '../pipeline/open/write-viewer.ts';
import { earliestDeletions } from '../policy/earliest-deletions.ts';
import { syncReplicas } from '../replicas/work.ts';
import { atRestOf, unlockArchive } from '../sealing/stored/archive-secrets.ts';
import { openCatalog } from '../store/catalog/catalog.ts';
import { byTrueClock, dueLists, dueRequests } from './due-requests.ts';
import { type BagEraser, indexAgain, settleBag } from './execute/bag.ts';
import { eraseDerived } from './execute/derived.ts';
import { keepExcerpts } from './execute/excerpts.ts';
import { type DueFiles, dueFiles, enterMissingFiles, executedItems, idsTouched } from './execute/files.ts';
import { ledgerEntries, ledgerLookup } from './execute/ledger-entries.ts';
import { enterMissingMessages, erasedMessages, eraseMessages } from './execute/messages.ts';
import { eraseFromBags } from './execute/open-archive.ts';
import { leaveProtected } from './execute/protected.ts';
import { eraseRows } from './execute/rows.ts';
import { enterFinal, eraseSealed, type SealedExecution } from './execute/sealed-archive.ts';
import { liftErasures } from './lift.ts';
import { refuseUnerasable } from './refusals.ts';
import { rememberEntries, replayLedger } from './replay-ledger.ts';
import type { ListedItems } from './request/find.ts';
import type { ErasureTools } from './request/request.ts';
import { discardImports, settleImports } from './unfinished-imports.ts';

/** Tools of an execution. */
export interface RunTools extends ErasureTools {
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
}

/** Tools of an execution of requests. */
interface RequestTools extends RunTools {
  /** True: a person has checked the clock, and it is right although the log shows a long pause. */
  readonly isClockRight: boolean;
}

/** Result of an execution. */
export interface Executed {
  /** Requests that were executed. */
  readonly requests: number;
  /** Requests that were due and could not be executed; findings say why. */
  readonly left: number;
  readonly recordings: number;
  /** Recordings that the log names as erased or to be erased, in bags that cannot be written again; findings name the bags. */
  readonly kept: number;
  /** Number of rows of kept tables. */
  readonly rows: number;
  /** Number of messages of cases that were erased by themselves. */
  readonly messages: number;
  /** Number of folders of cases with files that were erased before and existed again or still. */
  readonly folders: number;
  /** Number of files that were erased alone. */
  readonly files: number;
  /** Number of recordings that keep an excerpt of an erased vCon since this run. */
  readonly excerpts: number;
  /** Number of bags of tables in a state from before an erasure that nobody can open. Only another copy has their present state. */
  readonly closedTables: number;
  /** False: a kept table cannot be written again now, so nothing was erased; findings say which. */
  readonly isPossible: boolean;
  /** Number of bags that were written again or removed. */
  readonly bags: number;
  /** Number of cases of which the keyring has no secrets: whether they name what was erased is unknown. */
  readonly closedCases: number;
  /** Names of replicas that still owe an erasure. */
  readonly owing: readonly string[];
}

const nothingDone: Executed = {
  requests: 0,
  left: 0,
  kept: 0,
  recordings: 0,
  rows: 0,
  messages: 0,
  folders: 0,
  files: 0,
  excerpts: 0,
  closedTables: 0,
  isPossible: true,
  bags: 0,
  closedCases: 0,
  owing: [],
};

/**
 * Executes all requests that are approved and whose waiting time has passed, and completes what a stopped run left. A request is executed completely in this
 * run, or not at all.
 * Afterwards, reachable replicas follow by a sync; the others owe the erasure.
 * @throws LongplayError usage E104; incomplete E106, L105, A105 and others
 */
export async function* runErasures(archiveDir: string, tools: RequestTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, Executed> {
  const here = yield* eraseHere(archiveDir, tools, signal);
  if (here.owing.length === 0) return here;
  yield* syncOwing(archiveDir, here.owing, tools, signal);
  const owing = [...(await readErasures(await openArchive(archiveDir), tools.keys, signal)).debts.values()];
  for (const debt of owing) for (const found of debtFindings(debt)) yield findingEvent(found);
  return { ...here, owing: owing.map(({ replica }) => replica) };
}

/** Lets replicas follow. A replica that cannot follow is reported and does not prevent the others from doing so. */
export async function* syncOwing(archiveDir: string, names: readonly string[], tools: RunTools, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  for (const name of names) {
    try {
      const deletions = () => earliestDeletions(archiveDir, tools, signal);
      for await (const event of syncReplicas(archiveDir, name, { ...tools, deletions }, signal)) {
        // Debts of replicas are reported at the end.
        if (event.kind === 'finding' && event.code !== 'E120' && event.code !== 'K218') yield findingEvent(event);
        else if (event.kind === 'copied')
          yield { type: 'result', of: 'copied', value: { replica: event.replica, bag: event.bag, bytes: event.bytes } };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LongplayError)) throw error;
      yield findingEvent(finding(error.code, name, error.message));
    }
  }
}

/** Executes due requests in the archive itself. */
async function* eraseHere(archiveDir: string, tools: RequestTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, Executed> {
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, { ...tools, givesUpEnd: 'if-alone' });
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const { asked, due: approved, isShort } = yield* dueRequests(log, tools.now());
  // An older log that was restored lacks erasures that this machine remembers.
  const remembered = await replayLedger(archive.id, log.erasures(), tools.keys);
  if (approved.length + remembered.length === 0 && isEmpty(log.erasures())) return nothingDone;
  if (log.landedBags().size > 0 && isBare(archive.dir)) throw bagsUnreachable(archive.dir, log.landedBags().size);
  const marks = await openErasureMarks(tools.keys, archive.id, log.erasures());
  const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'), atRestOf(archive).catalogKey);
  using _catalog = { [Symbol.dispose]: () => catalog.close() };
  const entries = await (isShort ? entriesWithoutEnd : wholeEntries)(archive, tools, 'it is unknown what is to be erased', signal);
  const due = yield* byTrueClock(approved, entries, tools);
  const states = await readStates(archive.id, entries);
  const requestOf = new Map<string, string>();
  let dueNow: DueFiles = new Map();
  const today = tools.now().slice(0, 10);
  const lookup = ledgerLookup(log, marks, () => ({ recordings: requestOf, files: dueNow, on: today }));
  const eraser = createEraser({ archive, log, catalog, entries, today, ...lookup }, states, tools);
  for (const entry of remembered) await eraser.enter([entry]);
  const lifted = yield* liftErasures(due, eraser, tools);
  const items = yield* dueLists(due, eraser);
  for (const [{ request }, { ids }] of items) for (const id of ids) if (!requestOf.has(id)) requestOf.set(id, request);
  dueNow = dueFiles(items, () => false);
  const isMeant = (id: string): boolean => eraser.requestOf(id) !== null;
  await refuseUnerasable(archive, erasedMessages(new Map(), isMeant, eraser, tools), signal);
  yield* settle(eraser, tools.now(), signal);
  // Of what a stopped run erased already, a description may be missing.
  const left = new Map([...items].map(([one, item]) => [one, idsTouched(item).filter((id) => !log.erasures().erased.has(marks.of(id)))]));
  const held = yield* leaveProtected(left, eraser, tools, signal);
  for (const id of held) requestOf.delete(id);
  const { bare, excerpts } = yield* keepExcerpts(items, (id) => held.has(id), eraser, signal);
  const protectedIds = new Set([...held, ...bare]);
  dueNow = dueFiles(items, (id) => protectedIds.has(id));
  yield* discardImports(eraser, { isConcerned: (id) => eraser.requestOf(id) !== null || dueNow.has(id), isExecuting: items.size > 0 }, signal);
  const isSealed = archive.page !== null;
  const messages = yield* eraseMessages(items, eraser, tools, signal);
  const rows = yield* eraseRows(items, eraser, tools, signal);
  // The remaining rows are found by the documents of the recordings, which therefore stay.
  if (!rows.isWhole)
    return { ...nothingDone, left: asked.length, isPossible: false, closedTables: rows.closed, owing: [...log.erasures().debts.keys()] };
  const staying = { protectedIds, left: new Set([...messages.left, ...rows.left]) };
  const { erased, kept, files, bags, closedCases }: SealedExecution = isSealed
    ? yield* eraseSealed({ items, ...staying }, eraser, tools, signal)
    : { ...(yield* eraseFromBags({ due: dueNow, isRolledBack: remembered.length > 0 }, eraser, signal)), closedCases: 0 };
  const done = executedItems(items, { kept, ...staying });
  for (const [one, listed] of done) await enterMissing(one, listed, eraser);
  const gone = new Set([...erased, ...done.flatMap(([, { ids }]) => ids)]);
  yield* refreshViews(eraser, { isChanged: gone.size > 0 || bags + rows.bags > 0, viewerList: states.viewerList }, signal);
  const isGone = (id: string): boolean => gone.has(id) || log.erasures().erased.has(marks.of(id));
  if (!isSealed) yield* eraseDerived(isGone, { ...eraser, tools, done: done.map(([one]) => one), dueNow }, signal);
  await eraser.enter(done.map(([{ request, recordings }]) => ({ type: erasureExecuted, detail: { request, recordings } })));
  await enterFinal(eraser);
  const ledger = await ledgerDigest(tools.keys, archive.id);
  if (ledger !== null) catalog.markReplayed(ledger);
  return {
    requests: done.length + lifted,
    left: asked.length - done.length - lifted,
    kept: kept.size,
    recordings: erased.size,
    rows: rows.rows,
    messages: messages.messages,
    folders: messages.folders,
    files,
    excerpts,
    closedTables: rows.closed,
    isPossible: true,
    bags: bags + rows.bags,
    closedCases,
    owing: [...log.erasures().debts.keys()],
  };
}

/** Combines the tools of a run with what the log says of the archive. Each entry of the run is remembered by this machine, and changes the states. */
function createEraser(
  parts: Pick<BagEraser, 'archive' | 'log' | 'catalog' | 'entries' | 'today' | 'marks' | 'requestOf' | 'fileMark'>,
  { landings, lostPages, deletedCases }: Awaited<ReturnType<typeof readStates>>,
  tools: RunTools,
): BagEraser {
  return {
    ...parts,
    register: tools.register,
    landed: landings.bags,
    algorithms: landings.algorithms(),
    lostPages,
    deletedCases,
    enter: async (entries) => {
      await parts.log.appendAll(entries);
      await rememberEntries(entries, parts.archive.id, tools);
      for (const entry of entries) landings.take(entry);
    },
  };
}

/** Removes from catalog and viewer what they have of erased recordings; a backup may have restored them. */
async function* refreshViews(
  eraser: BagEraser,
  { isChanged, viewerList }: { readonly isChanged: boolean; readonly viewerList: unknown },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent> {
  const { archive, catalog, log } = eraser;
  const isStale = (await indexStale(eraser)) > 0 || isChanged;
  if (isStale) catalog.scrub();
  if (archive.page === null && (isStale || !isViewer(archive, viewerList))) yield* rewriteViewer(archive, catalog, log, signal);
}

/** Reads the log's statements about bags, the digest of the file list of the viewer that was written last, the pages whose loss was acknowledged, and the deleted cases. */
async function readStates(
  archiveId: string,
  entries: BagEraser['entries'],
): Promise<{ readonly landings: Landings; readonly viewerList: unknown } & Pick<BagEraser, 'lostPages' | 'deletedCases'>> {
  const cases = createCaseHistories();
  const losses = createLossRegister();
  const landings = createLandings();
  let viewerList: unknown = null;
  for await (const entry of entries()) {
    landings.take(entry);
    losses.take(entry);
    cases.take(entry);
    if (entry.type === viewerWritten) viewerList = entry.detail.listSha256;
  }
  return { landings, viewerList, lostPages: new Set(losses.acknowledged(archiveId).keys()), deletedCases: deletedAmong(cases.of) };
}

/** Returns true if nothing was or is being erased. */
function isEmpty({ open, intended, intendedFiles, erased, files, rows, messages }: KnownErasures): boolean {
  return [open, intended, intendedFiles, erased, files, rows, messages].every(({ size }) => size === 0);
}

/** Returns true if the viewer is the one that the log named last, or if there is none: a backup may have restored an older one. */
function isViewer({ dir }: Archive, listSha256: unknown): boolean {
  const list = readViewerList(join(dir, viewerFolder));
  return list === null || sha256Hex(viewerListText(list)) === listSha256;
}

/**
 * Indexes again the bags for which the catalog still has erased recordings: a run was stopped before it did so, or a backup restored an older catalog.
 * @returns the number of these bags
 */
async function indexStale({ archive, catalog, log, marks }: BagEraser): Promise<number> {
  const { erased } = log.erasures();
  const stale = erased.size === 0 ? [] : [...bagsListing(catalog, (id) => erased.has(marks.of(id)))];
  for (const name of stale) {
    const folder = `bags/${name}`;
    const bag = { name, folder, path: join(archive.dir, folder) };
    if (existsSync(bag.path)) await indexAgain(bag, catalog);
    else catalog.removeBag(name);
  }
  return stale.length;
}

/** Completes or undoes what a stopped run left, and removes its drafts. Reports deleted cases that exist. */
async function* settle(eraser: BagEraser, now: string, signal: AbortSignal): AsyncGenerator<PipelineEvent> {
  const { archive, log, catalog, deletedCases } = eraser;
  for (const id of caseIds(archive)) if (deletedCases.has(id)) yield findingEvent(returnedFinding(id, 'nothing was erased from it'));
  for (const name of [...log.erasures().open]) {
    const folder = `bags/${name}`;
    await settleBag({ name, folder, path: join(archive.dir, folder) }, eraser);
  }
  await sweepDrafts(archive, (owner) => owner === eraseOwner);
  rmSync(join(archive.dir, 'jobs', eraseOwner), { recursive: true, force: true });
  yield* settleImports(eraser, now, signal);
  // E109 is not reported: it is erased again.
  for await (const event of syncCatalog(archive, catalog, signal)) if (event.type !== 'finding' || event.code !== 'E109') yield event;
}

/**
 * Enters in the ledger the recordings of a request that were in no bag any more, and files of recordings that are gone: from now on the ledger refuses them.
 */
async function enterMissing(one: KnownErasure, { ids, parts }: ListedItems, eraser: BagEraser): Promise<void> {
  const { log, marks, enter } = eraser;
  const missing = ids.filter((id) => log.erasures().erased.get(marks.of(id))?.request !== one.request).map((id) => marks.of(id));
  if (missing.length > 0) await enter(ledgerEntries(one.request, null, missing));
  await enterMissingFiles(one, parts, eraser);
  await enterMissingMessages(one, parts, eraser);
}
