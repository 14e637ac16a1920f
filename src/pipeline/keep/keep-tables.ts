import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bagAlgorithms } from '../../archive/bag/added-digests.ts';
import { tablesFormats } from '../../archive/bag/tables-readme.ts';
import { createBagDraft, finishBag, landBag, type PayloadFile } from '../../archive/bag/writer.ts';
import { type KeptTable, keptPartFile, keptTableFile, keptTableText, unreadFile, unreadText } from '../../archive/documents/kept-table.ts';
import { draftPlace } from '../../archive/draft-place.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { createTurns } from '../../core/base/turns.ts';
import { toolName, version } from '../../core/base/version.ts';
import { finding } from '../../core/findings/finding.ts';
import type { StoredFile } from '../../core/model/recording-document.ts';
import type { Source } from '../../core/model/source.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { createTargetFile, makeTargetFolder, type TargetFile, writeTargetFile } from '../../media/bytes/target-file.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { createSealer, type Sealer } from '../../sealing/sealer.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { contentOfJobFile, type Job } from '../../store/jobs/plan.ts';
import type { TableView, ViewOptions } from '../../tables/keep/table-view.ts';
import { NoSqliteText } from '../../tables/sql/sqlite-text.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { payloadFile } from '../make/recording-files.ts';
import { indexKeptTables } from '../open/read-kept-tables.ts';
import type { PlannedTable } from './plan-tables.ts';
import { openTable, viewOf } from './views.ts';

/** Name of the list of planned tables in the folder of a job. */
export const tableListName = 'tables.jsonl';

/** What keeping tables needs. */
export interface KeepTools {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly log: ArchiveLog;
  readonly source: Source;
  readonly view: ViewOptions;
  /** Digest algorithms for the manifests of new bags. */
  readonly algorithms: readonly string[];
}

/** Tables that a run kept. */
export interface KeptTables {
  readonly tables: number;
  readonly bytes: number;
}

/** Formats planned tables as the list in a job's folder. */
export function tableList(tables: readonly PlannedTable[]): string {
  return tables.map((table) => `${JSON.stringify(table)}\n`).join('');
}

/**
 * Lands the bag with the tables of a job, between two log entries, unless an earlier run did. Leaves out a table that differs from its planned digest
 * (P280); the next import keeps it.
 * @throws LongplayError P153 if the list of tables is damaged
 */
export async function* keepTables(job: Job, tools: KeepTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, KeptTables> {
  const { tables } = job.head;
  if (tables === undefined) return { tables: 0, bytes: 0 };
  const { archive, log, catalog } = tools;
  const path = join(archive.dir, 'bags', tables.bag);
  if (existsSync(path)) return { tables: 0, bytes: 0 };
  const draft = join(draftPlace(archive, path, join(job.folder, 'drafts'), job.head.jobId), basename(tables.bag));
  rmSync(draft, { recursive: true, force: true });
  await createBagDraft(draft);
  const files: PayloadFile[] = [];
  const cells = new Map<string, FileSecrets>();
  let kept = 0;
  for (const planned of plannedTables(job)) {
    const name = `table-${String(kept + 1).padStart(4, '0')}`;
    const sealer = archive.page === null ? null : createSealer();
    const made = await makeTable(planned, { folder: `data/${name}`, draft, sealer }, job, tools, signal);
    if (typeof made === 'string') yield findingEvent(finding('P280', planned.path, made));
    else {
      files.push(...made.files);
      if (sealer !== null) cells.set(name, sealer.secretsOf(made.sealed));
      kept++;
    }
  }
  if (kept === 0) {
    rmSync(draft, { recursive: true, force: true });
    return { tables: 0, bytes: 0 };
  }
  const making = archive.page === null ? null : randomBytes(16).toString('hex');
  const info = {
    type: 'tables',
    baggingDate: job.head.createdAt.slice(0, 10),
    externalIdentifier: basename(tables.bag),
    description: agree`${kept} table[s] kept by ${job.head.importer}`,
    recordings: 0,
    tool: toolName,
    ...(making === null ? {} : { making }),
    formats: tablesFormats(toolName),
  } as const;
  await finishBag(draft, files, info, signal, tools.algorithms);
  signal.throwIfAborted();
  const landing = { bag: tables.bag, recordings: 0, tables: kept, ...landingDigests(draft), version };
  // Logged before the bag appears, as for bags of recordings.
  await log.append('bag-intended', landing);
  if (making !== null) await openKeys().addPage({ page: making, of: `bag ${tables.bag}`, cells });
  await landBag(draft, path);
  await log.append('bag-landed', landing);
  catalog.putBag(tables.bag, []);
  for (const found of await indexKeptTables(catalog, { path, name: tables.bag }, signal)) yield findingEvent(found);
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  yield { type: 'bag', bag: tables.bag, recordings: 0, tables: kept, bytes };
  return { tables: kept, bytes };
}

function plannedTables(job: Job): PlannedTable[] {
  const { folder, head } = job;
  const bytes = readFileSync(join(folder, tableListName));
  if (sha256Hex(bytes) !== head.tables?.sha256)
    throw new LongplayError(
      'incomplete',
      'P153',
      `the plan of job ${head.jobId} is damaged`,
      `delete the folder jobs/${head.jobId} of the archive and run the same import again: it makes a new plan, and landed bags stay`,
    );
  const lines = Buffer.from(contentOfJobFile(job, tableListName, bytes))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  // The digest proves that `tableList` made it.
  return lines.map((line) => JSON.parse(line) as PlannedTable);
}

/** Where a table is written. `sealer` is null if it is written in clear. */
interface TablePlace {
  /** Relative to the draft. */
  readonly folder: string;
  readonly draft: string;
  readonly sealer: Sealer | null;
}

/** Files of a table in a draft. */
interface MadeTable {
  readonly files: readonly PayloadFile[];
  /** Base names of the sealed files. */
  readonly sealed: readonly string[];
}

/** Writes a table with its documents to a draft. @returns its files, or why the table is not kept */
async function makeTable(
  planned: PlannedTable,
  { folder, draft, sealer }: TablePlace,
  { head }: Job,
  { source, view: options, algorithms }: KeepTools,
  signal: AbortSignal,
): Promise<MadeTable | string> {
  const into = join(draft, folder);
  makeTargetFolder(into);
  const fail = (why: string): string => {
    rmSync(into, { recursive: true, force: true });
    return why;
  };
  const added = algorithms.filter((id) => !(bagAlgorithms as readonly string[]).includes(id));
  const place = { folder: into, addedDigests: added };
  let part: StoredFile | null;
  try {
    await using opened = await openTable(source, planned.path, signal);
    const view = await viewOf(opened.reader, planned, options, signal);
    part =
      view === null ? null : await copyPart(view, planned, createTargetFile(join(into, keptPartFile(planned.ending)), sealer ?? undefined), signal);
  } catch (error) {
    if (!(error instanceof NoSqliteText) && !(error instanceof RangeError) && !isUnreadable(error)) throw error;
    return fail(`was not kept: ${error.message}`);
  }
  if (part === null) return fail('changed since the import was planned, and was not kept');
  const document: KeptTable = {
    format: 'longplay-table',
    version: 1,
    source: { name: head.sourceName, path: planned.path, ...planned.file },
    kind: planned.kind,
    form: planned.form,
    table: planned.table,
    columnsLeftOut: planned.columnsLeftOut,
    rowsLeftOut: planned.rowsLeftOut,
    whole: planned.whole,
    part: { path: part.path, sizeBytes: part.sizeBytes, sha256: part.sha256, sha512: part.sha512 },
    continues: planned.continues,
    importer: planned.importer,
    site: head.request.site,
    job: head.jobId,
    keptAt: head.createdAt,
    records: planned.records,
    recordsUnread: planned.recordsUnread,
    ...(planned.recordsAt === undefined ? {} : { recordsAt: planned.recordsAt }),
  };
  const texts: [name: string, text: string][] = [[keptTableFile, keptTableText(document)]];
  if (planned.unread.length > 0) texts.push([unreadFile, unreadText(planned.unread)]);
  const written = texts.map(([name, text]) => writeTargetFile(join(into, name), Buffer.from(text, 'utf8'), sealer ?? undefined));
  const stored = [part, ...written];
  const files = stored.map((file) => payloadFile(file, place)).map((file) => ({ ...file, path: `${folder}/${file.path}` }));
  return { files, sealed: sealer === null ? [] : stored.map(({ path }) => path) };
}

/** Copies the new part of a table, and computes the digest of the whole table. @returns null if the table is not the planned one */
async function copyPart(view: TableView, { whole, offset }: PlannedTable, file: TargetFile, signal: AbortSignal): Promise<StoredFile | null> {
  try {
    const all = createHash('sha256');
    const turns = createTurns();
    let done = 0;
    for await (const piece of view.bytes(signal)) {
      if (turns.isDue()) await turns.take(signal);
      all.update(piece);
      const fresh = piece.subarray(Math.min(piece.length, Math.max(0, offset - done)));
      done += piece.length;
      // A file that grows without end must not be copied without end.
      if (done > whole.sizeBytes) break;
      file.write(fresh);
    }
    if (done !== whole.sizeBytes || all.digest('hex') !== whole.sha256) {
      file.discard();
      return null;
    }
    return file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}
