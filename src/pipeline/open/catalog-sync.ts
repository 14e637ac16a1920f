import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bagType, newerBagText, newerBagVersion } from '../../archive/bag/info.ts';
import { isBeforeErasure, isBeforeSealing, type Landings, landingOf } from '../../archive/bag/landing.ts';
import { goneState, payloadState } from '../../archive/bag/payload-state.ts';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { type BagFolder, bagsUnreachable, isBare, listBags } from '../../archive/bag-folders.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, isLostByDisk, LongplayError, refusalOf, systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { ledgerDigest } from '../../log/keys/erasure-ledger.ts';
import { memoryFolder } from '../../log/keys/machine-memory.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { type CatalogEntry, catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type LoggedState, readLoggedState } from './logged-state.ts';
import { indexKeptTables } from './read-kept-tables.ts';

/**
 * Updates the catalog from the bags: indexes new and partly indexed bags, and removes bags that are gone.
 * @throws LongplayError A102 if `bags/` is empty although the catalog has bags
 */
export async function* syncCatalog(
  archive: Archive,
  catalog: Catalog,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly added: number; readonly removed: number }> {
  const before = catalog.bags();
  // An unmounted disk must not look like an archive without calls.
  if (before.length > 0 && isBare(archive.dir)) throw bagsUnreachable(archive.dir, before.length, 'catalog');
  const bags: BagFolder[] = [];
  for await (const bag of listBags(archive)) bags.push(bag);
  // Bags that are gone come first: bags whose descriptions a lost amendment had replaced are then indexed again.
  const there = new Set(bags.map(({ name }) => name));
  const gone = before.filter((name) => !there.has(name));
  for (const name of gone) {
    catalog.removeBag(name);
    yield findingEvent(finding('P130', `bags/${name}`, 'is in the catalog and no longer exists; run `longplay verify`'));
  }
  const memory = memoryFolder();
  const ledger = memory === null ? null : await ledgerDigest(memory, archive.id);
  const isKnownLedger = ledger === null || catalog.isReplayed(ledger);
  let logged: LoggedState | null = isKnownLedger ? null : await readLoggedState(archive, memory, signal);
  // A whole older state was restored: bags in the state that the catalog knows may have erased recordings, too.
  const isOlder = logged?.isOlder === true;
  const stale = bagsListing(catalog, logged?.isErased);
  const states = catalog.states();
  const partial = new Set(catalog.partialBags());
  let isReplaced = gone.length > 0;
  const leaveOut = (name: string): void => {
    if (!states.has(name)) return;
    catalog.removeBag(name);
    isReplaced = true;
  };
  let added = 0;
  for (const bag of bags) {
    signal.throwIfAborted();
    const state = states.get(bag.name);
    const now = payloadState(bag.path);
    const isStale = stale.has(bag.name);
    const isSame = state !== undefined && isStateOf(now, state);
    if (isSame && !isStale && !partial.has(bag.name) && !isOlder) continue;
    const hasTables = newerBagVersion(bag.path) === null && bagType(bag.path) === 'tables';
    // The ledger knows recordings and files: bags of tables need not be read again.
    if (isSame && !partial.has(bag.name) && hasTables) continue;
    if (isSame && isOutOfReach(now) && (isOlder || isStale)) {
      leaveOut(bag.name);
      yield findingEvent(
        finding('P175', bag.folder, 'cannot be read, so that it is unknown whether it has erased recordings again; it was left out'),
      );
      continue;
    }
    logged ??= await readLoggedState(archive, memory, signal);
    const { landings } = logged;
    const why = earlierStateFinding(bag, landings);
    if (why !== null) {
      leaveOut(bag.name);
      yield findingEvent(why);
      continue;
    }
    if (state !== undefined && state !== '' && !isSame)
      yield findingEvent(
        finding('P134', bag.folder, 'the catalog was made from another state of this bag, and the bag is indexed again; run `longplay verify`'),
      );
    const { entries, findings, returned, isWhole } = readBagEntries(bag, logged);
    // The bag was indexed as far as it can be read, and nothing has changed.
    const isKnown = isSame && !isStale && partial.has(bag.name) !== isWhole && !(isOlder && returned > 0);
    if (state !== undefined && (!isSame || isStale || (returned > 0 && !isKnown))) isReplaced = true;
    if (!isKnown) catalog.putBag(bag.name, entries, hasTables ? { isWhole } : { isWhole, state: now ?? '' });
    if (hasTables) findings.push(...(await indexKeptTables(catalog, bag, signal)));
    if (returned > 0) findings.push(returnedFinding(bag, returned));
    for (const found of findings) yield findingEvent(found);
    if (isKnown) continue;
    added++;
    yield { type: 'progress', phase: 'rebuilding', done: added, total: null, unit: 'bags', bytes: 0, bytesTotal: null, audioMs: 0 };
  }
  // What the catalog had of another state of a bag may have been erased since.
  if (isReplaced) catalog.expunge();
  // Otherwise nothing was compared with the ledger.
  if (!isKnownLedger && logged?.isComplete === true) catalog.markReplayed(ledger);
  return { added, removed: gone.length };
}

/**
 * Returns the names of the bags of which the catalog lists erased recordings: a run was stopped before it indexed them again, or a backup restored an older catalog.
 * @param isErased absent: there are none
 */
export function bagsListing(catalog: Catalog, isErased?: (recordingId: string) => boolean): ReadonlySet<string> {
  const bags = new Set<string>();
  if (isErased === undefined) return bags;
  for (const { recordingId, bag } of catalog.search({})) if (!bags.has(bag) && isErased(recordingId)) bags.add(bag);
  return bags;
}

/**
 * Returns true if a bag is in the state from which it was indexed, or cannot be read just now: what the catalog has of it stays.
 * @param now its present state (`payloadState`)
 */
function isStateOf(now: string | null, indexed: string): boolean {
  return isOutOfReach(now) || (now !== '' && now === indexed);
}

/** Returns true if a bag cannot be read just now, or has gone since the bags were listed. */
function isOutOfReach(now: string | null): boolean {
  return now === null || now === goneState;
}

/** Returns why a bag is left out that a backup brought back in its state before a sealing or an erasure; null: it is in no such state. */
function earlierStateFinding(bag: BagFolder, landings: Landings): Finding | null {
  if (isStateBefore(bag, landings, isBeforeSealing))
    return finding(
      'K217',
      bag.folder,
      'is in clear again, in its state before it was sealed, and was left out; to seal it again: longplay seal ARCHIVE',
    );
  if (isErasedState(bag, landings))
    return finding(
      'E109',
      bag.folder,
      'is again in its state before recordings were erased from it, and was left out; to erase them again: longplay erase run ARCHIVE',
    );
  return null;
}

/** Says of a bag that its erased recordings are left out, while its others are indexed. */
function returnedFinding({ folder }: BagFolder, recordings: number): Finding {
  const message = agree`has ${recordings} recording[s] again that [was|were] erased, or of which a file was erased; [it was|they were] left out; to erase [it|them] again: longplay erase run ARCHIVE`;
  return finding('E109', folder, message);
}

/** Returns true for a bag in a state before an erasure, which a backup brought back. */
function isErasedState(bag: BagFolder, landings: Landings): boolean {
  return landings.bags.get(bag.name)?.erased === true || isStateBefore(bag, landings, isBeforeErasure);
}

function isStateBefore({ name, path }: BagFolder, { bags }: Landings, isBefore: typeof isBeforeErasure): boolean {
  const history = bags.get(name);
  if (history === undefined || (history.beforeErasure ?? 0) === 0) return false;
  try {
    return isBefore(history, landingOf(tagManifestDigests(path)));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}

/** Recordings of a bag, as the catalog may have them. */
interface BagEntries {
  readonly entries: CatalogEntry[];
  readonly findings: Finding[];
  /** Number of erased recordings that can be read again and were left out. */
  readonly returned: number;
  /**
   * False: recordings were left out, also because a run is erasing them. The next command reads the bag again and reports it again: a description may be repaired
   * in between.
   */
  readonly isWhole: boolean;
}

function readBagEntries({ path, name }: BagFolder, { erasureOf, isErasedFile }: LoggedState): BagEntries {
  const entries: CatalogEntry[] = [];
  const findings: Finding[] = [];
  const left = { erased: 0, 'being-erased': 0 };
  for (const read of readBagDocuments(path, name)) {
    const erasure = read.kind === 'finding' ? null : erasureOf(read.document, path);
    if (read.kind === 'finding') findings.push(read);
    else if (erasure !== null) left[erasure]++;
    else entries.push(catalogEntry(read.document, (file) => isErasedFile(read.document.recordingId, file)));
  }
  return { entries, findings, returned: left.erased, isWhole: left.erased + left['being-erased'] + findings.length === 0 };
}

/**
 * Yields all recordings of a bag, from their `recording.json`; yields P131 for each document that is damaged, P175 for each that a failing disk
 * cannot read, and only A169 for a bag of a newer version.
 * @throws the system's error if the next run may succeed
 */
export function* readBagDocuments(
  folder: string,
  name: string,
): Generator<Finding | { readonly kind: 'document'; readonly document: RecordingDocument }> {
  const newer = newerBagVersion(folder);
  if (newer !== null) {
    yield finding('A169', `bags/${name}`, newerBagText(newer));
    return;
  }
  if (bagType(folder) === 'tables') return;
  const data = join(folder, 'data');
  for (const id of readdirSync(data).sort()) {
    const place = `bags/${name}/data/${id}/recording.json`;
    try {
      if (!statSync(join(data, id)).isDirectory()) continue;
      const { document, problems } = parseRecordingJson(readDocumentBytes(join(data, id)).plain);
      if (document !== null) yield { kind: 'document', document };
      else yield finding('P131', place, `cannot be read into the catalog: ${problems[0] ?? 'not a recording document'}`);
    } catch (error) {
      if (error instanceof LongplayError && error.code === 'K204') continue;
      const refused = refusalOf(error);
      // A lack of descriptors or memory, or an unavailable share, ends the run; a lost sector must not prevent all other recordings from being
      // indexed.
      if (refused !== null && !isLostByDisk(refused)) throw error;
      if (refused !== null) yield finding('P175', place, `cannot be read (${refused}); its recording is left out`);
      else yield finding('P131', place, `cannot be read into the catalog: ${systemCode(error) ?? errorText(error)}`);
    }
  }
}
