import { createHash } from 'node:crypto';
import type { DigestedBytes, KeptPart, KeptTable, UnreadRow } from '../../archive/documents/kept-table.ts';
import { agree } from '../../core/base/agree.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Source } from '../../core/model/source.ts';
import { type TableView, tableViews, type ViewOptions, wholeView } from '../../tables/keep/table-view.ts';
import { NoSqliteText } from '../../tables/sql/sqlite-text.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import type { ArchivedTable } from '../open/read-kept-tables.ts';
import type { ReadTableFile } from './read-tables.ts';
import { openTable } from './views.ts';

/** A table, or the new part of a table, that a job keeps; a JSON value. */
export interface PlannedTable
  extends Pick<
    KeptTable,
    'kind' | 'form' | 'table' | 'columnsLeftOut' | 'rowsLeftOut' | 'whole' | 'continues' | 'importer' | 'records' | 'recordsUnread' | 'recordsAt'
  > {
  readonly path: string;
  /** Tables from which the view is made, as in `ReadTable`. */
  readonly tables: readonly string[];
  readonly leftOut: ReadTableFile['leftOut'];
  /** Extension of the kept file. */
  readonly ending: string;
  /** The file in the source. */
  readonly file: DigestedBytes;
  /** Offset at which the new part begins. */
  readonly offset: number;
  readonly unread: readonly UnreadRow[];
}

/** What planning tables needs. */
export interface TablePlanTools {
  readonly source: Source;
  readonly view: ViewOptions;
  /** Tables that the archive keeps. */
  readonly known: readonly ArchivedTable[];
}

/** Returns the name of the bag that holds tables, relative to `bags/`. @param day `YYYY-MM-DD` of the plan */
export function tablesBagName(day: string, tables: readonly PlannedTable[]): string {
  const lines = tables.map(({ path, table, whole, offset }) => [path, table ?? '', whole.sha256, offset].join('\0'));
  return `tables/${day.replaceAll('-', '')}-${sha256Hex([...lines].sort(byCodePoint).join('\n')).slice(0, 16)}`;
}

/**
 * Computes the digests of the tables of a source, and yields the tables that the archive does not keep yet; yields P280 for each that cannot be kept.
 */
export async function* planTables(
  files: readonly ReadTableFile[],
  tools: TablePlanTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PlannedTable[]> {
  const planned: PlannedTable[] = [];
  const kept = new Set(tools.known.map(({ table }) => contentKey(table)));
  for (const [done, file] of [...files].sort((a, b) => byCodePoint(a.path, b.path)).entries()) {
    yield { type: 'progress', phase: 'planning', done, total: files.length, unit: 'tables', bytes: 0, bytesTotal: null, audioMs: 0 };
    try {
      for (const one of await planFile(file, tools, signal)) {
        if (one.whole.sizeBytes === 0 || kept.has(contentKey(one))) continue;
        kept.add(contentKey(one));
        planned.push(one);
        for (const found of aboutLeftOut(one)) yield findingEvent(found);
      }
    } catch (error) {
      if (!(error instanceof RangeError) && !isUnreadable(error)) throw error;
      yield findingEvent(finding('P280', file.path, `cannot be kept: ${error.message}`));
    }
  }
  return planned;
}

/** Returns the notes on values that are not kept. */
function aboutLeftOut({ path, columnsLeftOut, rowsLeftOut }: PlannedTable): Finding[] {
  if (columnsLeftOut.length === 0) return [];
  const columns = finding('P281', path, `the values of these columns are not kept: ${columnsLeftOut.join(', ')}`, columnsLeftOut.length);
  if (rowsLeftOut === 0) return [columns];
  return [
    columns,
    finding('P282', path, agree`${rowsLeftOut} row[s] [is|are] not kept, because it is uncertain which cell belongs to which column`, rowsLeftOut),
  ];
}

/** Returns a text that identifies the kept content of a table. */
function contentKey({ form, columnsLeftOut, whole }: Pick<KeptTable, 'form' | 'columnsLeftOut' | 'whole'>): string {
  return JSON.stringify([form, columnsLeftOut, whole.sha256]);
}

async function planFile(file: ReadTableFile, { source, view: options, known }: TablePlanTools, signal: AbortSignal): Promise<PlannedTable[]> {
  const { path, importer, leftOut, tables, records, recordsUnread } = file;
  await using opened = await openTable(source, path, signal);
  const { reader } = opened;
  let views = await tableViews(reader, file, options, signal);
  let digests: readonly TableDigests[] = [];
  const digestAll = async (): Promise<void> => {
    digests = await Promise.all(views.map((view) => digestView(view, partsBefore(view, leftOut?.columns ?? [], known), signal)));
  };
  try {
    await digestAll();
  } catch (error) {
    if (!(error instanceof NoSqliteText)) throw error;
    // A damaged database is kept as it is.
    views = [wholeView(reader, 'sqlite', path)];
    await digestAll();
  }
  const isWhole = views.every(({ form }) => form === 'file');
  const own = isWhole ? digests[0]?.whole : (await digestView(wholeView(reader, null, path), [], signal)).whole;
  return views.flatMap((view, index) => {
    const found = digests[index];
    if (found === undefined || own === undefined) return [];
    const { whole, before } = found;
    const offset = before?.table.whole.sizeBytes ?? 0;
    return {
      ...{ path, tables, leftOut, importer, records, recordsUnread, whole, offset, file: own },
      ...{ kind: view.kind, form: view.form, table: view.table === '' ? null : view.table, ending: view.ending },
      ...(file.recordsAt === undefined ? {} : { recordsAt: file.recordsAt }),
      columnsLeftOut: leftOut?.columns ?? [],
      rowsLeftOut: view.rowsLeftOut(),
      continues: before === null ? [] : [...before.table.continues, partOf(before)],
      unread: unreadOf(file, view, offset),
    };
  });
}

/** Digest of a whole table, and what the archive keeps of its beginning. */
interface TableDigests {
  readonly whole: DigestedBytes;
  /** The longest kept table that is the beginning of this one; null if there is none. */
  readonly before: ArchivedTable | null;
}

/** Returns kept tables that may be the beginning of a view. */
function partsBefore(view: TableView, columnsLeftOut: readonly string[], known: readonly ArchivedTable[]): ArchivedTable[] {
  const columns = JSON.stringify(columnsLeftOut);
  return known.filter(
    ({ table }) =>
      table.form === view.form &&
      table.whole.sizeBytes > 0 &&
      (table.table ?? '') === view.table &&
      JSON.stringify(table.columnsLeftOut) === columns &&
      table.continues.length < limits.keptParts,
  );
}

/** Computes, in one pass, the digest of a view and of those of its beginnings that are as long as kept tables. */
async function digestView(view: TableView, before: readonly ArchivedTable[], signal: AbortSignal): Promise<TableDigests> {
  const sizes = [...new Set(before.map(({ table }) => table.whole.sizeBytes))].sort((a, b) => a - b);
  const beginnings = new Map<number, string>();
  const hash = createHash('sha256');
  const turns = createTurns();
  let sizeBytes = 0;
  let next = 0;
  for await (const piece of view.bytes(signal)) {
    if (turns.isDue()) await turns.take(signal);
    let from = 0;
    for (let size = sizes[next]; size !== undefined && size <= sizeBytes + piece.length; size = sizes[++next]) {
      hash.update(piece.subarray(from, size - sizeBytes));
      from = size - sizeBytes;
      beginnings.set(size, hash.copy().digest('hex'));
    }
    hash.update(piece.subarray(from));
    sizeBytes += piece.length;
  }
  const whole = { sizeBytes, sha256: hash.digest('hex') };
  const fitting = before.filter(({ table }) => table.whole.sizeBytes < sizeBytes && beginnings.get(table.whole.sizeBytes) === table.whole.sha256);
  const longest = fitting.reduce<ArchivedTable | null>(
    (best, one) => (best === null || one.table.whole.sizeBytes > best.table.whole.sizeBytes ? one : best),
    null,
  );
  return { whole, before: longest };
}

function partOf({ bag, folder, table: { part } }: ArchivedTable): KeptPart {
  return { bag, path: `${folder}/${part.path}`, sizeBytes: part.sizeBytes, sha256: part.sha256 };
}

/** Returns the rows of a view that could not be read and that end in its new part, with their positions in that part. */
function unreadOf({ lost }: ReadTableFile, view: TableView, offset: number): UnreadRow[] {
  return lost.flatMap(({ code, table, number: row, span }) => {
    if (view.table !== '' && table !== view.table) return [];
    const place = span === null ? null : view.placeOf(span);
    if (place === null) return { code, table, row, offset: null, bytes: null };
    const end = place.offset + place.bytes;
    if (end <= offset) return [];
    const start = Math.max(place.offset, offset);
    return { code, table, row, offset: start - offset, bytes: end - start };
  });
}
