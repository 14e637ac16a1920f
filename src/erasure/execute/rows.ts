import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { bagInfo, bagType, makingOf } from '../../archive/bag/info.ts';
import { tablesFormats } from '../../archive/bag/tables-readme.ts';
import type { PayloadFile } from '../../archive/bag/writer.ts';
import { type BagFolder, listBags } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { toolName, version } from '../../core/base/version.ts';
import { finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import { type KnownErasure, rowsErased } from '../../log/erasure/known-erasures.ts';
import { sealedBefore } from '../../log/erasure/lost-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import {
  chosenRows,
  ErasedTable,
  type PartChange,
  partName,
  type TablePart,
  tableChains,
  tableParts,
  UnsoundTable,
  writePart,
} from '../../pipeline/keep/erase-rows.ts';
import { readBagDocuments } from '../../pipeline/open/catalog-sync.ts';
import { type NewPage, requireCopies } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import type { KeptRow } from '../../tables/keep/kept-row.ts';
import { outsideTable } from '../../tables/keep/tree-node.ts';
import type { ListedItems } from '../request/find.ts';
import type { ErasureTools } from '../request/request.ts';
import { keysOf } from '../request/row-keys.ts';
import { textOfRows } from '../request/row-owners.ts';
import { type BagEraser, type BagExchange, exchangeBag, idsOf, isEarlier, soundBag } from './bag.ts';
import { createTraces, judgeRow, type RowTraces, traceRows } from './chosen-rows.ts';
import { sessionOf } from './destroy-secrets.ts';
import { leaveHeldRows } from './held-rows.ts';
import { ledgerEntries } from './ledger-entries.ts';
import { beginRewrite, finishRewrite, UnsoundBag } from './rewrite-bag.ts';

/** Returns traces that identify the rows of the recordings in requests and in the ledger. */
async function traceItems(items: ReadonlyMap<KnownErasure, ListedItems>, { archive, requestOf, log, marks }: BagEraser): Promise<RowTraces> {
  // Folders of erased recordings stay in a sealed archive, but nothing opens them.
  const isDead = (id: string): boolean => archive.page !== null && log.erasures().erased.has(marks.of(id));
  const traces = createTraces();
  for (const [{ request }, { parts }] of items) for (const part of parts) if (part.kind === 'row') traces.digests.set(part.sha256, request);
  for await (const bag of listBags(archive)) {
    if (bagType(bag.path) === 'tables') continue;
    const gone = new Set(idsOf(bag.path).filter((id) => requestOf(id) !== null && !isDead(id)));
    if (gone.size > 0) traceBag(traces, bag, gone, requestOf);
  }
  return traces;
}

/** Adds traces of the rows that the documents of a bag refer to for erased recordings. */
function traceBag(traces: RowTraces, bag: BagFolder, gone: ReadonlySet<string>, requestOf: BagEraser['requestOf']): void {
  for (const read of readBagDocuments(bag.path, bag.name)) {
    if (read.kind !== 'document' || !gone.has(read.document.recordingId)) continue;
    const { recordingId } = read.document;
    const request = requestOf(recordingId);
    if (request === null) continue;
    traceRows(traces, read.document, textOfRows(join(bag.path, 'data', recordingId), read.document), request);
  }
}

/** Result of erasing rows. */
export interface RowsErased {
  readonly rows: number;
  readonly bags: number;
  /** False: a table cannot be written again; findings say so, and no table was changed. */
  readonly isWhole: boolean;
  /** Number of bags of tables that a backup brought back in an earlier state, which nobody can open; findings say so. */
  readonly closed: number;
  /** Ids of due requests of which a row stays; findings say why. */
  readonly left: ReadonlySet<string>;
}

/** Result if there is nothing to do. */
const noRows: RowsErased = { rows: 0, bags: 0, isWhole: true, closed: 0, left: new Set() };

/** The changes to the tables of a bag, by table. */
type BagChanges = ReadonlyMap<TablePart, PartChange & { readonly marks: ReadonlyMap<string, string> }>;

/**
 * Erases rows of kept tables: rows of erased recordings, rows that a request names, and rows of the ledger that a backup brought back. Bags of tables are
 * written again one after another, like bags of recordings. Rows that name both an erased call and another one stay and are reported (E122), and so do rows that a
 * request names and that something protects (E111).
 */
export async function* eraseRows(
  items: ReadonlyMap<KnownErasure, ListedItems>,
  eraser: BagEraser,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, RowsErased> {
  const traces = await traceItems(items, eraser);
  const all: BagFolder[] = [];
  for await (const bag of listBags(eraser.archive)) if (bagType(bag.path) === 'tables') all.push(bag);
  const closed = all.filter((bag) => isEarlier(bag, eraser) && isClosed(bag));
  for (const bag of closed) yield findingEvent(finding('E109', bag.folder, sealedBefore));
  // Their present state, which a replica may have, may have rows of the recordings that are to be erased now.
  const isDue = traces.digests.size + traces.keys.size + traces.named.size > 0;
  const missing = isDue ? await missingTables(all, eraser) : [];
  for (const name of missing)
    yield findingEvent(finding('E123', `bags/${name}`, 'is missing, so its rows cannot be erased; no recording of the due requests was erased'));
  if (isDue && closed.length + missing.length > 0) return { ...noRows, isWhole: false, closed: closed.length };
  const bags = all.filter((bag) => !closed.includes(bag));
  const isAsked =
    traces.digests.size + traces.keys.size + traces.named.size > 0 || bags.some((bag) => isEarlier(bag, eraser)) || (await areTablesNewer(eraser));
  if (!isAsked || bags.length === 0) return { ...noRows, closed: closed.length };
  let changes: ReadonlyMap<BagFolder, BagChanges>;
  let left: ReadonlySet<string>;
  try {
    const held = yield* leaveHeldRows(bags, items, eraser, tools, signal);
    for (const digest of held.digests) traces.stays.add(digest);
    left = held.requests;
    changes = yield* changesIn(bags, traces, eraser, signal);
    for (const bag of changes.keys()) soundBag(bag, eraser);
  } catch (error) {
    if (!(error instanceof UnsoundTable || error instanceof UnsoundBag)) throw error;
    yield findingEvent(finding('E123', 'bags/tables', `${error.message}; no row was erased, and no recording of the due requests`));
    return { ...noRows, isWhole: false, closed: closed.length };
  }
  let rows = 0;
  for (const [bag, parts] of changes) {
    signal.throwIfAborted();
    const own = await rewriteTables(bag, parts, eraser, signal);
    rows += own;
    yield { type: 'result', of: 'erased', value: { bag: bag.name, rows: own } };
  }
  return { rows, bags: changes.size, isWhole: true, closed: closed.length, left };
}

/** Returns the names of bags of tables that must exist according to the log and do not. */
async function missingTables(there: readonly BagFolder[], { entries, landed }: BagEraser): Promise<string[]> {
  const named = new Set<string>();
  for await (const { type, detail } of entries())
    if (type === 'bag-landed' && typeof detail.tables === 'number' && typeof detail.bag === 'string') named.add(detail.bag);
  const found = new Set(there.map(({ name }) => name));
  return [...named].filter((name) => landed.get(name)?.deleted === false && !found.has(name));
}

/** Returns true if the secrets of a table in a bag were destroyed. */
function isClosed(bag: BagFolder): boolean {
  try {
    tableParts(bag);
    return false;
  } catch (error) {
    if (error instanceof ErasedTable) return true;
    // What else is wrong with it is reported when its rows are looked for.
    if (error instanceof UnsoundTable) return false;
    throw error;
  }
}

/** Returns true if tables were kept after rows were erased: the import of a changed table may have brought a row back. */
async function areTablesNewer({ entries, log }: BagEraser): Promise<boolean> {
  if (log.erasures().rows.size === 0) return false;
  let isErased = false;
  for await (const { type, detail } of entries())
    if (type === rowsErased) isErased = true;
    else if (isErased && type === 'bag-landed' && typeof detail.tables === 'number' && detail.rewrites !== true) return true;
  return false;
}

/** Reads all tables and returns the changes by bag. */
async function* changesIn(
  bags: readonly BagFolder[],
  traces: RowTraces,
  eraser: BagEraser,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ReadonlyMap<BagFolder, BagChanges>> {
  const { marks, log } = eraser;
  const tools = { marks, erased: log.erasures().rows, isOfAnother: keyLookup(eraser) };
  const found = new Map<BagFolder, Map<TablePart, PartChange & { readonly marks: Map<string, string> }>>();
  const chains = tableChains(bags.flatMap(tableParts));
  for (const chain of chains) {
    const asked: string[] = [];
    const perhaps: string[] = [];
    const digests = new Map<string, { readonly sha256: string; readonly request: string }>();
    const isChosen: Parameters<typeof chosenRows>[1] = (row) => {
      const judged = judgeRow(traces, row, chain, tools);
      if (judged?.decision === 'ask') asked.push(rowName(row));
      if (judged?.decision === 'perhaps') perhaps.push(rowName(row));
      if (judged?.decision !== 'erase') return false;
      digests.set(`${row.number} ${row.table}`, judged);
      return true;
    };
    for (const [part, change] of await chosenRows(chain, isChosen, signal)) {
      const own = new Map<string, string>();
      for (const { table, number } of change.rows) {
        const judged = digests.get(`${number} ${table}`);
        if (judged !== undefined) own.set(marks.ofRow(judged.sha256), judged.request);
      }
      const parts = found.get(part.bag) ?? new Map();
      // Another table with the same beginning gives the same change.
      const before = parts.get(part);
      if (before === undefined || before.replacements.length < change.replacements.length) parts.set(part, { ...change, marks: own });
      found.set(part.bag, parts);
    }
    const last = chain.at(-1);
    if (asked.length > 0 && last !== undefined)
      yield findingEvent(
        finding(
          'E122',
          `bags/${partName(last)}`,
          agree`${asked.length} row[s] [names|name] an erased call and another one, and [stays|stay]: ${rowList(asked)}`,
          asked.length,
        ),
      );
    if (perhaps.length > 0 && last !== undefined)
      yield findingEvent(
        finding(
          'E122',
          `bags/${partName(last)}`,
          agree`${perhaps.length} place[s] outside of the records [has|have] a key of an erased call, which other things may have as well, and [stays|stay]: ${rowList(perhaps)}`,
          perhaps.length,
        ),
      );
  }
  return found;
}

function rowName({ table, number }: Pick<KeptRow, 'table' | 'number'>): string {
  return table.startsWith(outsideTable) ? `${table}:${number}` : String(number);
}

function rowList(names: readonly string[]): string {
  return `row ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
}

/** Returns a function that tells whether a recording that is not erased has a given key of the recorder. */
function keyLookup({ archive, catalog, requestOf }: BagEraser): (key: string) => boolean {
  const known = new Map<string, boolean>();
  const keys = new Map<string, ReadonlySet<string>>();
  const keysIn = (bag: string, id: string): ReadonlySet<string> => {
    const before = keys.get(id);
    if (before !== undefined) return before;
    const own = new Set<string>();
    for (const document of documentIn(join(archive.dir, 'bags', bag), bag, id)) for (const key of keysOf(document)) own.add(key);
    keys.set(id, own);
    return own;
  };
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    let isKnown = false;
    for (const { recordingId, bag } of catalog.search({ text: `"${key}"`, limit: 50 })) {
      isKnown = requestOf(recordingId) === null && keysIn(bag, recordingId).has(key);
      if (isKnown) break;
    }
    known.set(key, isKnown);
    return isKnown;
  };
}

function* documentIn(path: string, name: string, id: string): Generator<RecordingDocument> {
  for (const read of readBagDocuments(path, name)) if (read.kind === 'document' && read.document.recordingId === id) yield read.document;
}

/** Writes a bag of tables again. @returns the number of erased rows */
async function rewriteTables(bag: BagFolder, parts: BagChanges, eraser: BagEraser, signal: AbortSignal): Promise<number> {
  const { place, payload } = soundBag(bag, eraser);
  const changed = new Set([...parts.keys()].map(({ name }) => `data/${name}/`));
  const kept = payload.files.filter(({ path }) => ![...changed].some((folder) => path.startsWith(folder)));
  await beginRewrite(place);
  const made: PayloadFile[] = [];
  const making = makingOf(bag.path) === null ? null : randomBytes(16).toString('hex');
  const cells = new Map<string, FileSecrets>();
  if (making !== null) for (const { name } of tableParts(bag)) cells.set(name, secretsIn(join(bag.path, 'data', name)));
  for (const [part, change] of parts) {
    const { files, secrets } = await writePart(part, change, { draft: place.draft, algorithms: payload.algorithms }, signal);
    made.push(...files);
    if (secrets !== null) cells.set(part.name, secrets);
  }
  const tables = tableParts(bag).length;
  const info = {
    type: 'tables',
    baggingDate: /^Bagging-Date:[ \t]*(\S+)/m.exec(bagInfo(bag.path) ?? '')?.[1] ?? '',
    externalIdentifier: basename(bag.name),
    description: agree`${tables} table[s], written again after an erasure`,
    recordings: 0,
    tool: toolName,
    ...(making === null ? {} : { making }),
    formats: tablesFormats(toolName),
  } as const;
  await finishRewrite(bag, place, { kept, made, info, algorithms: payload.algorithms }, signal);
  const rows = [...parts.values()].reduce((sum, change) => sum + change.rows.length, 0);
  const landing = { bag: bag.name, recordings: 0, tables, rewrites: true, ...landingDigests(place.draft), version };
  const intended = { bag: bag.name, recordings: 0, rows, left: tables };
  const secrets = making === null ? null : secretsOfDraft({ page: making, of: `bag ${bag.name}`, cells });
  await exchangeBag(
    bag,
    { place, landing, intended, before: ledgerOf(bag, parts), after: [], ...(secrets === null ? {} : { secrets }) },
    eraser,
    signal,
  );
  return rows;
}

/** Lets the keyring take the secrets of a draft. If a copy is away, nothing may be announced: an announced erasure keeps every import from beginning. */
function secretsOfDraft(page: NewPage): BagExchange['secrets'] {
  const keyring = openKeys();
  return { ready: () => requireCopies(sessionOf(keyring.session)), keep: () => keyring.addPage(page) };
}

/** Returns the secrets of a table that does not change. */
function secretsIn(folder: string): FileSecrets {
  const secrets = keyringSecrets(folder);
  if (secrets === null) throw new Error(`${folder} is in clear`);
  return secrets;
}

/** Returns the ledger entries of rows. They are entered before the bag changes: from then on every run erases the rows. */
function ledgerOf({ name }: BagFolder, parts: BagChanges): NewEntry[] {
  const byRequest = new Map<string, Set<string>>();
  for (const { marks } of parts.values())
    for (const [mark, request] of marks) byRequest.set(request, (byRequest.get(request) ?? new Set()).add(mark));
  return [...byRequest].flatMap(([request, marks]) => ledgerEntries(request, name, [...marks], rowsErased));
}
