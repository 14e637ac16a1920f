import { makingOf } from '../../archive/bag/info.ts';
import { type BagFolder, listBags } from '../../archive/bag-folders.ts';
import { caseFileName, casesFolder } from '../../archive/documents/case-json.ts';
import { finding } from '../../core/findings/finding.ts';
import { erasureFinal, finalRequests, type KnownErasure } from '../../log/erasure/known-erasures.ts';
import { owedCopies } from '../../log/history/destructions.ts';
import { outlivedSecrets } from '../../log/outlived-secrets.ts';
import { createCaseHistories, lackingCases } from '../../log/read/case-digests.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { copiesBehindIn } from '../../pipeline/log/copies-behind.ts';
import { cellsNamed, isKnown, isLive, type KeyringCell } from '../../sealing/keyring/cells.ts';
import { unlockKeys } from '../../sealing/open-keys.ts';
import type { ListedItems } from '../request/find.ts';
import type { ErasureTools } from '../request/request.ts';
import { type BagEraser, idsOf, indexAgain } from './bag.ts';
import { eraseFromCases, exportsNaming } from './cases.ts';
import { detailsAbout, listsOf, sealedReportsNaming } from './derived.ts';
import { type DoomedRecording, destroySecrets, sessionOf, settleCopies } from './destroy-secrets.ts';
import { doomedFiles, dueFiles, executedItems, lackingFiles } from './files.ts';
import { erasedMessages } from './messages.ts';

/** The recordings and parts of due requests, and what of them must not be erased now. */
export interface DueItems {
  readonly items: ReadonlyMap<KnownErasure, ListedItems>;
  readonly protectedIds: ReadonlySet<string>;
  /** Ids of requests of which messages or rows stay. */
  readonly left: ReadonlySet<string>;
}

/** Result of an erasure in a sealed archive. */
export interface SealedExecution {
  readonly erased: ReadonlySet<string>;
  /** Recordings that stay as they are because the keyring lacks some of their secrets. */
  readonly kept: ReadonlySet<string>;
  /** Number of files that were erased alone. */
  readonly files: number;
  readonly bags: number;
  /** Number of cases that may name erased recordings, and of whose current state the keyring has no secrets. */
  readonly closedCases: number;
}

/**
 * Erases recordings from a sealed archive, with all sealed data derived from them: destroys the secrets of every version of every description. No bag changes.
 * For a file that is erased alone, destroys only that file's own secrets.
 * `requestOf` names the recordings of due requests, recordings of the ledger, and recordings that a stopped run announced.
 */
export async function* eraseSealed(
  { items, protectedIds, left }: DueItems,
  eraser: BagEraser,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SealedExecution> {
  const { archive, log, catalog, marks, enter, requestOf, entries } = eraser;
  const session = sessionOf((await unlockKeys()).session);
  const wanted = dueFiles(items, (id) => protectedIds.has(id));
  const cells = new Map<string, KeyringCell[]>();
  // The ledger does not tell which recordings have its files.
  const hasFiles = log.erasures().files.size + log.erasures().intendedFiles.size > 0;
  for (const one of cellsNamed(session, (cell) => isRecordingId(cell) && (hasFiles || wanted.has(cell) || requestOf(cell) !== null)))
    cells.set(one.cell, [...(cells.get(one.cell) ?? []), one]);
  const kept = new Set([...(yield* withoutSecrets(eraser, cells, signal)), ...(yield* lackingFiles(wanted, cells, eraser, signal))]);
  const doomed: DoomedRecording[] = [];
  const erased = new Set<string>();
  const { erased: ledger, intended } = log.erasures();
  for (const [id, all] of cells) {
    const request = requestOf(id);
    const mark = marks.of(id);
    const live = all.filter(({ names }) => names.length > 0);
    if (request === null || kept.has(id) || (live.length === 0 && ledger.has(mark) && !intended.has(mark))) continue;
    // After an interruption some secrets are already destroyed: the ledger names their pages, too.
    doomed.push({ request, mark, isFile: false, secrets: all.map(({ page, cell }) => ({ page, cell, names: null })) });
    erased.add(id);
  }
  const possible = new Map([...wanted].filter(([id]) => !kept.has(id)));
  const files = doomedFiles(possible, cells, (id) => requestOf(id) !== null, eraser);
  doomed.push(...files.doomed);
  // The documents stay, and the catalog counts by what the keyring opens.
  const touched = new Set([...erased, ...files.recordings]);
  const changed = await bagsOf(archive, touched, signal);
  for (const { name } of changed.keys()) catalog.outdate(name);
  const done = executedItems(items, { kept, protectedIds, left });
  const gone = new Set([...erased, ...done.flatMap(([, { ids }]) => ids)]);
  const isGone = (id: string): boolean => gone.has(id) || log.erasures().erased.has(marks.of(id));
  yield* exportsNaming(archive.dir, entries, isGone, (id) => possible.has(id));
  const closedCases = yield* eraseFromCases(erasedMessages(new Map(), isGone, eraser, tools), eraser, tools, signal);
  const lists = listsOf(
    log.erasures().requests.values(),
    done.map(([one]) => one),
  );
  const details = await detailsAbout(archive.dir, entries, isGone, lists);
  const reports = await sealedReportsNaming(archive, isGone, signal);
  // A run that was stopped before it entered the destruction has destroyed the secrets for some of these requests.
  const entered = new Set(log.erasures().destructions.flatMap((one) => one.requests));
  const requests = done.flatMap(([{ request }, { parts }]) => (hasSealedAgain(parts) && !entered.has(request) ? [request] : []));
  const { cells: outlived, waiting } = await outlivedSecrets(archive, entries, session);
  for (const id of waiting) yield findingEvent(finding('C125', `${casesFolder}/${id}/${caseFileName}`, waitingWords));
  const live = outlived.filter(({ page, cell }) => isLive(session, page, cell));
  const others = (live.length > 0 || requests.length === 0 ? live : outlived.filter(({ page, cell }) => isKnown(session, page, cell))).map(
    ({ page, cell }) => ({ page, cell, names: null }),
  );
  const isNew = yield* destroySecrets(
    { recordings: doomed, reports, details, others, requests },
    { archive, enter, session, entries: async () => entries },
    signal,
  );
  // Copies that were away, and those of which an older state was restored.
  const owing = new Set([...[...owedCopies(log.erasures()).values()].flat(), ...copiesBehindIn(session, log.erasures()).copies.keys()]);
  if (!isNew && owing.size > 0) yield* settleCopies({ session, enter }, [...owing]);
  let bags = 0;
  for (const [bag, ids] of changed) {
    await indexAgain(bag, catalog);
    const recordings = ids.filter((id) => erased.has(id)).length;
    if (recordings === 0) continue;
    bags++;
    yield { type: 'result', of: 'erased', value: { bag: bag.name, recordings } };
  }
  return { erased, kept, files: files.doomed.length, bags, closedCases };
}

const waitingWords =
  'lacks changes that the log records: an older state of the case was there when something was erased from it. The secrets of the earlier states were kept, because they open these changes in a replica or a backup; they may open what was erased from the case, too. If no copy has the changes: longplay case forget ARCHIVE CASE --reason TEXT, then longplay erase run ARCHIVE';

/** Reports the recordings to be erased of which the keyring lacks the secrets (E119). @returns their ids */
async function* withoutSecrets(
  { archive, requestOf }: BagEraser,
  cells: ReadonlyMap<string, readonly KeyringCell[]>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ReadonlySet<string>> {
  const kept = new Set<string>();
  for await (const bag of listBags(archive)) {
    signal.throwIfAborted();
    const making = makingOf(bag.path);
    for (const id of idsOf(bag.path)) {
      if (requestOf(id) === null || cells.get(id)?.some(({ page }) => page === making) === true) continue;
      kept.add(id);
      const what = making === null ? 'its bag does not say how it is sealed' : 'the keyring has no secrets of it: another copy may have them';
      yield findingEvent(finding('E119', `${bag.folder}/data/${id}`, what));
    }
  }
  return kept;
}

/** Returns the bags that have some of these recordings, with their ids. */
async function bagsOf(
  archive: BagEraser['archive'],
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<BagFolder, readonly string[]>> {
  const found = new Map<BagFolder, readonly string[]>();
  for await (const bag of wanted.size === 0 ? [] : listBags(archive)) {
    signal.throwIfAborted();
    const ids = idsOf(bag.path).filter((id) => wanted.has(id));
    if (ids.length > 0) found.set(bag, ids);
  }
  return found;
}

/** Returns true if something is erased by sealing a table or a case again without it: the secrets of the earlier state are destroyed for the request. */
function hasSealedAgain(parts: ListedItems['parts']): boolean {
  return parts.some(({ kind }) => kind !== 'file');
}

function isRecordingId(cell: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cell);
}

/** Enters in the log the executed requests that have become final: no copy of the keyring owes them, and its recovery has begun another epoch since. */
export async function enterFinal({ archive, log, enter, entries }: Pick<BagEraser, 'archive' | 'log' | 'enter' | 'entries'>): Promise<void> {
  if (archive.page === null) return;
  const { requests, destructions } = log.erasures();
  const last = destructions.at(-1);
  if (last === undefined) return;
  const session = sessionOf((await unlockKeys()).session);
  const { description } = session;
  if (description.id !== last.keyring || copiesBehindIn(session, log.erasures()).copies.size > 0) return;
  const final = finalRequests(log.erasures(), description.recovery?.epoch ?? 0).filter((request) => requests.get(request)?.executedAt !== null);
  if (final.length === 0) return;
  const histories = createCaseHistories();
  for await (const entry of entries()) histories.take(entry);
  // Secrets that open earlier states of such a case are still there.
  if (lackingCases(histories.of).length > 0) return;
  await enter(
    final.map((request) => ({ type: erasureFinal, detail: { request, keyring: description.id, epoch: description.recovery?.epoch ?? 0 } })),
  );
}
