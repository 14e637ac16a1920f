import { createHash } from 'node:crypto';
import type { ByteReader } from '../core/bytes.ts';
import { contentOf, type EntryContent } from '../core/entry-content.ts';
import { type Finding, finding } from '../core/finding.ts';
import type { ImportItem, ImportOptions } from '../core/importer.ts';
import { limits } from '../core/limits.ts';
import { byCodePoint } from '../core/order.ts';
import type { MediaRef } from '../core/recording.ts';
import type { Entry, Source } from '../core/source.ts';
import { createTurns } from '../core/turns.ts';
import { flattenJson, flattenXml } from '../tables/flatten.ts';
import { readJsonRecords } from '../tables/json.ts';
import { isLostRecord } from '../tables/lost-record.ts';
import { readRecords } from '../tables/records.ts';
import { readSeparated } from '../tables/separated.ts';
import { parseSidecar } from '../tables/xml.ts';
import type { Unknown } from './claims.ts';
import { type EntryRole, roleOf, type TableRole, xmlPlace } from './entry-role.ts';
import { createColumnsOf } from './foreign-columns.ts';
import { logLines } from './log-lines.ts';
import { type StagedRecord, tablePlace } from './records.ts';
import { linePairs, readText } from './text-document.ts';
import type { DocumentShape, Family, MediumShape, TableLayout } from './types.ts';

/** A table of the family, and how many records it has. */
export interface KnownTable {
  readonly path: string;
  readonly table: string;
  readonly shape: number;
  records: number;
  lost: number;
}

/** Takes what a source holds. */
export interface Takers {
  record(staged: StagedRecord, order: string): void;
  medium(entry: Entry, kind: MediaRef['kind']): void;
  /** An entry that is nothing by its name and its bytes. */
  unknown(entry: Entry, unknown: Unknown): void;
}

/** Reads every table and document of the source, and says of every entry what it is. */
export async function* readEntries(
  family: Family,
  source: Source,
  options: ImportOptions,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<ImportItem, readonly KnownTable[]> {
  const tables: KnownTable[] = [];
  const columnsOf = createColumnsOf(options);
  for await (const entry of source.entries(signal)) {
    const role = await roleOf(family, source, entry, options, signal);
    if (role.kind === 'medium') {
      take.medium(entry, role.as);
      if (role.records !== null) yield* readMedium(source, entry, role.records, tables, take, signal);
    } else if (role.kind === 'other') yield* readUnknown(family, source, entry, role.isNone, options, columnsOf, take, signal);
    else if (role.kind === 'given') {
      // Whether a document is one of the family's may depend on what it is joined with.
      if (role.at.as === 'table' || family.strayReason === undefined)
        yield { kind: 'file', path: entry.path, role: role.at.as === 'table' ? 'table' : 'sidecar', reason: role.at.reason };
      yield* readGiven(source, entry, role, tables, options, take, signal);
    } else if (role.kind === 'document') {
      const { records, findings } = await readDocument(await source.open(entry, signal), entry.path, role.shape, role.at, options, signal);
      const [only] = records;
      const parts = records.length === 1 && typeof only?.value === 'string' ? (role.at.split?.(only.value) ?? []) : [];
      yield { kind: 'file', path: entry.path, role: parts.length === 0 ? 'sidecar' : 'table', reason: family.shapes[role.shape]?.unit ?? '' };
      yield* findings;
      if (parts.length === 0) for (const staged of records) take.record(staged, `~ ${entry.path}`);
      else parts.forEach(textRows(entry.path, role.shape, tables, take));
    } else if (role.kind === 'log') {
      const units = role.shapes.map(({ shape }) => family.shapes[shape]?.unit ?? '');
      yield { kind: 'file', path: entry.path, role: 'table', reason: units.join(', ') };
      yield* readLog(family, await source.open(entry, signal), entry.path, role.shapes, tables, options, take, signal);
    } else {
      const others = role.others === 0 ? '' : `; ${role.others} other tables in it were not read`;
      yield { kind: 'file', path: entry.path, role: 'table', reason: `${unitsOf(family, role.tables)}${others}` };
      yield* readTables(family, source, entry, role, tables, options, take, signal);
    }
  }
  return tables;
}

/** What its family knows to be nothing of a call. */
const noMedium: EntryContent = { verdict: { is: 'other', reason: 'nothing of a call' }, findings: [] };

/** An entry that is nothing by its name: a medium where its content says so. */
async function* readUnknown(
  family: Family,
  source: Source,
  entry: Entry,
  isNone: boolean,
  { media }: ImportOptions,
  columnsOf: ReturnType<typeof createColumnsOf>,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { verdict, findings } = isNone ? noMedium : await contentOf(source, entry, media, signal);
  if (verdict.is === 'medium') return take.medium(entry, verdict.kind);
  yield* findings;
  const known = family.alienReason?.(entry.path, entry.size) ?? null;
  const reason = known ?? `${verdict.reason}; no table or document of ${family.id}, and no record names it`;
  const columns = findings.length > 0 || known !== null ? null : await columnsOf(source, entry, signal);
  take.unknown(entry, { reason, alien: { content: verdict.is, ...(columns === null ? {} : { columns }) } });
}

/** A file that the family reads by itself. */
async function* readGiven(
  source: Source,
  entry: Entry,
  { shape, at }: Extract<EntryRole, { kind: 'given' }>,
  tables: KnownTable[],
  options: ImportOptions,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<ImportItem> {
  const { path } = entry;
  const known: KnownTable = { path, table: '', shape, records: 0, lost: 0 };
  // There may be a million documents, and none of them is counted.
  const index = at.as === 'table' ? tables.push(known) - 1 : -1;
  for await (const item of at.read(source, entry, options, signal)) {
    if (item.kind === 'finding') {
      yield item;
      if (!isLostRecord(item)) continue;
      known.records++;
      known.lost++;
      continue;
    }
    known.records++;
    const { pairs, value, sha256, raw } = item;
    const number = index < 0 ? 0 : item.number;
    take.record({ shape, path, table: '', number, pairs, value, sha256, raw }, index < 0 ? `~ ${path}` : orderOf(index, number));
  }
}

/** What the tables of a file hold, for people. */
function unitsOf(family: Family, tables: readonly TableRole[]): string {
  const units = tables.map(({ shape, widths }) => {
    const { unit = '', table } = family.shapes[shape] ?? {};
    return table === undefined ? unit : `${table}, ${widths.join(' and ')} columns`;
  });
  return [...new Set(units)].sort(byCodePoint).join(', ');
}

/** Takes texts of one file as rows of a table, which is made with the first of them. */
function textRows(path: string, shape: number, tables: KnownTable[], take: Takers): (text: string) => void {
  const known: KnownTable = { path, table: '', shape, records: 0, lost: 0 };
  let index = -1;
  return (text) => {
    if (index < 0) index = tables.push(known) - 1;
    const number = ++known.records;
    take.record({ shape, path, table: '', number, pairs: [], value: text, sha256: null, raw: text }, orderOf(index, number));
  };
}

/** The lines of a log that are records; the first shape that knows a line has it. Each shape's lines are a table of their own. */
async function* readLog(
  family: Family,
  reader: ByteReader,
  path: string,
  shapes: Extract<EntryRole, { kind: 'log' }>['shapes'],
  tables: KnownTable[],
  options: ImportOptions,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const here = shapes.map(({ shape, at }) => {
    const table = shapes.length > 1 ? (family.shapes[shape]?.name ?? '') : '';
    const known: KnownTable = { path, table, shape, records: 0, lost: 0 };
    return { known, at, index: tables.push(known) - 1 };
  });
  for await (const line of logLines(reader, options.encoding, signal)) {
    if ('kind' in line) {
      yield { ...line, place: path };
      continue;
    }
    for (const { known, at, index } of here) {
      const pairs = at.pairs(line.text);
      if (pairs === null) continue;
      known.records++;
      const { shape, table } = known;
      const { number, text } = line;
      take.record({ shape, path, table, number, pairs, value: null, sha256: null, raw: text }, orderOf(index, number));
      break;
    }
  }
}

/** The records that stand in a medium. */
async function* readMedium(
  source: Source,
  entry: Entry,
  { shape, at }: { readonly shape: number; readonly at: MediumShape },
  tables: KnownTable[],
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { path } = entry;
  const row = textRows(path, shape, tables, take);
  for await (const item of at.read(await source.open(entry, signal), path, signal)) {
    if (typeof item === 'string') row(item);
    else yield item;
  }
}

/** Order of a record among those of its call: by table, then by number. */
function orderOf(index: number, number: number): string {
  return `${String(index).padStart(6, '0')} ${String(number).padStart(12, '0')}`;
}

async function* readTables(
  family: Family,
  source: Source,
  entry: Entry,
  role: Extract<EntryRole, { kind: 'table' }>,
  tables: KnownTable[],
  options: ImportOptions,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const here = new Map<string, { readonly known: KnownTable; readonly index: number }>();
  for (const { table, shape, layout } of role.tables) {
    const known: KnownTable = { path: entry.path, table, shape, records: 0, lost: 0 };
    const index = tables.push(known) - 1;
    if (layout !== undefined) return yield* readLaidOut(await source.open(entry, signal), layout, known, index, options, take, signal);
    here.set(table, { known, index });
  }
  // A record that is lost stands in the table that was read last.
  let last = [...here.values()][0];
  const shapes = role.tables.flatMap(({ shape }) => {
    const at = family.shapes[shape]?.at;
    return at?.kind === 'table' ? [{ at }] : [];
  });
  const reading = {
    place: entry.path,
    kind: role.tableKind,
    declaredEncoding: options.encoding,
    scratch: options.scratch,
    ...xmlPlace(shapes),
    ...(role.jsonPath === undefined ? {} : { jsonPath: role.jsonPath }),
    tables: (name: string): boolean => here.has(name),
    header: role.tables[0]?.header ?? null,
  };
  for await (const item of readRecords(await source.open(entry, signal), reading, signal)) {
    if (item.kind === 'finding') {
      if (isLostRecord(item) && last !== undefined) {
        last.known.records++;
        last.known.lost++;
      }
      yield item;
      continue;
    }
    const found = here.get(item.table);
    if (found === undefined) continue;
    last = found;
    found.known.records++;
    const { table, number, value, raw } = item;
    const at = family.shapes[found.known.shape]?.at;
    const made = at?.kind === 'table' ? at.pairs?.(item.pairs, value) : undefined;
    take.record(
      {
        shape: found.known.shape,
        path: entry.path,
        table,
        number,
        pairs: made ?? item.pairs,
        value: made === undefined ? value : null,
        sha256: null,
        raw,
      },
      orderOf(found.index, number),
    );
  }
}

/** The rows of a separated table whose family says how they are read. */
async function* readLaidOut(
  reader: ByteReader,
  layout: TableLayout,
  known: KnownTable,
  index: number,
  options: ImportOptions,
  take: Takers,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  const { path, table, shape } = known;
  const how = { place: path, declaredEncoding: options.encoding, separator: null, hasHeader: layout.headed, names: layout.headed ? null : [] };
  const turns = createTurns();
  for await (const item of readSeparated(reader, how, signal)) {
    if (turns.isDue()) await turns.take(signal);
    if (item.kind === 'header') continue;
    if (item.kind === 'row') {
      const { number, cells, raw } = item;
      const pairs = layout.pairs(cells, `${path}, row ${number}`);
      known.records++;
      if ('kind' in pairs) {
        known.lost++;
        yield pairs;
      } else take.record({ shape, path, table, number, pairs, value: null, sha256: null, raw }, orderOf(index, number));
      continue;
    }
    if (isLostRecord(item)) {
      known.records++;
      known.lost++;
    }
    yield item;
  }
}

/** A document as one record, or as many as a JSON file has values; marked where it cannot be read, which the findings say. */
async function readDocument(
  reader: ByteReader,
  path: string,
  shape: number,
  at: DocumentShape,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ readonly records: readonly StagedRecord[]; readonly findings: readonly Finding[] }> {
  const { read, findings } = await parseDocument(reader, path, at, options, signal);
  const sha256 = await digestOf(reader, signal);
  const common = { shape, path, table: '', number: 0, raw: null };
  if (read.length === 0) return { records: [{ ...common, sha256, pairs: [], value: null, unreadable: true }], findings };
  const records = read.map(({ pairs, value }, index) => ({
    ...common,
    sha256,
    ...(index === 0 ? {} : { part: index }),
    ...(at.pairs === undefined ? { pairs, value } : { pairs: at.pairs(value), value: '' }),
  }));
  return { records, findings };
}

async function parseDocument(
  reader: ByteReader,
  path: string,
  at: DocumentShape,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<{ readonly read: readonly Pick<StagedRecord, 'pairs' | 'value'>[]; readonly findings: readonly Finding[] }> {
  if (at.as === 'xml') {
    const { root, findings } = await parseSidecar(reader, { place: path }, signal);
    return { read: root === null ? [] : [{ pairs: flattenXml(root), value: root }], findings };
  }
  if (reader.size > limits.sidecarBytes) {
    return { read: [], findings: [finding('T128', path, `${reader.size} bytes; a sidecar may have ${limits.sidecarBytes}`)] };
  }
  if (at.as === 'text' || at.as === 'plain') {
    const { text, findings } = await readText(reader, options.encoding, signal);
    return { read: [{ pairs: at.as === 'plain' ? [] : linePairs(text), value: text }], findings: findings.map((each) => ({ ...each, place: path })) };
  }
  const findings: Finding[] = [];
  const read: Pick<StagedRecord, 'pairs' | 'value'>[] = [];
  for await (const item of readJsonRecords(reader, { place: path }, signal)) {
    if (item.kind === 'finding') findings.push(item);
    else read.push({ pairs: flattenJson(item.value), value: item.value });
  }
  return { read, findings };
}

/** Digest of a reader's bytes, hexadecimal. */
export async function digestOf(reader: ByteReader, signal: AbortSignal, algorithm = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of reader.stream(0, reader.size, signal)) hash.update(piece);
  return hash.digest('hex');
}

/** A table for the reconciliation, by its place. */
export function placeOfTable({ path, table }: KnownTable): string {
  return tablePlace(path, table);
}
