import { createTurns } from '../../../src/core/base/turns.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import { isLostRecord } from '../../../src/core/findings/lost-record.ts';
import type { Entry } from '../../../src/core/model/source.ts';
import { readSeparated } from '../../../src/tables/csv/separated.ts';
import { readRecords } from '../../../src/tables/records.ts';
import { rowPlace } from '../../../src/tables/text/row-place.ts';
import { logLines } from '../records/log-lines.ts';
import type { MediumShape, TableLayout } from '../records/shape.ts';
import { type EntryRole, tableShapes, xmlPlace } from './entry-role.ts';
import { type OpenTable, openTable, type Reading, textRows } from './known-table.ts';

/** Reads the records of a file that holds tables of the family's shapes. */
export async function* readTables(
  reading: Reading,
  entry: Entry,
  role: Extract<EntryRole, { kind: 'table' }>,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { family, source, options } = reading;
  const here = new Map<string, OpenTable>();
  for (const { table, shape, layout } of role.tables) {
    const opened = openTable(reading, entry.path, table, shape);
    if (layout !== undefined) return yield* readLaidOut(reading, entry, layout, opened, signal);
    here.set(table, opened);
  }
  // An unreadable record counts for the table that was read last.
  let last = [...here.values()][0];
  const how = {
    place: entry.path,
    kind: role.tableKind,
    declaredEncoding: options.encoding,
    scratch: options.scratch,
    ...xmlPlace(tableShapes(family, role)),
    ...(role.jsonPath === undefined ? {} : { jsonPath: role.jsonPath }),
    tables: (name: string): boolean => here.has(name),
    header: role.tables[0]?.header ?? null,
  };
  for await (const item of readRecords(await source.open(entry, signal), how, signal)) {
    if (item.kind === 'finding') {
      if (isLostRecord(item)) last?.lose();
      yield item;
      continue;
    }
    const found = here.get(item.table);
    if (found === undefined) continue;
    last = found;
    const { number, pairs, value, raw } = item;
    const at = family.shapes[found.known.shape]?.at;
    const made = at?.kind === 'table' ? at.pairs?.(pairs, value) : undefined;
    found.take({ number, pairs: made ?? pairs, value: made === undefined ? value : null, sha256: null, raw });
  }
}

/** Reads the rows of a separated table whose layout its family defines. */
async function* readLaidOut(
  { source, options }: Reading,
  entry: Entry,
  layout: TableLayout,
  table: OpenTable,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { path } = entry;
  const how = { place: path, declaredEncoding: options.encoding, separator: null, hasHeader: layout.headed, names: layout.headed ? null : [] };
  const turns = createTurns();
  for await (const item of readSeparated(await source.open(entry, signal), how, signal)) {
    if (turns.isDue()) await turns.take(signal);
    if (item.kind === 'header') continue;
    if (item.kind === 'row') {
      const { number, cells, raw, span } = item;
      const pairs = layout.pairs(cells, rowPlace(path, number));
      if ('kind' in pairs) {
        table.lose();
        yield { ...pairs, lost: { table: '', number, span } };
      } else table.take({ number, pairs, value: null, sha256: null, raw });
      continue;
    }
    if (isLostRecord(item)) table.lose();
    yield item;
  }
}

/** Reads a file with the family's own reader. */
export async function* readGiven(
  reading: Reading,
  entry: Entry,
  { shape, at }: Extract<EntryRole, { kind: 'given' }>,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { path } = entry;
  // There may be a million documents, and they are not counted.
  const table = at.as === 'table' ? openTable(reading, path, '', shape) : null;
  for await (const item of at.read(reading.source, entry, reading.options, signal)) {
    if (item.kind === 'finding') {
      yield item;
      if (isLostRecord(item)) table?.lose();
      continue;
    }
    if (table !== null) table.take(item);
    else {
      const { pairs, value, sha256, raw } = item;
      reading.take.record({ shape, path, table: '', number: 0, pairs, value, sha256, raw }, `~ ${path}`);
    }
  }
}

/** Reads the lines of a log that are records. A line belongs to the first shape that recognises it; the lines of each shape form a table of their own. */
export async function* readLog(
  reading: Reading,
  entry: Entry,
  shapes: Extract<EntryRole, { kind: 'log' }>['shapes'],
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { family, source, options } = reading;
  const { path } = entry;
  const here = shapes.map(({ shape, at }) => ({
    at,
    table: openTable(reading, path, shapes.length > 1 ? (family.shapes[shape]?.name ?? '') : '', shape),
  }));
  for await (const line of logLines(await source.open(entry, signal), options.encoding, signal)) {
    if ('kind' in line) {
      yield { ...line, place: path };
      continue;
    }
    const { number, text, isEnded } = line;
    if (!isEnded) yield finding('T163', path, `line ${number}, the last one, has no line end`);
    for (const { table, at } of here) {
      const pairs = at.pairs(text);
      if (pairs === null) continue;
      table.take({ number, pairs, value: null, sha256: null, raw: text });
      break;
    }
  }
}

/** Reads the records inside a medium. */
export async function* readMedium(
  reading: Reading,
  entry: Entry,
  { shape, at }: { readonly shape: number; readonly at: MediumShape },
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { path } = entry;
  const row = textRows(reading, path, shape);
  for await (const item of at.read(await reading.source.open(entry, signal), path, signal)) {
    if (typeof item === 'string') row(item);
    else yield item;
  }
}
