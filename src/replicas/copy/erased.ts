import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { isBeforeErasure, isBeforeSealing } from '../../archive/bag/landing.ts';
import { readablePayloadFolders } from '../../archive/bag/payload-folders.ts';
import { listBags } from '../../archive/bag-folders.ts';
import { fileSha256 } from '../../archive/documents/case-draft.ts';
import { caseFileName, casesFolder } from '../../archive/documents/case-json.ts';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { viewerFolder } from '../../archive/documents/viewer-list.ts';
import { draftPlace } from '../../archive/draft-place.ts';
import { cannotWrite, removeDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { mentionsOne, pathsNaming, pathsOfFiles } from '../../archive/files/mentions.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { sealedBefore } from '../../log/erasure/lost-erasures.ts';
import { debtFindings } from '../../log/history/erasure-debts.ts';
import { changesAhead } from '../../log/read/case-digests.ts';
import { primaryName } from '../../log/read/replica-register.ts';
import { clearAgain, exchangeClear } from '../../verify/checks/landing.ts';
import { findTagManifests } from '../place/history.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { quarantineFolder } from '../place/quarantine.ts';
import { bagPlace, copyBag } from './bag.ts';
import { placeName } from './check-bag.ts';
import { soundSource } from './sound-source.ts';
import { landingFrom } from './vote.ts';

// Erases in replicas what was erased from the archive. Nothing else that works on replicas replaces or removes files that it did not write itself.

/** What recognises erased recordings and files in bags. */
type ErasedMemory = Pick<CopiesMemory, 'erasures' | 'histories' | 'isErased' | 'isErasedFile'>;

/**
 * Returns true if a bag in a copy contains erased recordings: its state is one that the log knows to precede an erasure, or it has folders of erased
 * recordings, or files that were erased alone. Erased recordings in sealed bags do not count, because nobody can decrypt them.
 */
export function holdsErased(copy: Copy, bag: string, { erasures, histories, isErased, isErasedFile }: ErasedMemory): boolean {
  const place = bagPlace(copy, bag);
  if (place.is !== 'folder') return false;
  const history = histories.bags.get(bag);
  if (history?.erased === true) return true;
  const found = findTagManifests(place.path);
  if (history !== undefined && 'digests' in found && isBeforeErasure(history, landingFrom(found.digests))) return true;
  return holdsFolders(copy, bag, { erasures, isErased, isErasedFile }) && makingOf(place.path) === null;
}

/**
 * Returns true if a bag in a copy is sealed, and in a state from before something was erased from it. An erasure sealed it again and destroyed the secrets of that
 * state, so only another copy can bring the present state back.
 */
export function isSealedBefore(copy: Copy, bag: string, { histories }: Pick<ErasedMemory, 'histories'>): boolean {
  const [place, history] = [bagPlace(copy, bag), histories.bags.get(bag)];
  if (place.is !== 'folder' || history === undefined || history.deleted || makingOf(place.path) === null) return false;
  const found = findTagManifests(place.path);
  return 'digests' in found && isBeforeErasure(history, landingFrom(found.digests));
}

/** Returns true if a bag in a copy has folders of erased recordings, or files that were erased alone. */
function holdsFolders(copy: Copy, bag: string, { erasures, isErased, isErasedFile }: Omit<ErasedMemory, 'histories'>): boolean {
  const path = join(copy.dir, 'bags', bag);
  return readablePayloadFolders(path).some(isErased) || (erasures.files.size > 0 && pathsOfFiles(path, isErasedFile).length > 0);
}

/** Returns true if a bag in a copy is in clear although it has been sealed in the archive since. */
export function isInClear(copy: Copy, bag: string, histories: CopiesMemory['histories']): boolean {
  const [place, history] = [bagPlace(copy, bag), histories.bags.get(bag)];
  if (place.is !== 'folder' || history === undefined) return false;
  const found = findTagManifests(place.path);
  return 'digests' in found && isBeforeSealing(history, landingFrom(found.digests));
}

/** Yields the findings on a replica on which an erasure or the sealing is still outstanding. */
export function* debtOf({ name }: Pick<Copy, 'name'>, { erasures }: Pick<CopiesMemory, 'erasures'>): Generator<Finding> {
  const debt = erasures.debts.get(name);
  if (debt !== undefined) yield* debtFindings(debt);
}

/**
 * Returns the finding on a bag that contains erased recordings. A bag is expected if the replica's erasure is outstanding; any other bag came back after its
 * erasure.
 */
export function erasedFinding(copy: Copy, bag: string, memory: ErasedMemory): Finding {
  const { erasures, histories } = memory;
  const where = placeName(copy, `bags/${bag}`);
  if (isInClear(copy, bag, histories)) {
    const owes = erasures.debts.has(copy.name);
    const isPrimary = copy.name === primaryName;
    if (holdsFolders(copy, bag, memory)) {
      const next = isPrimary ? exchangeClear : `to replace it: longplay replica sync ARCHIVE ${copy.name}`;
      return owes
        ? finding('E120', where, 'is in clear, in its state before it was sealed, and holds erased recordings; the next sync replaces it')
        : finding('E109', where, `is in clear again, in its state before it was sealed, and holds erased recordings or files; ${next}`);
    }
    if (isPrimary) return finding('K217', where, clearAgain);
    return owes
      ? finding('K218', where, 'is in clear, in its state before it was sealed; the next sync replaces it')
      : finding('K217', where, `is in clear again, in its state before it was sealed; to replace it: longplay replica sync ARCHIVE ${copy.name}`);
  }
  if (copy.name === primaryName && isSealedBefore(copy, bag, memory)) return finding('E109', where, sealedBefore);
  if (copy.name === primaryName)
    return finding('E109', where, 'holds erased recordings or files again; to erase them again: longplay erase run ARCHIVE');
  return erasures.debts.has(copy.name)
    ? finding('E120', where, 'still has recordings that were erased; the next sync replaces it')
    : finding('E109', where, `holds erased recordings or files again; to erase them again: longplay replica sync ARCHIVE ${copy.name}`);
}

/** Result of an erasure in a replica. */
export interface CarriedErasure {
  /** Number of bags that were replaced or removed. */
  readonly bags: number;
  readonly bytes: number;
  /** True if something erased is left on the replica. Each such place has a finding. */
  readonly owes: boolean;
}

/**
 * Erases from a replica what was erased from the archive. Exchanges each bag for that of the archive, completely and durably, or removes it if nothing of it is
 * left; then removes reports, cases and quarantined files that name erased recordings. After an interruption the next call continues. The caller holds both
 * locks and has cleared drafts of stopped runs.
 */
export async function* carryErasures(
  primary: Copy,
  replica: Copy,
  memory: CopiesMemory,
  signal: AbortSignal,
): AsyncGenerator<Finding | { readonly kind: 'exchanged'; readonly bag: string; readonly bytes: number }, CarriedErasure> {
  const carried = { bags: 0, bytes: 0, owes: !memory.canTellErased };
  if (!memory.canTellErased)
    yield finding('E106', replica.name, 'the secret of the erasure ledger is missing here: erased recordings may be left in it unrecognised');
  const named: string[] = [];
  for await (const { name } of listBags(replica)) if (holdsErased(replica, name, memory)) named.push(name);
  for (const bag of named) {
    signal.throwIfAborted();
    const told = await reported(placeName(replica, `bags/${bag}`), () => exchangeErased(bag, { from: primary, to: replica }, memory, signal));
    if ('kind' in told) {
      carried.owes = true;
      yield told;
      continue;
    }
    carried.bags++;
    carried.bytes += told.bytes;
    if (told.copied) yield { kind: 'exchanged', bag, bytes: told.bytes };
  }
  const around = await reported(replica.name, () => eraseAround(primary, replica, memory));
  if (around !== null) {
    carried.owes = true;
    yield around;
  }
  return carried;
}

/** Codes with which systems refuse to change protected files. */
const isProtected: ReadonlySet<string | null> = new Set(['EROFS', 'EACCES', 'EPERM']);

/** Returns E121 if the medium refuses the change. @throws everything else */
async function reported<Outcome>(where: string, work: () => Promise<Outcome>): Promise<Outcome | Finding> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error instanceof LongplayError ? error.cause : error);
    if (!isProtected.has(code)) throw error;
    return finding('E121', where, `holds erased recordings or calls in clear, and cannot be changed: ${code}`);
  }
}

/** The copy from which a bag is taken, and the one in which it is exchanged. */
interface Exchange {
  readonly from: Copy;
  readonly to: Copy;
}

/**
 * Exchanges a bag with erased recordings for that of another copy, or removes it if the archive no longer has it. The earlier state is removed and not kept in a
 * quarantine.
 */
export async function exchangeErased(
  bag: string,
  { from, to }: Exchange,
  memory: CopiesMemory,
  signal: AbortSignal,
): Promise<Finding | { readonly bytes: number; readonly files: number; readonly copied: boolean }> {
  const where = placeName(to, `bags/${bag}`);
  const history = memory.histories.bags.get(bag);
  if (history === undefined) return finding('E109', where, 'holds erased recordings and is not in the log: look what it is, and remove the folder');
  const aside = join(to.dir, 'bags', `${temporaryPrefix}erased-${randomUUID()}`);
  const old = draftPlace(to, join(to.dir, 'bags', bag), aside, randomUUID());
  const moveOld = async (): Promise<void> => {
    const path = join(to.dir, 'bags', bag);
    await rename(path, old).catch((error: unknown) => Promise.reject(cannotWrite(path, error)));
    await syncFolder(dirname(path));
    await syncFolder(dirname(old));
  };
  if (history.deleted) {
    await moveOld();
    await removeDurable(old);
    return { bytes: 0, files: 0, copied: false };
  }
  const source = await soundSource(bag, from, memory, signal);
  if (source.kind === 'finding') {
    // What is in clear here may be the last copy of its calls.
    const next = isInClear(to, bag, memory.histories) ? '; it stays as it is. To bring the sealed bag back: longplay replica repair ARCHIVE' : '';
    return finding('E121', where, `holds erased recordings or calls in clear, and cannot be replaced: bags/${bag} ${source.message}${next}`);
  }
  const order = { truth: source.truth, sourcesOf: () => [{ copy: from.name, folder: source.folder }], clearPlace: moveOld };
  const made = await copyBag(bag, order, to, signal);
  if (made.is === 'lacking')
    return finding('E121', where, `holds erased recordings or calls in clear, and cannot be replaced: ${made.path} ${made.why}`);
  await removeDurable(old);
  return { bytes: made.bytes, files: source.truth.files.size, copied: true };
}

/**
 * Removes reports that the archive has removed; also removes deleted cases from which something was erased, and cases, quarantined files and a viewer that name
 * erased recordings and have no counterpart in the archive.
 */
async function eraseAround(primary: Copy, replica: Copy, { erasedReports, cases, erasures, isErased, isErasedFile }: CopiesMemory): Promise<null> {
  const remove = async (path: string): Promise<void> => {
    if (existsSync(join(replica.dir, path))) await removeDurable(join(replica.dir, path));
  };
  for (const job of erasedReports) await remove(`${reportsFolder}/${job}`);
  const withMessages = new Set([...erasures.messages.values()].map(({ caseId }) => caseId));
  for (const [id, { deleted, erasing }] of cases) {
    const folder = `${casesFolder}/${id}`;
    if (deleted && (erasing !== undefined || withMessages.has(id) || names(replica, folder, isErased))) await remove(folder);
  }
  for (const path of pathsNaming(join(replica.dir, quarantineFolder), isErased)) await removeDurable(path);
  for (const path of pathsOfFiles(join(replica.dir, quarantineFolder), isErasedFile)) await removeDurable(path);
  if (!existsSync(join(primary.dir, viewerFolder)) && names(replica, viewerFolder, isErased)) await remove(viewerFolder);
  return null;
}

/**
 * Yields E121 for each case on a replica that may still have what was erased from it: its case.json is from before the last erasure, or is not one that the log
 * knows. The sync could not replace it, which other findings explain.
 */
export function* casesBehind(replica: Copy, { cases }: Pick<CopiesMemory, 'cases'>): Generator<Finding> {
  for (const [id, history] of cases) {
    const folder = `${casesFolder}/${id}`;
    if (history.erasing === undefined || history.deleted || !existsSync(join(replica.dir, folder))) continue;
    const digest = fileSha256(join(replica.dir, folder, caseFileName));
    if (digest !== null && history.digests.lastIndexOf(digest) >= history.erasing) continue;
    const what = 'may have what was erased from the case: its case.json is not from after the erasure';
    const isAhead = digest !== null && changesAhead(history, digest) > 0;
    const next = isAhead
      ? `It has changes that the archive lacks; C125 says how to keep them`
      : 'Repair the case, then sync again: longplay replica repair ARCHIVE';
    yield finding('E121', placeName(replica, folder), `${what}. ${next}`);
  }
}

/** Returns the first folder of derived data on a replica that still names erased recordings after a sync; null if none does. */
export function stillNaming(replica: Copy, { isErased }: Pick<CopiesMemory, 'isErased'>): string | null {
  return [reportsFolder, viewerFolder].find((folder) => names(replica, folder, isErased)) ?? null;
}

function names({ dir }: Copy, folder: string, isErased: CopiesMemory['isErased']): boolean {
  return existsSync(join(dir, folder)) && mentionsOne(join(dir, folder), isErased);
}
