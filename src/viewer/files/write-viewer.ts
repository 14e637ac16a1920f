import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ListedBag,
  pendingListName,
  readViewerList,
  type ViewerList,
  viewerFolder,
  viewerListName,
  viewerListText,
} from '../../archive/documents/viewer-list.ts';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { BagVerification, PageOverview } from '../../core/page/data.ts';
import { monthOf, type ShardPlace, undated, type ViewerIndex, type ViewerMonth, viewerVersion } from '../../core/page/viewer-data.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import type { CatalogQuery } from '../../store/catalog/catalog-query.ts';
import { dataScript } from './data-script.ts';
import { pageFiles, pageHtml } from './page-html.ts';
import { createShardBuilder, shardRecordings } from './shard.ts';
import { damagedFiles, refuseLink, viewerFiles } from './viewer-files.ts';
import { detailOf, scriptPath, writeDetails } from './write-details.ts';

/** Sources from which a viewer is written. */
export interface ViewerTools {
  readonly archive: { readonly dir: string; readonly id: string };
  readonly catalog: Catalog;
  /** Returns the readable documents of a bag in order of their ids. */
  readonly documents: (bag: string) => Iterable<RecordingDocument>;
  /** Last verification of each bag, from the log. */
  readonly verified: ReadonlyMap<string, BagVerification>;
  /** ISO time of the shown state of the archive. Equal states give equal bytes. */
  readonly asOf: string;
  /** Built script and style of the page. */
  readonly page: { readonly script: string; readonly style: string };
  /**
   * What is trusted when deciding which files to keep. `bytes`: every file is read and repaired if it does not match the list; `sizes`: only sizes are
   * compared, which is quick; `nothing`: all data is derived again.
   */
  readonly trust: 'bytes' | 'sizes' | 'nothing';
  readonly progress: (done: number, total: number) => void;
  /** Logs the viewer that is about to be written, before any of its files changes. */
  readonly announce: (entry: Pick<ViewerOutcome, 'listSha256' | 'files' | 'recordings'>) => Promise<void>;
}

/** Result of writing a viewer. */
export interface ViewerOutcome {
  /** Absolute path. */
  readonly folder: string;
  readonly recordings: number;
  readonly bags: number;
  readonly filesWritten: number;
  readonly bytesWritten: number;
  readonly filesRemoved: number;
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 of the viewer's list of files, which determines every byte of the viewer. */
  readonly listSha256: string;
}

/**
 * Updates the page in an archive and its data from the catalog. Unchanged files stay. New files are written under temporary names with their list beside them,
 * and the list is logged. Then they are put in place, the index last, so that a page opened meanwhile shows the state before or after; finally the list is put
 * in place. If the run is killed, every byte on disk is one that the log names, and the next run continues.
 */
export async function writeViewer(tools: ViewerTools, signal: AbortSignal): Promise<ViewerOutcome> {
  const { archive, catalog } = tools;
  const folder = join(archive.dir, viewerFolder);
  refuseLink(archive.dir, `${viewerFolder}/x`);
  await makeFolderDurable(folder);
  const found = readViewerList(folder);
  // This page cannot use the data of another version.
  const known = found?.version === viewerVersion ? found : null;
  const damaged = known !== null && tools.trust === 'bytes' ? await damagedFiles(folder, known, signal) : new Set<string>();
  const files = viewerFiles(folder, known, damaged);
  const bags: Record<string, ListedBag> = {};
  const touched = new Set<string>();
  const present = catalog.bags();
  let done = 0;
  try {
    for (const bag of present) {
      signal.throwIfAborted();
      const before = known !== null && tools.trust !== 'nothing' && Object.hasOwn(known.bags, bag) ? known.bags[bag] : undefined;
      const whole = before?.details.every((_, index) => files.keep(scriptPath(`details/${bag}/${index}`))) === true;
      const listed = before !== undefined && whole ? before : await writeDetails(files, bag, tools.documents(bag));
      if (listed !== before) for (const month of listed.months) touched.add(month);
      bags[bag] = listed;
      tools.progress(++done, present.length);
    }
    for (const [bag, { months }] of Object.entries(known?.bags ?? {}))
      if (!Object.hasOwn(bags, bag) || tools.trust === 'nothing') for (const month of months) touched.add(month);
    const months = await writeMonths(tools, { files, bags, known, touched }, signal);
    await files.put(pageFiles.script, tools.page.script);
    await files.put(pageFiles.style, tools.page.style);
    await files.put(pageFiles.html, pageHtml('shards'));
    await files.put(scriptPath('index'), dataScript('index', indexOf(tools, months)));
    await files.flush(signal);
  } catch (error) {
    await files.discard();
    throw error;
  }
  const text = viewerListText({ format: 'longplay-viewer', version: viewerVersion, files: files.list(), bags });
  const isNew = known === null || viewerListText(known) !== text || files.written.files > 0;
  const all = Object.values(files.list());
  const about = { recordings: catalog.totals({}).recordings, files: all.length + 1, listSha256: sha256Hex(text) };
  const pending = join(folder, pendingListName);
  if (isNew) await writeDurable(pending, text);
  try {
    await tools.announce(about);
  } catch (error) {
    await files.discard();
    await rm(pending, { force: true });
    throw error;
  }
  await files.land();
  const filesRemoved = await files.removeOthers();
  if (isNew) await writeDurable(join(folder, viewerListName), text);
  await rm(pending, { force: true });
  return {
    folder,
    bags: present.length,
    filesWritten: files.written.files,
    bytesWritten: files.written.bytes,
    filesRemoved,
    bytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...about,
  };
}

interface Months {
  readonly files: ReturnType<typeof viewerFiles>;
  readonly bags: Readonly<Record<string, ListedBag>>;
  readonly known: ViewerList | null;
  readonly touched: ReadonlySet<string>;
}

/** Writes the shards of changed months; shards of other months are kept if intact. */
async function writeMonths(tools: ViewerTools, { files, bags, known, touched }: Months, signal: AbortSignal): Promise<ViewerIndex['months']> {
  const kept = shardsListed(known);
  const months: ViewerMonth[] = [];
  for (const { month, durationMs } of monthsOf(tools.catalog)) {
    signal.throwIfAborted();
    const before = touched.has(month) ? undefined : kept.get(month);
    const isKept = before?.every(({ script }) => files.keep(scriptPath(script))) === true;
    const shards = isKept && before !== undefined ? before : await writeMonth(tools.catalog, month, { files, bags });
    const edges = month === undated ? [] : tools.catalog.monthEdges(month);
    months.push({ month, durationMs, shards, edges, unsure: month === undated ? 0 : tools.catalog.unsureIn(month) });
  }
  return months;
}

/** Returns the months in order. `undated` comes last and includes starts without a four-digit year. */
function monthsOf(catalog: Catalog): { readonly month: string; readonly durationMs: number }[] {
  const months = new Map<string, number>();
  for (const { month, durationMs } of catalog.months({})) months.set(monthOf(month), (months.get(monthOf(month)) ?? 0) + durationMs);
  const order = [...[...months.keys()].filter((month) => month !== undated).sort(), ...(months.has(undated) ? [undated] : [])];
  return order.map((month) => ({ month, durationMs: Math.round(months.get(month) ?? 0) }));
}

async function writeMonth(catalog: Catalog, month: string, { files, bags }: Pick<Months, 'files' | 'bags'>): Promise<ShardPlace[]> {
  const shards: ShardPlace[] = [];
  let builder = createShardBuilder();
  const close = async (): Promise<void> => {
    if (builder.size === 0) return;
    const shard = builder.build();
    // The digest of the content is part of the name, so that an index never loads a shard of another state.
    const sha256 = sha256Hex(JSON.stringify(shard)).slice(0, 8);
    const script = `months/${month}-${shards.length}-${shard.recordings}-${sha256}`;
    shards.push({ script, recordings: shard.recordings });
    await files.put(scriptPath(script), dataScript(script, shard));
    builder = createShardBuilder();
  };
  for (const { query, begins } of queriesOf(catalog, month)) {
    for (const found of catalog.search(query)) {
      if ((found.start?.slice(0, monthLength) ?? null) !== begins) continue;
      const bag = bags[found.bag];
      if (bag !== undefined) builder.add(found, detailOf(found.bag, bag, found.recordingId));
      if (builder.size >= shardRecordings) await close();
    }
  }
  await close();
  return shards;
}

const monthLength = '2019-03'.length;

/**
 * Returns the prefixes of starts that belong to a month. Each comes with a query that finds at least the calls whose start has that prefix, because catalogs
 * sort unusual starts unpredictably.
 */
function queriesOf(catalog: Catalog, month: string): { readonly query: CatalogQuery; readonly begins: string | null }[] {
  if (month !== undated) {
    const [year = 0, number = 0] = month.split('-').map(Number);
    const next = number === 12 ? `${year + 1}-01` : `${month.slice(0, 5)}${String(number + 1).padStart(2, '0')}`;
    return [{ query: year > 1900 && year < 2100 ? { starts: { from: month, to: next } } : {}, begins: month }];
  }
  return [...catalog.months({})]
    .filter((each) => monthOf(each.month) === undated)
    .map(({ month: begins }) => (begins === null || begins === undated ? { query: { undated: true }, begins: null } : { query: {}, begins }));
}

/** Returns shards by month, from their names. */
function shardsListed(known: ViewerList | null): Map<string, ShardPlace[]> {
  const shards = new Map<string, ShardPlace[]>();
  for (const path of Object.keys(known?.files ?? {})) {
    const [, script, month, index, recordings] = /^data\/(months\/(\d{4}-\d{2}|undated)-(\d+)-(\d+)-[0-9a-f]{8})\.js$/.exec(path) ?? [];
    if (script === undefined || month === undefined) continue;
    const list = shards.get(month) ?? [];
    list[Number(index)] = { script, recordings: Number(recordings) };
    shards.set(month, list);
  }
  return shards;
}

function indexOf({ archive, catalog, verified, asOf }: ViewerTools, months: ViewerIndex['months']): ViewerIndex {
  const totals = catalog.totals({});
  const choices = (column: 'direction' | 'codecs' | 'status' | 'importer'): { value: string; recordings: number }[] => {
    const counts = new Map<string, number>();
    // A recording with two codecs counts for both.
    for (const { value, count } of catalog.countBy(column, {}))
      for (const part of value.split(' ')) if (part !== '') counts.set(part, (counts.get(part) ?? 0) + count);
    return [...counts]
      .map(([value, recordings]) => ({ value, recordings }))
      .sort((a, b) => b.recordings - a.recordings || (a.value < b.value ? -1 : 1));
  };
  const faults = [...verified.values()].reduce((sum, { damaged = [], lost = [] }) => sum + damaged.length + lost.length, 0);
  const overview: PageOverview = {
    archiveId: archive.id,
    recordings: totals.recordings,
    durationMs: Math.round(totals.durationMs),
    months: months.map(({ month, shards }) => ({ month, recordings: shards.reduce((sum, { recordings }) => sum + recordings, 0) })),
    choices: { direction: choices('direction'), codec: choices('codecs'), status: choices('status'), importer: choices('importer') },
    writtenAt: asOf,
    ...(faults > 0 ? { faults } : {}),
    may: { export: false, cases: false },
  };
  return { version: viewerVersion, overview, months, verified: Object.fromEntries(verified) };
}
