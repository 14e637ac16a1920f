import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bagType, makingOf } from '../archive/bag/info.ts';
import { createLandings, standingBags } from '../archive/bag/landing.ts';
import { payloadFolders } from '../archive/bag/payload-folders.ts';
import { type BagFolder, bagsUnreachable, isBare } from '../archive/bag-folders.ts';
import { sealOwner, sweepDrafts } from '../archive/draft-place.ts';
import { removeDurable, syncFolder, temporaryPrefix, writeDurable } from '../archive/files/durable.ts';
import { acquireLock } from '../archive/files/lock.ts';
import { type Archive, markedPage, markerName, openArchive, sealedMarkerText } from '../archive/layout.ts';
import { LongplayError, systemCode } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { storedFilesOf } from '../core/model/recording-document.ts';
import { createSealingRecord, type SealingRecord, sealingBegun, sealingFinished } from '../core/model/sealing.ts';
import { UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import { type RunTools, syncOwing } from '../erasure/run.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { readErasures } from '../log/erasure/erased-recordings.ts';
import { debtFindings } from '../log/history/erasure-debts.ts';
import { knownErasureMarks } from '../log/keys/erasure-marks.ts';
import { rememberKeyring } from '../log/keys/known-places.ts';
import { openPseudonyms } from '../log/keys/pseudonym.ts';
import { type ArchiveLog, openLog } from '../log/log.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { wholeEntries } from '../pipeline/notes/forget-details.ts';
import { readBagDocuments, syncCatalog } from '../pipeline/open/catalog-sync.ts';
import { keepVerifier } from '../pipeline/open/keep-verifier.ts';
import { removeCatalog, removeClearCatalog, removeClearScratch, removeViewer } from '../replicas/copy/clear-files.ts';
import { clearInQuarantine, quarantineFolder } from '../replicas/place/quarantine.ts';
import { openKeys, unlockKeys } from '../sealing/open-keys.ts';
import { atRestOf, keepNewSecrets, unlockArchive } from '../sealing/stored/archive-secrets.ts';
import { openCatalog } from '../store/catalog/catalog.ts';
import { jobNames } from '../store/jobs/plan.ts';
import { clearSetAside } from '../verify/checks/clear-scratch.ts';
import { exchangeClear } from '../verify/checks/landing.ts';
import { damagedDetails, strangeInViewer } from './damage.ts';
import { type ArchiveSealer, exchangeBag, isToBeSealed, settleBag } from './exchange-bag.ts';
import { otherMarker, restoreMarker } from './restore-marker.ts';
import { sealCases } from './seal-cases.ts';
import { sealDetails } from './seal-details.ts';
import { sealReports } from './seal-reports.ts';

/** Tools of a run. */
export interface SealingTools extends RunTools {
  /** Creates the worker threads for large bags; null: all work is done in this thread. */
  readonly createPool: ((signal: AbortSignal) => WorkerPool) | null;
}

/** Result of a run. */
export interface Sealed {
  /** Number of bags that this run sealed and, below, of those that were sealed before. */
  readonly bags: number;
  readonly bagsSealedBefore: number;
  readonly bytes: number;
  /** Number of private details of log entries that this run sealed. */
  readonly details: number;
  /** Number of bags, reports and cases that stay in clear; each has a finding. */
  readonly left: number;
  /** Number of cases, of those, that are not the state of their last change in the log. */
  readonly outdatedCases: number;
  /** True if nothing in the archive is in clear any more. */
  readonly isSealed: boolean;
  /** Names of the replicas that still contain calls in clear. */
  readonly owing: readonly string[];
}

/**
 * Seals an open archive, then syncs the replicas that can be reached. K218 names each of the others.
 * @throws as `sealHere`
 */
export async function* sealArchive(archiveDir: string, tools: SealingTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, Sealed> {
  const here = yield* sealHere(archiveDir, tools, signal);
  if (!here.isSealed || here.owing.length === 0) return here;
  yield* syncOwing(archiveDir, here.owing, tools, signal);
  const owing = [...(await readErasures(await openArchive(archiveDir), tools.keys, signal)).debts.values()];
  for (const debt of owing) for (const found of debtFindings(debt)) yield findingEvent(found);
  return { ...here, owing: owing.map(({ replica }) => replica) };
}

/**
 * Seals an open archive in place, bag by bag. A repeated call continues an interrupted one. The archive keeps its id, its log, the names of its bags and the
 * ids of its recordings. An open bag is removed only once its sealed making is durable, was opened with the keyring and compared byte for byte, and every copy
 * of the keyring has acknowledged its secrets.
 * @throws LongplayError usage K100, K215; incomplete K215, E105, A105 and others
 */
async function* sealHere(archiveDir: string, tools: SealingTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, Sealed> {
  const found = await openArchive(archiveDir, 'as-marked');
  await unlockForSealing(found);
  await using _lock = await acquireLock(found.dir, signal);
  const log = await openLog(found, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  // A plan in clear that a backup brought back into a sealed archive can be continued by no run.
  const isBegun = (await markedPage(found.dir)) !== null;
  if (isBegun) await removeClearScratch(found);
  refuseUnready(found, log, isBegun);
  const landings = createLandings();
  const record = createSealingRecord();
  const stage = { record, isFinished: false };
  const take = (entry: Pick<LogEntry, 'type' | 'detail'>): void => {
    landings.take(entry);
    record.take(entry);
    if (entry.type === sealingBegun || (entry.type === 'bag-landed' && entry.detail.seals === true)) stage.isFinished = false;
    if (entry.type === sealingFinished) stage.isFinished = true;
  };
  const entries = await wholeEntries(found, tools, 'it is unknown which bags there are', signal);
  for await (const entry of entries()) take(entry);
  const enter: ArchiveSealer['enter'] = async (some) => {
    await log.appendAll(some);
    for (const entry of some) take(entry);
  };
  const archive = await beginSealing(found, stage, { log, enter, bags: standingBags(landings).length }, tools);
  const pool = tools.createPool?.(signal) ?? null;
  await using _pool = { [Symbol.asyncDispose]: async () => await pool?.close() };
  const sealer: ArchiveSealer = { archive, log, register: tools.register, pool, landings, enter };
  const left: Finding[] = [];
  left.push(...(await removeDerived(archive)), ...setAside(archive.dir));
  const damaged = await damagedDetails(archive.dir, entries);
  left.push(...damaged.values());
  const pseudonyms = await openPseudonyms(tools.keys, archive.id);
  const details = () => sealDetails(sealer, { pseudonymOf: async (login) => pseudonyms.of(login), damaged: new Set(damaged.keys()) }, signal);
  let lines = await details();
  const reports = await sealReports(sealer, signal);
  const cases = await sealCases(sealer, tools, signal);
  left.push(...reports, ...cases.left);
  const bags = yield* sealBags(sealer, tools, signal);
  left.push(...bags.left);
  lines += await details();
  for (const one of left) yield findingEvent(one);
  if (left.length === 0) {
    const catalog = openCatalog(join(archive.dir, 'catalog.sqlite'), atRestOf(archive).catalogKey);
    using _catalog = { [Symbol.dispose]: () => catalog.close() };
    yield* syncCatalog(archive, catalog, signal);
    await finish(sealer, stage);
  }
  const counts = { bags: bags.sealed, bagsSealedBefore: bags.before, bytes: bags.bytes, details: lines };
  return { ...counts, left: left.length, outdatedCases: cases.outdated, isSealed: left.length === 0, owing: [...log.erasures().debts.keys()] };
}

/** Unlocks the keyring. @throws LongplayError usage K100, K201 and what opening throws */
async function unlockForSealing(archive: Archive): Promise<void> {
  if (archive.page !== null) return await unlockArchive(archive);
  try {
    await unlockKeys();
  } catch (error) {
    if (!(error instanceof LongplayError) || error.code !== 'K100') throw error;
    const hint = 'make a keyring, with a copy on another disk: longplay keyring init --copy PATH; or name yours with LONGPLAY_KEYRING';
    throw new LongplayError('usage', 'K100', `sealing ${archive.dir} needs a keyring; ${error.message}`, hint, error);
  }
}

/** Refuses an archive in which other work must be finished first. @param isBegun true: its sealing has begun, and is not stopped by what repairs set aside @throws LongplayError usage K215; incomplete K215, E105, A102 */
function refuseUnready({ dir }: Archive, log: ArchiveLog, isBegun: boolean): void {
  const { open, intended, intendedFiles } = log.erasures();
  if (open.size + intended.size + intendedFiles.size > 0)
    throw new LongplayError('incomplete', 'E105', 'an erasure was interrupted', 'finish it: longplay erase run ARCHIVE');
  if (log.landedBags().size > 0 && isBare(dir)) throw bagsUnreachable(dir, log.landedBags().size);
  const [job] = jobNames(join(dir, 'jobs'));
  if (job !== undefined)
    throw new LongplayError(
      'usage',
      'K215',
      `the import ${job} of the archive is unfinished`,
      'finish it with the same `longplay import`, then run again',
    );
  if (!isBegun && clearInQuarantine(dir).length > 0)
    throw new LongplayError(
      'usage',
      'K215',
      `${join(dir, quarantineFolder)} has files in clear that imports and repairs moved there`,
      'move it to a safe place, or delete it once nothing in it is needed, then run again',
    );
}

/** What the log says about the sealing. */
interface Stage {
  readonly record: SealingRecord;
  /** True if no bag was sealed since the sealing was finished. */
  readonly isFinished: boolean;
}

/**
 * Begins the sealing: stores the salt in the keyring and the page in the log, then marks the archive in longplay.json as being sealed. From then on every new
 * bag, report and entry is sealed.
 * @returns the archive as it is now
 */
async function beginSealing(
  archive: Archive,
  stage: Stage,
  { log, enter, bags }: { readonly log: ArchiveLog; readonly enter: ArchiveSealer['enter']; readonly bags: number },
  { keys }: RunTools,
): Promise<Archive> {
  const file = join(archive.dir, markerName);
  if (archive.page === null) {
    if (stage.record.stage() === 'done') return await restoreMarker(archive, stage.record);
    const digest = sha256Hex(readFileSync(file));
    // A run may have been stopped after the entry and before the file was written.
    if (stage.record.markers().length > 0 && !stage.record.markers().includes(digest)) throw otherMarker(archive);
    await keepVerifier(archive, log);
    const announced = stage.record.page();
    const isAnnounced = announced !== null && openKeys().secretsOf(announced, 'archive') !== null;
    const page = isAnnounced ? announced : await keepNewSecrets(archive.salt);
    const text = sealedMarkerText(archive, page, 'under-way');
    if (!isAnnounced) await enter([{ type: sealingBegun, detail: { page, bags, markerSha256: sha256Hex(text) } }]);
    await writeDurable(file, text);
  } else if (!archive.isBeingSealed && stage.record.page() === null) {
    // The archive was created sealed, so nothing is in clear unless somebody put it there.
    return archive;
  }
  const keyring = openKeys().session?.folder;
  if (keyring !== undefined) await rememberKeyring(keys, archive.dir, archive.id, keyring);
  return await openArchive(archive.dir, 'any-stage');
}

/** Removes derived data in clear: catalog, viewer, and leftovers of stopped runs. @returns K219 if the viewer stays */
async function removeDerived(archive: Archive): Promise<readonly Finding[]> {
  const { dir } = archive;
  if (archive.isBeingSealed) removeCatalog({ dir });
  else await removeClearCatalog({ dir });
  for (const name of readdirSync(dir)) if (name.startsWith(temporaryPrefix)) await removeDurable(join(dir, name));
  const strange = strangeInViewer(dir);
  if (strange === null) await removeViewer({ dir });
  await syncFolder(dir);
  return strange === null ? [] : [strange];
}

/** Returns K219 for each folder of the quarantine that holds something in clear: no run deletes what a repair set aside. */
function setAside(dir: string): readonly Finding[] {
  return clearSetAside(dir).map((path) =>
    finding('K219', path, 'holds what a repair set aside, in clear: move it to a safe place, or delete it once nothing in it is needed'),
  );
}

/** Seals all bags, those with recordings and tables first, because amendments name files of them. */
async function* sealBags(
  sealer: ArchiveSealer,
  tools: RunTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly sealed: number; readonly before: number; readonly bytes: number; readonly left: readonly Finding[] }> {
  const { archive, landings } = sealer;
  const bagOf = (name: string): BagFolder => ({ name, folder: `bags/${name}`, path: join(archive.dir, 'bags', name) });
  const left: Finding[] = [];
  const bags: BagFolder[] = [];
  for (const bag of standingBags(landings).map(bagOf)) {
    const problem = await unsound(bag, () => settleBag(bag, sealer));
    if (problem === null) bags.push(bag);
    else left.push(problem);
  }
  const isAmendment = (bag: BagFolder): boolean => bagType(bag.path) === 'amendment';
  const ordered = [...bags.filter((bag) => !isAmendment(bag)), ...bags.filter(isAmendment)];
  const counts = { sealed: 0, before: 0, bytes: 0 };
  const erased = await erasedIn(sealer, tools.keys);
  for (const [at, bag] of ordered.entries()) {
    signal.throwIfAborted();
    yield { type: 'progress', phase: 'sealing', done: at, total: ordered.length, unit: 'bags', bytes: counts.bytes, bytesTotal: null, audioMs: 0 };
    const problem = await unsound(bag, async () => {
      if (!isToBeSealed(bag, sealer)) counts.before++;
      else {
        if ((landings.bags.get(bag.name)?.beforeSealing ?? 0) > 0) refuseComeBack(bag, ordered.filter(isAmendment), erased);
        const { bytes } = await exchangeBag(bag, sealer, signal);
        counts.sealed++;
        counts.bytes += bytes;
      }
    });
    if (problem !== null) left.push(problem);
  }
  return { ...counts, left };
}

/**
 * Refuses to seal a bag that a backup restored in clear if recordings were erased since, or if amendments contain digests of the sealed bag that it replaced.
 * @throws UnsoundBag
 */
function refuseComeBack(bag: BagFolder, amendments: readonly BagFolder[], isErased: (recordingId: string) => boolean): void {
  if (payloadFolders(bag.path).some(isErased)) throw new UnsoundBag(`it has recordings that were erased since it was sealed: ${exchangeClear}`);
  for (const { path, name } of amendments)
    for (const read of readBagDocuments(path, name)) {
      if (read.kind !== 'document') continue;
      const { document } = read;
      if (document.amends?.bag === bag.name || storedFilesOf(document).some((file) => file.bag === bag.name))
        throw new UnsoundBag(`an amendment in bags/${name} names the files of the sealed bag: ${exchangeClear}`);
    }
}

/** Returns a function that tells whether a recording was erased. If the log has erasures and their secret is missing, it returns true for every recording. */
async function erasedIn({ archive, log }: ArchiveSealer, keys: string): Promise<(recordingId: string) => boolean> {
  const { erased, ledgerKeys } = log.erasures();
  if (erased.size === 0) return () => false;
  const marks = await knownErasureMarks(keys, archive.id, { ledgerKeys });
  return (recordingId) => marks === null || erased.has(marks.of(recordingId));
}

/** Returns K219 if the bag cannot be sealed without loss; otherwise null. */
async function unsound(bag: BagFolder, work: () => Promise<void>): Promise<Finding | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof UnsoundBag) return finding('K219', bag.folder, `was not sealed: ${error.message}`);
    // If the disk or the keyring fails for one bag, the others are sealed nevertheless.
    const code = systemCode(error);
    if (code === 'EIO' || code === 'ENOENT' || (error instanceof LongplayError && (error.code === 'K202' || error.code === 'K203')))
      return finding('K219', bag.folder, `was not sealed: ${error instanceof LongplayError ? error.message : code}`);
    throw error;
  }
}

/** Finishes the sealing: removes leftovers of drafts, then logs the end, then marks the archive in longplay.json as sealed. */
async function finish({ archive, landings, enter }: ArchiveSealer, stage: Stage): Promise<void> {
  const { dir } = archive;
  const jobs = join(dir, 'jobs');
  for (const name of existsSync(jobs) ? readdirSync(jobs) : []) await removeDurable(join(jobs, name));
  await sweepDrafts(archive, (owner) => owner === sealOwner);
  if (!archive.isBeingSealed && (stage.record.page() === null || stage.isFinished)) return;
  if (archive.page === null) throw new Error('the archive was not marked as sealed');
  const sealed = standingBags(landings).filter((name) => makingOf(join(dir, 'bags', name)) !== null).length;
  const text = sealedMarkerText(archive, archive.page, 'done');
  if (!stage.isFinished) await enter([{ type: sealingFinished, detail: { bags: sealed, markerSha256: sha256Hex(text) } }]);
  await writeDurable(join(dir, markerName), text);
}
