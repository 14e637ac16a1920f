import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makingOf } from '../archive/bag/info.ts';
import { type Landing, type LandingHistory, type Landings, landingOf, sameLanding } from '../archive/bag/landing.ts';
import type { FormatRegister } from '../archive/bag/originals.ts';
import { tagManifestDigests } from '../archive/bag/tag-manifest.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { rewritePlace, sealOwner } from '../archive/draft-place.ts';
import { syncFolder } from '../archive/files/durable.ts';
import type { Archive } from '../archive/layout.ts';
import { isFileError, systemCode } from '../core/base/error.ts';
import { version } from '../core/base/version.ts';
import { moveAside, moveBack, putInPlace, removeStates, UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import { landingDigests } from '../log/entries/landing.ts';
import type { LogDetail, NewEntry } from '../log/entries/log-entry.ts';
import type { ArchiveLog } from '../log/log.ts';
import type { WorkerPool } from '../media/workers/worker-pool.ts';
import { keepPage, newPageId } from '../sealing/stored/page-secrets.ts';
import { requireSoundBag } from './damage.ts';
import { compareOpened, sealBag } from './seal-bag.ts';
import { sealLanes } from './seal-lanes.ts';

/** What sealing an archive needs. The caller holds the archive's lock and has unlocked its keyring. */
export interface ArchiveSealer {
  readonly archive: Archive;
  readonly log: ArchiveLog;
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
  /** Worker threads for large bags; null: all work is done in this thread. */
  readonly pool: WorkerPool | null;
  /** What the log says of each bag; it follows the entries of this run. */
  readonly landings: Landings;
  /** Appends entries to the log, all together. */
  readonly enter: (entries: readonly NewEntry[]) => Promise<void>;
}

/** Returns true if a bag's tag manifests match a landing. @throws the system's error if they cannot be read */
function isAs(bag: Pick<BagFolder, 'path'>, landing: Landing): boolean {
  try {
    return landing.size > 0 && sameLanding(landingOf(tagManifestDigests(bag.path)), landing);
  } catch (error) {
    const code = systemCode(error);
    if (code === null || !(code === 'ENOENT' || isFileError(code))) throw error;
    return false;
  }
}

/**
 * Completes or undoes what a stopped run did to a bag. Afterwards the bag is in its place in the state that the log names, and no other state of it is left.
 * @throws UnsoundBag if the log does not know the state of the bag; nothing was changed
 */
export async function settleBag(bag: BagFolder, { archive, log, landings, enter }: ArchiveSealer): Promise<void> {
  const history = landings.bags.get(bag.name);
  const place = rewritePlace(archive, bag, sealOwner);
  const isThere = existsSync(bag.path);
  if (history?.sealing !== true) {
    // A run that was stopped after its last entry has left the open bag.
    if (history !== undefined && (existsSync(place.aside) || existsSync(dirname(place.draft))) && isThere && isAs(bag, history.current))
      await removeStates(place);
    return;
  }
  const announced = log.announcedBags().get(bag.name);
  if (!isThere) {
    if (!existsSync(place.aside)) throw new UnsoundBag('it is missing');
    await moveBack(bag, place);
  } else if (announced !== undefined && isAs(bag, landingOf(announced))) {
    // The stopped run may have ended between the rename and the sync.
    await syncFolder(dirname(bag.path));
    await enter([{ type: 'bag-landed', detail: { ...announced, recovered: true } }]);
    return await removeStates(place);
  }
  if (![history.current, ...history.earlier].some((landing) => isAs(bag, landing)))
    throw new UnsoundBag('its tag manifests differ from those that landed');
  await enter([{ type: 'bag-withdrawn', detail: { bag: bag.name } }]);
  await removeStates(place);
}

/** Returns true if a bag is open and can be sealed, false if it is sealed already. @throws UnsoundBag */
export function isToBeSealed(bag: BagFolder, { landings }: Pick<ArchiveSealer, 'landings'>): boolean {
  const history: LandingHistory | undefined = landings.bags.get(bag.name);
  if (history === undefined || history.deleted) throw new UnsoundBag('the log does not name it');
  if (!existsSync(bag.path)) throw new UnsoundBag('it is missing');
  if (makingOf(bag.path) !== null && isAs(bag, history.current)) return false;
  if (history.intended.length > 0) throw new UnsoundBag('its rehash was not finished');
  // A backup may have restored an earlier state. A state from before an erasure contains what was erased.
  const known = [history.current, ...history.earlier.slice(refusedStates(history))];
  if (!known.some((landing) => isAs(bag, landing))) throw new UnsoundBag('its tag manifests differ from those that landed');
  return makingOf(bag.path) === null;
}

/** Returns how many of the earlier states must not be sealed: those with something that was erased since, and those in clear before the last one. */
function refusedStates({ beforeSealing = 0, holdingErased = 0 }: LandingHistory): number {
  // The last state in clear is as the archive had it when it was sealed.
  return Math.max(holdingErased, beforeSealing - 1, 0);
}

/**
 * Replaces an open bag by its sealed making under the same name. The log announces the making, all copies of the keyring acknowledge its secrets, and every
 * file is opened and compared before the two bags are exchanged. The open bag is removed once the landing is in the log.
 * @returns numbers of items and of bytes of the sealed bag
 * @throws UnsoundBag if the bag cannot be sealed without loss; it is unchanged
 */
export async function exchangeBag(
  bag: BagFolder,
  sealer: ArchiveSealer,
  signal: AbortSignal,
): Promise<{ readonly items: number; readonly bytes: number }> {
  const { archive, log, register, pool, enter } = sealer;
  const place = rewritePlace(archive, bag, sealOwner);
  const making = newPageId();
  await removeStates(place);
  const lanes = sealLanes(bag.path, pool);
  await requireSoundBag(bag, lanes.hasher, signal);
  try {
    const made = await sealBag(bag, place.draft, { bags: join(archive.dir, 'bags'), register, making, lanes }, signal);
    const landing = landingDetail(bag, made, log.landedBags().get(bag.name) ?? {}, landingDigests(place.draft));
    signal.throwIfAborted();
    await enter([{ type: 'bag-intended', detail: landing }]);
    await keepPage(making, `bag ${bag.name}`, made.cells);
    await compareOpened(bag, place.draft, lanes, signal);
    await moveAside(bag, place);
    await putInPlace(bag, place);
    await enter([{ type: 'bag-landed', detail: landing }]);
    await removeStates(place);
    return made;
  } catch (error) {
    // Nothing was announced, so only the draft exists.
    if (error instanceof UnsoundBag) await removeStates(place);
    throw error;
  }
}

/** Builds the detail of the landing. It keeps what the import had found. */
function landingDetail(
  { name }: Pick<BagFolder, 'name'>,
  { type, items }: { readonly type: string; readonly items: number },
  { notPlayable, doubtful, findings }: LogDetail,
  digests: LogDetail,
): LogDetail {
  const counts: LogDetail = type === 'recordings' ? { recordings: items } : { recordings: 0, [type === 'tables' ? 'tables' : 'amendments']: items };
  const found = {
    ...(notPlayable === undefined ? {} : { notPlayable }),
    ...(doubtful === undefined ? {} : { doubtful }),
    ...(findings === undefined ? {} : { findings }),
  };
  return { bag: name, ...counts, ...found, rewrites: true, seals: true, ...digests, version };
}
