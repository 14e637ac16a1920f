import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import type { ImportItem, ImportOptions } from '../src/core/importer.ts';
import { baseName, extension } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import { readCsv } from '../src/tables/csv.ts';
import { isLostRecord } from '../src/tables/lost-record.ts';
import { readRecords } from '../src/tables/records.ts';
import type { Stage } from '../src/tables/types.ts';
import { isLayoutPath, type Layouts, readLayouts } from './asterisk-layouts.ts';
import { isAudioPath, isUniqueId, parseAudioName, withoutAudioExtension } from './asterisk-names.ts';
import { canonicalName, fieldsOf, isDatabasePath, isTablePath, type KnownTable, knowDatabase, knowTable, peekTable } from './asterisk-tables.ts';

/** One audio file, as it is staged. */
export interface AudioFile {
  readonly path: string;
  readonly size: number;
}

/** One row of a table, as it is staged: of a CDR table, or an event of a CEL table. */
export interface StagedRow {
  readonly kind: 'cdr' | 'cel';
  /** Index in `Survey.tables`. */
  readonly table: number;
  /** From 1, a header not counted. */
  readonly row: number;
  readonly raw: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** A table of the source and what became of its rows so far. */
export interface SurveyedTable {
  readonly path: string;
  readonly known: KnownTable;
  records: number;
  damaged: number;
}

/** What lies in a source. */
export interface Survey {
  readonly tables: readonly SurveyedTable[];
  /** The folder that holds all audio, with its `/`; empty where there is none in common. */
  readonly audioFolder: string;
}

/**
 * Walks all entries: audio goes into `audio` under every name by which a row may ask for it, and into `files` under its
 * path; tables are looked at; anything else is said to be alien.
 */
export async function* survey(
  source: Source,
  options: ImportOptions,
  audio: Stage,
  files: Stage,
  signal: AbortSignal,
): AsyncGenerator<ImportItem, Survey> {
  const tables: SurveyedTable[] = [];
  const layouts = await readLayouts(source, signal);
  let audioFolder: string | null = null;
  for await (const entry of source.entries(signal)) {
    signal.throwIfAborted();
    const { path, size } = entry;
    if (isAudioPath(path)) {
      for (const group of audioGroups(path)) audio.put(group, path, { path, size });
      files.put(path, '', { size });
      audioFolder = commonFolder(audioFolder, path);
      continue;
    }
    const inDatabase = isDatabasePath(path) ? await knowDatabase(await source.open(entry, signal), path, options, signal) : [];
    if (inDatabase.length > 0) {
      for (const known of inDatabase) tables.push({ path, known, records: 0, damaged: 0 });
      const units = inDatabase.map(({ kind, widths }) => `${kind.toUpperCase()} table, ${widths.join(' and ')} columns`);
      yield { kind: 'file', path, role: 'table', reason: units.join('; ') };
      continue;
    }
    const known = isTablePath(path) ? await lookInto(await source.open(entry, signal), path, options, layouts, signal) : null;
    if (known === null) {
      yield { kind: 'file', path, role: 'alien', reason: alienReason(path, size) };
      continue;
    }
    tables.push({ path, known, records: 0, damaged: 0 });
    yield { kind: 'file', path, role: 'table', reason: `${known.kind.toUpperCase()} table, ${known.widths.join(' and ')} columns` };
    yield* known.findings;
  }
  // Of two rows of one leg the first read is the row, the other its duplicate: Master.csv has them all, and says more than a database.
  const master = ({ path, known }: SurveyedTable): number => (known.at.kind !== 'csv' ? 2 : /^master\.csv/i.test(baseName(path)) ? 0 : 1);
  return { tables: tables.sort((a, b) => master(a) - master(b)), audioFolder: audioFolder ?? '' };
}

/** Reads all tables into `calls`, grouped by call. Rows without a linkedid find theirs by the uniqueid, where another table knows it. */
export async function* readTables(
  source: Source,
  { tables }: Survey,
  options: ImportOptions,
  calls: Stage,
  openStage: () => Stage,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  // Only where some tables name the whole call and others only its legs.
  const mixed = tables.some(({ known }) => known.linked) && tables.some(({ known }) => !known.linked);
  const links = mixed ? openStage() : null;
  const unlinked = mixed ? openStage() : null;
  try {
    for (const [index, table] of tables.entries()) {
      const entry = source.entry(table.path);
      if (entry === null) continue;
      for await (const item of rowsOf(await source.open(entry, signal), table, options, signal)) {
        if (item.kind === 'finding') {
          if (isLostRecord(item)) {
            table.records++;
            table.damaged++;
          }
          yield item;
          continue;
        }
        table.records++;
        const { number: row, fields } = item;
        if (fields === null) {
          table.damaged++;
          yield finding('I102', `${table.path}, row ${row}`, `${item.cells} columns, not what a ${table.known.kind.toUpperCase()} row holds`);
          continue;
        }
        const staged: StagedRow = { kind: table.known.kind, table: index, row, raw: item.raw, fields: [...fields] };
        const uniqueid = idOf(fields, 'uniqueid');
        const linkedid = idOf(fields, 'linkedid');
        if (linkedid !== null) {
          calls.put(callGroup(linkedid), orderOf(staged, fields), staged);
          if (uniqueid !== null && uniqueid !== linkedid) links?.put(uniqueid, linkedid, linkedid);
        } else if (uniqueid !== null && unlinked !== null) unlinked.put(uniqueid, orderOf(staged, fields), staged);
        else calls.put(uniqueid === null ? rowGroup(item.raw) : callGroup(uniqueid), orderOf(staged, fields), staged);
      }
    }
    if (links === null || unlinked === null) return;
    for (const { group, values } of unlinked.groups()) {
      const [linkedid] = links.get(group);
      for (const value of values) {
        const staged = value as StagedRow; // put above
        calls.put(callGroup(typeof linkedid === 'string' ? linkedid : group), orderOf(staged, new Map(staged.fields)), staged);
      }
    }
  } finally {
    links?.close();
    unlinked?.close();
  }
}

/** A row as it was read: `fields` is null where it is none of its table; `cells` is how many it has. */
interface ReadRow {
  readonly kind: 'row';
  /** From 1, a header not counted. */
  readonly number: number;
  readonly cells: number;
  readonly fields: ReadonlyMap<string, string> | null;
  readonly raw: string;
}

async function* rowsOf(
  reader: ByteReader,
  { path, known }: SurveyedTable,
  options: ImportOptions,
  signal: AbortSignal,
): AsyncIterable<ReadRow | Finding> {
  const { at } = known;
  if (at.kind === 'csv') {
    for await (const item of readCsv(reader, at.dialect, { place: path }, signal)) {
      if (item.kind === 'finding') yield item;
      else if (!known.headed || item.number > 1) {
        const number = known.headed ? item.number - 1 : item.number;
        yield { kind: 'row', number, cells: item.cells.length, fields: fieldsOf(known, item.cells), raw: item.raw };
      }
    }
    return;
  }
  const how = {
    place: path,
    kind: at.kind,
    declaredEncoding: options.encoding,
    scratch: options.scratch,
    tables: (name: string) => name === at.table,
  };
  for await (const item of readRecords(reader, how, signal)) {
    if (item.kind === 'finding') yield item;
    else if (item.table === at.table) {
      const fields = new Map(item.pairs.map(([name, value]) => [canonicalName(name), value]));
      yield { kind: 'row', number: item.number, cells: item.pairs.length, fields, raw: item.raw };
    }
  }
}

const callPrefix = 'call ';
const rowPrefix = 'row ';
const callGroup = (id: string): string => callPrefix + id;
/** A row that names no call is a call of its own, known by its text. */
const rowGroup = (raw: string): string => rowPrefix + sha256Hex(raw);

/** The linkedid or uniqueid by which rows were grouped; null for a row that has neither. */
export function idOfGroup(group: string): string | null {
  return group.startsWith(callPrefix) ? group.slice(callPrefix.length) : null;
}

/** Names under which an audio file is looked for: base name, base name without extension, id, and numbers with minute. */
function audioGroups(path: string): string[] {
  const name = parseAudioName(path);
  const groups = [`name ${name.base}`, `stem ${withoutAudioExtension(name.base)}`];
  if (name.idCore !== null) groups.push(`id ${name.idCore}`);
  const window = windowGroup(name.destination, name.source, name.stamp?.replace(/\D/g, '') ?? '');
  if (window !== null) groups.push(window);
  return groups;
}

/** Group of files between two numbers in one minute; `digits` is `YYYYMMDDHHmmss`. */
export function windowGroup(destination: string | null, source: string | null, digits: string): string | null {
  return destination === null || source === null || digits.length !== 14 ? null : `window ${destination} ${source} ${digits.slice(0, 12)}`;
}

/** CDR rows first, in order of the legs; then events in order of time. */
function orderOf(staged: StagedRow, fields: ReadonlyMap<string, string>): string {
  if (staged.kind === 'cel') return `2 ${fields.get('eventtime') ?? ''}`;
  return `1 ${(fields.get('sequence') ?? '').padStart(12, '0')} ${fields.get('start') ?? ''}`;
}

function idOf(fields: ReadonlyMap<string, string>, name: string): string | null {
  const id = fields.get(name) ?? '';
  return isUniqueId(id) ? id : null;
}

function commonFolder(folder: string | null, path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1;
  let common = folder ?? path.slice(0, cut);
  while (!path.startsWith(common))
    common = common.slice(0, Math.max(common.lastIndexOf('/', common.length - 2), common.lastIndexOf('!', common.length - 2)) + 1);
  return common;
}

/** Only what begins as a table of ours is read to its end for its encoding. */
async function lookInto(reader: ByteReader, path: string, options: ImportOptions, layouts: Layouts, signal: AbortSignal): Promise<KnownTable | null> {
  const begins = await peekTable(reader, path, options, layouts, signal);
  return begins === null ? null : knowTable(reader, path, options, layouts, signal);
}

function alienReason(path: string, size: number): string {
  if (isTablePath(path)) return size === 0 ? 'an empty table' : 'a CSV table, but neither CDR nor CEL by its columns';
  if (isLayoutPath(path)) return 'configuration; the columns of custom tables were taken from it';
  if (/\.(db|sqlite3?)$/i.test(path)) return 'a database without a CDR or CEL table';
  const ending = extension(path);
  return ending === '' ? 'no audio file and no table by its name' : `${ending} files are no audio of Asterisk and no table`;
}
