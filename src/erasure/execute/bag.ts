import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bagFormats } from '../../archive/bag/formats.ts';
import { bagInfo, bagType } from '../../archive/bag/info.ts';
import { type LandingHistory, landingOf, sameLanding } from '../../archive/bag/landing.ts';
import { type FormatRegister, kindsOfOriginals, originalsOf } from '../../archive/bag/originals.ts';
import { payloadFolders } from '../../archive/bag/payload-folders.ts';
import { payloadState } from '../../archive/bag/payload-state.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import type { BagInfo } from '../../archive/bag/writer.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { eraseOwner, type RewritePlace, rewritePlace } from '../../archive/draft-place.ts';
import { removeDurable, syncFolder } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { isFileError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { toolName, version } from '../../core/base/version.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { LogDetail, LogEntry, NewEntry } from '../../log/entries/log-entry.ts';
import { erasureIntended } from '../../log/erasure/known-erasures.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { readBagDocuments } from '../../pipeline/open/catalog-sync.ts';
import { indexKeptTables } from '../../pipeline/open/read-kept-tables.ts';
import { erasedFilesNow } from '../../sealing/stored/erased-files.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { fileMarksOf, type LedgerSource, marksOf } from './ledger-entries.ts';
import { type RedactedRecording, type Redactions, writeRedacted } from './redact.ts';
import {
  beginRewrite,
  finishRewrite,
  type ListedPayload,
  listedPayload,
  moveAside,
  moveBack,
  putInPlace,
  removeStates,
  UnsoundBag,
} from './rewrite-bag.ts';

/** Tools for erasing from bags. The caller holds the archive's lock. */
export interface BagEraser extends LedgerSource {
  readonly archive: Archive;
  readonly log: ArchiveLog;
  readonly catalog: Catalog;
  readonly register: FormatRegister;
  /** Yields the current entries of the log. */
  readonly entries: () => AsyncGenerator<LogEntry>;
  /** What the log says of each bag, by name; includes the entries of this run. */
  readonly landed: ReadonlyMap<string, LandingHistory>;
  /** Pages of the keyring whose loss two persons acknowledged: a case that needs one of them is passed over. */
  readonly lostPages: ReadonlySet<string>;
  /** Ids of cases that the log records as deleted. */
  readonly deletedCases: ReadonlySet<string>;
  /** Algorithms of the manifests of new bags. */
  readonly algorithms: readonly string[];
  /** Day of the run, `YYYY-MM-DD`, in UTC. */
  readonly today: string;
  /** Enters actions in the log with one signature. */
  readonly enter: (entries: readonly NewEntry[]) => Promise<void>;
}

/** Recordings and files that are erased from an open bag. */
export interface GoneFromBag {
  readonly recordings: ReadonlySet<string>;
  readonly redactions: Redactions;
}

/**
 * Returns the ids of the recordings in a bag. Returns none for a folder without payload, which a verification reports.
 * @throws other system errors, because an unreadable folder may hold recordings to be erased
 */
export function idsOf(bag: string): string[] {
  try {
    return payloadFolders(bag);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** Returns true if a bag's tag manifests match a landing. */
function isAs(bag: Pick<BagFolder, 'path'>, landing: ReturnType<typeof landingOf>): boolean {
  try {
    return landing.size > 0 && sameLanding(landingOf(tagManifestDigests(bag.path)), landing);
  } catch (error) {
    const code = systemCode(error);
    if (code === null || !(code === 'ENOENT' || isFileError(code))) throw error;
    return false;
  }
}

/**
 * Erases recordings, or files of recordings alone, from a bag: writes the bag again without them and exchanges the two, or removes the bag if nothing is left.
 * The log records this before and after; `settleBag` completes a run that was stopped between two steps.
 * @throws UnsoundBag if the bag cannot be written again without loss; it is then unchanged
 */
export async function eraseFromBag(bag: BagFolder, gone: GoneFromBag, eraser: BagEraser, signal: AbortSignal): Promise<void> {
  const { landed } = eraser;
  if (landed.get(bag.name)?.deleted === true) {
    if (gone.recordings.size > 0) await removeAgain(bag, gone.recordings, eraser);
    return;
  }
  const history = knownState(bag, eraser);
  const listed = await removeUnlisted(bag, gone, history, eraser);
  if (listed.recordings.size + listed.redactions.size > 0) await rewriteWithout(bag, listed, eraser, signal);
}

/** Removes erased folders and files that were added to a bag which does not list them. @returns the erased items that the bag lists */
async function removeUnlisted(bag: BagFolder, gone: GoneFromBag, { current }: LandingHistory, eraser: BagEraser): Promise<GoneFromBag> {
  if (!isAs(bag, current)) return gone;
  const manifest = readTagFile(join(bag.path, 'manifest-sha256.txt'), limits.ownManifestBytes).toString('utf8');
  const strays = new Set([...gone.recordings].filter((id) => !manifest.includes(` data/${id}/`)));
  for (const id of strays) await removeDurable(join(bag.path, 'data', id));
  const strayFiles = new Map<string, ReadonlySet<string>>();
  for (const [id, { files }] of gone.redactions) {
    const own = new Set([...files].filter((file) => !manifest.includes(` data/${id}/${file}\n`)));
    for (const file of own) await removeDurable(join(bag.path, 'data', id, file));
    if (own.size > 0) strayFiles.set(id, own);
  }
  if (strays.size + strayFiles.size > 0) await eraser.enter([...marksOf(bag, strays, eraser), ...fileMarksOf(bag, strayFiles, eraser)]);
  const redactions = [...gone.redactions].flatMap(([id, { files, document }]): [string, RedactedRecording][] => {
    const left = new Set([...files].filter((file) => strayFiles.get(id)?.has(file) !== true));
    return left.size === 0 && document === null ? [] : [[id, { files: left, document }]];
  });
  return { recordings: new Set([...gone.recordings].filter((id) => !strays.has(id))), redactions: new Map(redactions) };
}

/** Writes a bag again without some of the recordings and files that it lists, or removes it if nothing is left. */
async function rewriteWithout(bag: BagFolder, { recordings: gone, redactions }: GoneFromBag, eraser: BagEraser, signal: AbortSignal): Promise<void> {
  const { enter, catalog } = eraser;
  const { place, payload } = soundBag(bag, eraser);
  const idOf = (path: string): string => path.split('/')[1] ?? '';
  const isGone = (path: string): boolean => {
    const [, id = '', name = ''] = path.split('/');
    const redacted = redactions.get(id);
    return gone.has(id) || redacted?.files.has(name) === true || (redacted != null && redacted.document !== null && name === 'recording.json');
  };
  const kept = payload.files.filter(({ path }) => !isGone(path));
  const ids = new Set(payload.files.map(({ path }) => idOf(path)).filter((id) => !gone.has(id)));
  const left = ids.size;
  await removeStates(place);
  if (left === 0) {
    signal.throwIfAborted();
    await enter([{ type: erasureIntended, detail: { bag: bag.name, recordings: gone.size, left } }]);
    await moveAside(bag, place);
    await enter([{ type: 'deleted', detail: { bag: bag.name } }, ...marksOf(bag, gone, eraser)]);
    catalog.removeBag(bag.name);
  } else {
    const landing = await makeDraft(bag, { place, payload, kept, ids, redactions }, eraser, signal);
    const files = new Map([...redactions].map(([id, redacted]) => [id, redacted.files]));
    const intended = { bag: bag.name, recordings: gone.size, left };
    const after = [...marksOf(bag, gone, eraser), ...fileMarksOf(bag, files, eraser)];
    await exchangeBag(bag, { place, landing, intended, before: [], after }, eraser, signal);
  }
  await removeStates(place);
}

/** A bag that can be written again without loss. */
interface SoundBag {
  readonly place: RewritePlace;
  readonly payload: ListedPayload;
}

/** Checks that a bag can be written again without loss. @throws UnsoundBag if it cannot */
export function soundBag(bag: BagFolder, eraser: Pick<BagEraser, 'archive' | 'landed'>): SoundBag {
  knownState(bag, eraser);
  return { place: rewritePlace(eraser.archive, bag, eraseOwner), payload: listedPayload(bag) };
}

/** Returns the log's history of a bag whose current state the log knows. @throws UnsoundBag if the log does not know the state, or the bag is being rehashed */
function knownState(bag: BagFolder, { landed }: Pick<BagEraser, 'landed'>): LandingHistory {
  const history = landed.get(bag.name);
  if (history === undefined || history.deleted) throw new UnsoundBag('the log does not name it');
  if (history.intended.length > 0) throw new UnsoundBag('its rehash was not finished');
  // A backup may have restored an earlier state, which has the erased recordings.
  if (![history.current, ...history.earlier].some((landing) => isAs(bag, landing)))
    throw new UnsoundBag('its tag manifests differ from those that landed');
  return history;
}

/** Returns true if the bag on disk is not in the current state according to the log: a backup restored an earlier state. */
export function isEarlier(bag: BagFolder, { landed }: Pick<BagEraser, 'landed'>): boolean {
  const history = landed.get(bag.name);
  return history !== undefined && !history.deleted && !isAs(bag, history.current) && history.earlier.some((landing) => isAs(bag, landing));
}

/** An exchange of a bag for its complete draft. */
export interface BagExchange {
  readonly place: RewritePlace;
  /** Detail of the landing's entry. */
  readonly landing: LogDetail;
  /** Detail of the announcement's entry. */
  readonly intended: LogDetail;
  /** Entries made together with the announcement, and with the landing. */
  readonly before: readonly NewEntry[];
  readonly after: readonly NewEntry[];
  /** Secrets of a sealed draft: `ready` checks that the keyring can take them, before anything is announced; `keep` puts them into it. */
  readonly secrets?: { readonly ready: () => Promise<void>; readonly keep: () => Promise<void> };
}

/** Exchanges a bag for its draft. The log records this before and after. */
export async function exchangeBag(
  bag: BagFolder,
  { place, landing, intended, before, after, secrets }: BagExchange,
  { enter, catalog }: Pick<BagEraser, 'enter' | 'catalog'>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await secrets?.ready();
  await enter([...before, { type: erasureIntended, detail: intended }, { type: 'bag-intended', detail: landing }]);
  await secrets?.keep();
  await moveAside(bag, place);
  await putInPlace(bag, place);
  await enter([{ type: 'bag-landed', detail: landing }, ...after]);
  await indexAgain(bag, catalog);
  await removeStates(place);
}

/** Removes a bag that was erased and came back. */
async function removeAgain(bag: BagFolder, gone: ReadonlySet<string>, eraser: BagEraser): Promise<void> {
  const place = rewritePlace(eraser.archive, bag, eraseOwner);
  await moveAside(bag, place);
  // Again, because verifications may have found faults in what came back: they are gone with it.
  await eraser.enter([{ type: 'deleted', detail: { bag: bag.name } }, ...marksOf(bag, gone, eraser)]);
  eraser.catalog.removeBag(bag.name);
  await removeStates(place);
}

/** Content of the draft of a bag. */
interface DraftContent extends SoundBag {
  /** Files that stay unchanged. */
  readonly kept: ListedPayload['files'];
  /** Recordings that stay. */
  readonly ids: ReadonlySet<string>;
  readonly redactions: Redactions;
}

/** Creates the draft of a bag without the erased recordings and files. @returns the detail of its landing */
async function makeDraft(
  bag: BagFolder,
  { place, payload, kept, ids, redactions }: DraftContent,
  { register }: BagEraser,
  signal: AbortSignal,
): Promise<LogDetail> {
  const type = bagType(bag.path);
  if (type === null || type === 'tables') throw new UnsoundBag('it is a bag of another type');
  const left = ids.size;
  const documents = documentsOf(bag, ids).map((document) => redactions.get(document.recordingId)?.document ?? document);
  const originals = documents.flatMap(originalsOf);
  const info: BagInfo = {
    baggingDate: /^Bagging-Date:[ \t]*(\S+)/m.exec(bagInfo(bag.path) ?? '')?.[1] ?? '',
    externalIdentifier: basename(bag.name),
    description: agree`${left} recording[s], written again after an erasure`,
    ...(type === 'amendment' ? { type } : {}),
    recordings: left,
    tool: toolName,
    formats: bagFormats(kindsOfOriginals(originals, register), toolName),
  };
  await beginRewrite(place);
  const made = await writeRedacted(place.draft, redactions, payload.algorithms);
  await finishRewrite(bag, place, { kept, made, info, algorithms: payload.algorithms }, signal);
  const counts: LogDetail = type === 'amendment' ? { recordings: 0, amendments: left } : { recordings: left };
  return { bag: bag.name, ...counts, rewrites: true, ...landingDigests(place.draft), version };
}

function documentsOf(bag: BagFolder, ids: ReadonlySet<string>): RecordingDocument[] {
  const documents: RecordingDocument[] = [];
  for (const read of readBagDocuments(bag.path, bag.name)) {
    if (read.kind === 'document') {
      if (ids.has(read.document.recordingId)) documents.push(read.document);
    } else if (ids.has(read.place.split('/').at(-2) ?? '')) throw new UnsoundBag(`${read.place} ${read.message}`);
  }
  return documents;
}

/** Indexes a bag again in its present state. */
export async function indexAgain(bag: BagFolder, catalog: Catalog): Promise<void> {
  const read = [...readBagDocuments(bag.path, bag.name)];
  const isErased = erasedFilesNow();
  const entries = read.flatMap((one) =>
    one.kind === 'document' ? [catalogEntry(one.document, (file) => isErased(one.document.recordingId, file))] : [],
  );
  // A description that cannot be read now may be repaired later.
  const isWhole = read.length === entries.length;
  const hasTables = bagType(bag.path) === 'tables';
  catalog.putBag(bag.name, entries, hasTables ? { isWhole } : { isWhole, state: payloadState(bag.path) ?? '' });
  // This step lies between two entries of the log, so it is not interrupted.
  if (hasTables) await indexKeptTables(catalog, bag, new AbortController().signal);
}

/**
 * Completes or undoes what a stopped run left of a bag. Afterwards the bag is in its place, as the log records.
 * @returns false if neither of its states exists
 */
export async function settleBag(bag: BagFolder, eraser: BagEraser): Promise<boolean> {
  const { archive, log, landed, enter, catalog } = eraser;
  const place = rewritePlace(archive, bag, eraseOwner);
  const announced = log.announcedBags().get(bag.name);
  const { aside } = place;
  if (!existsSync(bag.path) && !existsSync(aside)) return false;
  if (!existsSync(bag.path)) await moveBack(bag, place);
  else if (announced?.rewrites === true && isAs(bag, landingOf(announced)) && !isAs(bag, landed.get(bag.name)?.current ?? new Map())) {
    // Both renames were done: the recordings that are only in the old state are erased.
    const there = new Set(payloadFolders(bag.path));
    const before = existsSync(aside) ? payloadFolders(aside) : [];
    const gone = new Set(before.filter((id) => !there.has(id)));
    const files = new Map(before.filter((id) => there.has(id)).map((id) => [id, lostFiles(join(aside, 'data', id), join(bag.path, 'data', id))]));
    // The stopped run may have ended between the rename and the sync.
    await syncFolder(dirname(bag.path));
    await enter([
      { type: 'bag-landed', detail: { ...announced, recovered: true } },
      ...marksOf(bag, gone, eraser),
      ...fileMarksOf(bag, files, eraser),
    ]);
    await indexAgain(bag, catalog);
    await removeStates(place);
    return true;
  }
  await enter([{ type: 'bag-withdrawn', detail: { bag: bag.name } }]);
  await removeStates(place);
  return true;
}

/** Returns the names of files that are only in the older state of a recording's folder. */
function lostFiles(older: string, newer: string): ReadonlySet<string> {
  const left = new Set(readdirSync(newer));
  return new Set(readdirSync(older).filter((name) => !left.has(name)));
}
